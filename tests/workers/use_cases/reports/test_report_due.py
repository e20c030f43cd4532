"""When a dataset is counted: after every change in the end, but seldom, and once at a time."""

from __future__ import annotations

import json

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from argilla_distill.domain.history import Entry
from argilla_distill.domain.report import Overview, Today
from argilla_distill.plugin.dispatch import REPORT
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store import reports as room
from argilla_distill.workers.use_cases.reports import report_due
from argilla_distill.workers.use_cases.reports.report import report
from argilla_distill.workers.use_cases.reports.report_due import DAY_MS, ask, due, mark
from tests.workers.stored_dataset import MONDAY, D, StoredDataset


@pytest.fixture
def stored(store: Store) -> StoredDataset:
    stored = StoredDataset(store)
    stored.say("r1", "apple pear")
    stored.close()
    return stored


def jobs(stored: StoredDataset) -> list[list[str]]:
    queue = Queue(
        f"{stored.world.settings.queue}-sweep",
        connection=stored.store.redis,
        serializer=JSONSerializer,
    )
    return [[str(job.func_name), *job.args] for job in queue.jobs]


def last_report(
    stored: StoredDataset, ago_s: float, seconds: float = 0.1, known: str | None = None
) -> None:
    """The last report was begun so long ago, and took so long."""
    taken_at = stored.store.now() - int(ago_s * 1000)
    overview = Overview(taken_at, seconds, Today(), ())
    state = mark(stored.store, D) if known is None else known
    stored.store.reports.write(D, overview, [], {}, state)


def answered(stored: StoredDataset) -> None:
    stored.history = []
    now = stored.store.now()
    stored.store.history.append(
        stored.store.redis, D, [Entry("answer", "r1", 0, "submitted", at=MONDAY, id=f"{now}-0")]
    )


def test_the_first_report_is_due_at_once(stored: StoredDataset) -> None:
    assert due(stored.world, D)


def test_it_is_asked_for_once_until_it_is_there(stored: StoredDataset) -> None:
    assert [ask(stored.world, D) for _ in range(3)] == [True, False, False]
    assert jobs(stored) == [[REPORT, D]]
    report(stored.world, D)
    assert not ask(stored.world, D)  # nothing is new
    assert jobs(stored) == [[REPORT, D]]


def test_a_change_is_reported_but_not_before_the_last_report_has_rested(
    stored: StoredDataset,
) -> None:
    report(stored.world, D)
    answered(stored)
    assert not due(stored.world, D)
    last_report(stored, ago_s=9.5, known="before")
    assert not due(stored.world, D)
    last_report(stored, ago_s=11, known="before")
    assert due(stored.world, D)


def test_a_report_that_takes_long_rests_for_twenty_times_as_long(stored: StoredDataset) -> None:
    last_report(stored, ago_s=200, seconds=10, known="before")
    assert not due(stored.world, D)
    last_report(stored, ago_s=211, seconds=10, known="before")
    assert due(stored.world, D)


def test_what_changes_while_it_is_being_counted_is_reported_next(
    stored: StoredDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = type(stored.store.reports).write

    def late(*args: object, **kwargs: object) -> None:
        answered(stored)
        write(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(type(stored.store.reports), "write", late)
    report(stored.world, D)
    monkeypatch.setattr(report_due, "MIN_REST_MS", 0)
    monkeypatch.setattr(report_due, "REST", 0)
    assert due(stored.world, D)


@pytest.mark.parametrize("fact", ["published", "conflicts", "records"])
def test_decisions_that_were_written_are_a_change_as_well(stored: StoredDataset, fact: str) -> None:
    last_report(stored, ago_s=60)
    assert not due(stored.world, D)
    stored.store.redis.hincrby(f"{stored.store.keys.prefix}:{D}:info", fact, 1)
    assert due(stored.world, D)


def test_where_nothing_changes_there_is_a_report_a_day(stored: StoredDataset) -> None:
    last_report(stored, ago_s=DAY_MS / 1000)
    assert due(stored.world, D)


def test_a_dataset_that_is_not_distilled_is_never_due(stored: StoredDataset) -> None:
    for state in ("ignored", "deleted"):
        stored.store.datasets.note(D, state=state)
        assert not ask(stored.world, D)
    assert not ask(stored.world, "of-this-we-know-nothing")
    assert jobs(stored) == []


def test_a_report_that_never_came_is_asked_for_again(
    stored: StoredDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(stored.world, D)
    assert 600 < stored.store.redis.ttl(f"{stored.store.keys.prefix}:{D}:reporting") <= room.CLAIM_S
    stored.store.redis.delete(f"{stored.store.keys.prefix}:{D}:reporting")  # as if it ran out
    assert ask(stored.world, D)


def test_a_report_that_fails_is_not_tried_again_at_once(
    stored: StoredDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(stored.world, D)
    stored.store.redis.hset(f"{stored.store.keys.prefix}:{D}:ledger", "r9", json.dumps({"s": 1}))
    with pytest.raises(KeyError):
        report(stored.world, D)
    assert not ask(stored.world, D)


def test_asking_loads_no_engine() -> None:
    import subprocess
    import sys

    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, argilla_distill.workers.use_cases.reports.report_due; print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "argilla_distill.workers.use_cases.reports.report_due" in loaded
    assert not {"numpy", "scipy", "argilla_distill.workers.models.dataset_models"} & set(loaded)
