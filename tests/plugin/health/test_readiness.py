"""Whether the service can do its job, read from a real Redis."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from rq import Worker
from rq.serializers import JSONSerializer

from argilla_distill.plugin import dispatch
from argilla_distill.plugin.health import readiness
from argilla_distill.plugin.store import Store

Start = Callable[..., str]


@pytest.fixture
def queue() -> str:
    return f"q-{secrets.token_hex(4)}"


@pytest.fixture
def start(store: Store, queue: str) -> Iterator[Start]:
    """Registers workers as RQ does; the answer is the name."""
    started: list[Any] = []

    def register(name: str = "", silent_s: float = 0) -> str:
        worker: Any = Worker([name or queue], connection=store.redis, serializer=JSONSerializer)
        worker.register_birth()
        beat = datetime.now(timezone.utc) - timedelta(seconds=silent_s)
        store.redis.hset(worker.key, "last_heartbeat", beat.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
        started.append(worker)
        return str(worker.name)

    yield register
    for worker in started:
        worker.register_death()


def test_an_empty_service_is_not_ready_and_says_what_is_missing(store: Store, queue: str) -> None:
    assert readiness.check(store, queue) == {
        "redis": True,
        "webhook": False,
        "workers": 0,
        "cron": False,
        "oldest_dirty_s": 0,
        "ready": False,
    }


def test_a_webhook_and_a_worker_make_it_ready(store: Store, queue: str, start: Start) -> None:
    start()
    assert not readiness.check(store, queue)["ready"]
    store.service.keep_webhook("h1", "http://us", "s")
    store.service.beat("cron", store.now())
    report = readiness.check(store, queue)
    assert (report["ready"], report["workers"], report["cron"]) == (True, 1, True)


def test_a_worker_that_died_without_a_word_does_not_count(
    store: Store, queue: str, start: Start
) -> None:
    start(silent_s=dispatch.WORKER_SILENT_S + 30)
    alive = start(silent_s=dispatch.WORKER_SILENT_S - 30)
    assert dispatch.workers_alive(store, queue) == [alive]


def test_a_worker_whose_clock_is_off_is_alive_as_long_as_it_says_so(
    store: Store, queue: str, start: Start
) -> None:
    """One an hour behind was taken for dead, and a dead one an hour ahead for alive."""
    behind, ahead = start(silent_s=3600), start(silent_s=-3600)
    for name in (behind, ahead):
        store.redis.hset(f"rq:worker:{name}", dispatch.BY_REDIS, "1")
    store.redis.set(dispatch.alive_key(f"rq:worker:{behind}"), "1", ex=60)
    assert dispatch.workers_alive(store, queue) == [behind]
    store.redis.delete(dispatch.alive_key(f"rq:worker:{behind}"))


def test_a_worker_of_other_queues_does_not_count(store: Store, queue: str, start: Start) -> None:
    start("somebody-elses")
    assert dispatch.workers_alive(store, queue) == []


def test_a_cron_that_is_silent_for_a_minute_is_noticed(store: Store, queue: str) -> None:
    store.service.beat("cron", store.now() - 61_000)
    assert readiness.check(store, queue)["cron"] is False


def test_the_oldest_dirty_record_of_all_datasets_is_told_in_seconds(
    store: Store, queue: str
) -> None:
    for dataset_id in ("d1", "d2"):
        store.datasets.add(dataset_id)
        store.dirty.mark(dataset_id, ["r1"])
    since = store.dirty.oldest("d1")
    assert since is not None
    waited = readiness.check(store, queue)["oldest_dirty_s"]
    assert waited == pytest.approx((store.now() - since) / 1000, abs=0.5)
