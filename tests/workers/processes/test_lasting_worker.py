"""The worker whose child lasts, on a real queue with real processes."""

from __future__ import annotations

import os
import secrets
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.job import Job
from rq.results import Result
from rq.serializers import JSONSerializer

from argilla_distill.plugin.dispatch import WORKER_SILENT_S, alive_key
from argilla_distill.workers.processes.lasting_worker import LastingWorker
from tests.workers.processes.probes import PATH


class Desk:
    """A queue, and a worker that works it off."""

    def __init__(self, connection: redis.Redis) -> None:
        name = f"q-{secrets.token_hex(4)}"
        self.queue = Queue(name, connection=connection, serializer=JSONSerializer)
        self.worker = LastingWorker(
            [self.queue],
            connection=connection,
            serializer=JSONSerializer,
            job_monitoring_interval=1,
        )
        self.worker.lasting = frozenset(
            PATH + name for name in ("number", "fail", "hang", "die", "grow", "memory")
        )

    def do(self, *jobs: str, timeout_s: int = 30) -> list[Job]:
        """Enqueue these jobs and work until none is left."""
        made = [self.queue.enqueue(PATH + job, job_timeout=timeout_s) for job in jobs]
        self.worker.work(burst=True, logging_level="CRITICAL")
        for job in made:
            job.refresh()  # type: ignore[no-untyped-call]
        return made

    def numbers(self, *jobs: str) -> list[int]:
        """The processes that did these jobs."""
        return [int(job.return_value() or 0) for job in self.do(*jobs)]


@pytest.fixture
def desk(redis_url: str) -> Iterator[Desk]:
    with redis.Redis.from_url(redis_url) as connection:
        made = Desk(connection)
        yield made
        made.worker.dismiss()


def failure(job: Job) -> str:
    """Why a job failed."""
    result = job.latest_result()
    assert result is not None
    assert result.type == Result.Type.FAILED
    return str(result.exc_string)


def test_one_child_does_job_after_job_and_others_have_one_of_their_own(desk: Desk) -> None:
    assert len(set(desk.numbers("number", "number", "number"))) == 1
    first = desk.numbers("number")
    desk.worker.lasting = frozenset()
    other, another = desk.numbers("number", "number")
    assert len({*first, other, another, os.getpid()}) == 4


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("fail", "as it happens"),
        ("die", "Work-horse terminated unexpectedly"),
        ("hang", "exceeded"),
    ],
)
def test_what_ends_badly_is_noted_and_the_next_job_has_another_child(
    desk: Desk, job: str, said: str
) -> None:
    before, bad, after = desk.do("number", job, "number", timeout_s=1)
    assert said in failure(bad)
    assert before.return_value() != after.return_value()
    assert desk.queue.started_job_registry.get_job_ids() == []


def test_a_child_that_was_killed_while_it_had_nothing_to_do_is_replaced(desk: Desk) -> None:
    (first,) = desk.numbers("number")
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    (second,) = desk.numbers("number")
    assert second not in (0, first)


def test_a_child_that_takes_too_much_memory_is_replaced_before_the_next_job(desk: Desk) -> None:
    (taken,) = desk.numbers("memory")
    desk.worker.dismiss()  # a child knows the limit that there was when it was made
    desk.worker.memory_bytes = taken + 100_000_000
    grown = desk.numbers("grow", "grow", "grow", "grow")
    assert len(set(grown)) == 2
    assert grown[0] == grown[1]


def test_a_child_ends_with_its_worker(desk: Desk) -> None:
    (child,) = desk.numbers("number")
    desk.worker.dismiss()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    (another,) = desk.numbers("number")
    assert another != child


def test_a_worker_says_that_it_lives_once_a_second_at_most_and_at_once_when_for_longer(
    desk: Desk,
) -> None:
    worker, key = desk.worker, desk.worker.key
    worker.register_birth()  # type: ignore[no-untyped-call]
    worker.heartbeat()
    assert 0 < worker.connection.ttl(alive_key(worker.key)) <= WORKER_SILENT_S
    worker.connection.expire(key, 5)
    worker.heartbeat()
    assert worker.connection.ttl(key) <= 5
    worker.heartbeat(600)
    assert worker.connection.ttl(key) > 500
    worker.register_death()  # type: ignore[no-untyped-call]


def test_a_worker_that_starts_deletes_what_killed_processes_left(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "argilla-distill-verify-abc"
    left.mkdir()
    os.utime(left, (0, 0))
    desk.do("number")
    assert not left.exists()
