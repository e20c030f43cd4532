"""The worker as a process of its own, on a real queue."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from argilla_distill.plugin.errors import StoreUnavailable
from argilla_distill.plugin.settings import read
from argilla_distill.plugin.store import Store
from argilla_distill.workers.processes import worker
from demo.running.installation import eventually
from demo.running.servers import RedisServer

D = "7f9c1d0e-9f1c-4f5e-8a51-3a58e2b0a111"
COMMAND = "from argilla_distill.workers.cli import main; main()"


def test_a_worker_that_is_to_stop_while_redis_is_away_stops(tmp_path: Path) -> None:
    """It once went on for ever, as it could not take its leave."""
    with RedisServer(tmp_path / "redis") as server:
        environment = {
            **os.environ,
            "ARGILLA_API_URL": "http://127.0.0.1:9",
            "ARGILLA_API_KEY": "owner.apikey",
            "DISTILL_REDIS_URL": server.url(),
        }
        command = [sys.executable, "-c", COMMAND, "worker"]
        with (
            redis.Redis.from_url(server.url()) as connection,
            subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as worker,
        ):
            try:
                eventually(lambda: bool(connection.smembers("rq:workers")))
                server.stop()
                worker.terminate()
                worker.wait(30)
            finally:
                worker.kill()
    assert worker.returncode == 0


def test_a_burst_ends_with_an_error_where_redis_takes_no_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was begun anew every two seconds for ever, while whoever had begun it waited for its end."""
    monkeypatch.setitem(worker.__globals__, "AGAIN_S", -1.0)  # it may not try again
    with RedisServer(tmp_path / "redis") as server:
        with redis.Redis.from_url(server.url()) as connection:
            connection.config_set("maxmemory", 1)
        environ = {"ARGILLA_API_URL": "http://argilla", "ARGILLA_API_KEY": "of-nobody"}
        with pytest.raises(StoreUnavailable, match="maxmemory"):
            worker(read({**environ, "DISTILL_REDIS_URL": server.url()}), burst=True)


def test_a_worker_takes_jobs_by_the_path_that_they_have_and_by_the_last_releases(
    store: Store, redis_url: str, tmp_path: Path
) -> None:
    name = f"q-{secrets.token_hex(4)}"
    queues = [
        Queue(each, connection=store.redis, serializer=JSONSerializer)
        for each in (name, f"{name}-sweep")
    ]
    for prefix in ("workers.jobs", "argilla_distill.workers.jobs"):
        queues[0].enqueue(f"{prefix}.distil", D)
        for job in ("sweep", "report"):
            queues[1].enqueue(f"{prefix}.{job}", D)
    environment = {
        **os.environ,
        "ARGILLA_API_URL": "http://127.0.0.1:9",  # nobody listens: nothing is connected, nobody is asked
        "ARGILLA_API_KEY": "owner.apikey",
        "DISTILL_REDIS_URL": redis_url,
        "DISTILL_QUEUE": name,
        "DISTILL_KEY_PREFIX": name,
    }
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "worker", "--burst"],
        env=environment,
        cwd=tmp_path,  # a checkout would let `workers` be imported
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = f"distil dataset={D} records=0 entries=0 published=0 outcome=disconnected"
    assert done.stderr.count(told) == 2
    assert [queue.get_job_ids() for queue in queues] == [[], []]
    assert queues[0].failed_job_registry.get_job_ids() == []
    for job_id in queues[1].failed_job_registry.get_job_ids():
        failed = Job.fetch(job_id, connection=store.redis, serializer=JSONSerializer)
        result = failed.latest_result()
        assert result is not None
        assert "ArgillaUnavailable" in str(result.exc_string)
