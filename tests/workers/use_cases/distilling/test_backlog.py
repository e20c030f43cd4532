"""A backlog: what is gone costs a look at many, nothing is surveyed twice, what is fresh comes first."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest

from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.argilla.records_by_id import INDEX_LAG_S
from argilla_distill.workers.use_cases.distilling import backlog, time_slice
from argilla_distill.workers.use_cases.distilling.time_slice import TimeSlice
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import D
from tests.workers.recorded_calls import asked
from tests.workers.service_in_memory import Build, ServiceInMemory


def answered(service: ServiceInMemory, n: int) -> list[str]:
    """So many records with an answer each."""
    ids = [f"n{i}" for i in range(n)]
    service.argilla.add(*ids)
    for record in ids:
        service.argilla.answer("ann", record, helpful="yes")
    return ids


def hurry(service: ServiceInMemory) -> None:
    """Make every slice end after its first step."""
    service.store.redis.set(service.store.keys.of(D, "wanted"), "1")


@pytest.mark.parametrize("known", [True, False])
def test_records_deleted_in_bulk_are_asked_for_once_each_and_many_at_a_time(
    service: ServiceInMemory, known: bool
) -> None:
    ids = answered(service, 600) if known else [f"n{i}" for i in range(600)]
    if known:
        sweep(service.world, D)
        service.settle()
        for record in ids:
            del service.argilla.rows[D][record]
    looks = asked(service)
    service.mark(*ids)
    service.settle()
    assert set(Counter(i for look in looks for i in look).values()) == {1}
    assert len(looks) <= 600 // 100
    assert set(ids).isdisjoint(service.store.datasets.current_records(D))
    assert service.store.datasets.decisions(D, ids) == [None] * len(ids)
    assert service.store.dirty.sizes(D) == (0, 0, 0)


def test_a_slice_goes_on_where_the_last_one_stopped_surveying(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 20)
    monkeypatch.setattr(backlog, "STEP", 100)
    monkeypatch.setattr(backlog, "SURVEY", 200)
    asked_for_time = itertools.count()
    monkeypatch.setattr(TimeSlice, "over", lambda slice_: next(asked_for_time) % 5 == 4)
    service.mark(*answered(service, 600))
    looks = asked(service)
    for _ in range(200):
        service.distil()
        if not service.store.dirty.sizes(D)[0]:
            break
    large = Counter(i for look in looks if len(look) > 20 for i in look)
    every = Counter(i for look in looks for i in look)
    assert set(large.values()) == {1}
    assert max(every.values()) <= 2  # read ahead, and again by another slice that published it


def test_a_fresh_answer_overtakes_a_backlog(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 20)
    service.argilla.add("fresh")
    service.mark(*answered(service, 400))
    hurry(service)
    service.distil()
    for user in ("ann", "ben"):
        service.answer(user, "fresh", helpful="yes")
    before = service.store.dirty.sizes(D)[0]
    service.distil()
    assert service.argilla.shown("fresh") is not None
    assert service.store.dirty.sizes(D)[0] > before - 30


def test_what_was_read_ahead_is_not_read_again_unless_a_delivery_came_or_it_is_long_ago(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 20)
    monkeypatch.setattr(backlog, "STEP", 100)
    ids = answered(service, 200)
    service.mark(*ids)
    looks = asked(service)
    service.settle()
    assert Counter(i for look in looks for i in look) == Counter(ids)
    monkeypatch.setattr(backlog, "FRESH_MS", -1)
    service.mark(*ids)
    looks.clear()
    service.settle()
    assert set(Counter(i for look in looks for i in look).values()) == {1, 2}


def test_an_answer_that_comes_after_its_record_was_read_ahead_is_not_lost(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 20)
    monkeypatch.setattr(backlog, "STEP", 100)
    service = build(strategy="dawid_skene")
    service.mark(*service.argilla.rows[D], *answered(service, 200))
    real, late = service.argilla.records, list[str]()

    def records(dataset_id: str, ids: Sequence[str], settled: bool = False) -> Any:
        found = real(dataset_id, ids, settled)
        if len(ids) == 100 and not late:
            late.append(ids[70])
            service.answer("ben", late[0], helpful="no")
        return found

    service.argilla.records = records  # type: ignore[method-assign]
    service.settle()
    assert {service.name(n) for n in service.ledger(late[0]).answers} == {"ann", "ben"}
    assert service.state() == service.fresh().state()


def test_a_fresh_answer_need_not_wait_for_the_survey_to_end(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 20)
    monkeypatch.setattr(backlog, "STEP", 50)
    service.argilla.add("fresh")
    service.mark(*answered(service, 400))
    when: list[int] = []
    real = service.argilla.records

    def records(dataset_id: str, ids: Sequence[str], settled: bool = False) -> Any:
        if len(ids) == 50:
            when.append(len(when))
            if len(when) == 2:
                for user in ("ann", "ben"):
                    service.answer(user, "fresh", helpful="yes")
            if len(when) == 4:
                assert service.argilla.shown("fresh") is not None
        return real(dataset_id, ids, settled)

    service.argilla.records = records  # type: ignore[method-assign]
    service.settle()
    assert len(when) >= 5


# The gateway


def argilla(*there: str, indexed: Callable[[str], bool] = lambda record_id: True) -> Any:
    """A gateway to an Argilla with these records, and the calls that it makes."""
    calls: Counter[str] = Counter()

    def json(record_id: str) -> dict[str, Any]:
        return {"id": record_id, "status": "pending", "fields": {}}

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            calls["search"] += 1
            (terms,) = __import__("json").loads(request.content)["filters"]["and"]
            found = [i for i in terms["values"] if i in there and indexed(i)]
            return httpx.Response(200, json={"items": [{"record": json(i)} for i in found]})
        calls["single"] += 1
        record_id = request.url.path.rsplit("/", 1)[1]
        return (
            httpx.Response(200, json=json(record_id)) if record_id in there else httpx.Response(404)
        )

    http = httpx.Client(base_url="http://argilla", transport=httpx.MockTransport(handle))
    return Gateway(http), calls


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody really sleeps; how long they would have."""
    slept: list[float] = []
    monkeypatch.setattr("argilla_distill.plugin.argilla.records_by_id.time.sleep", slept.append)
    return slept


@pytest.mark.parametrize("settled", [True, False])
def test_many_that_are_gone_cost_a_look_at_all_of_them(
    settled: bool, impatient: list[float]
) -> None:
    ids = [f"r{i}" for i in range(1_000)]
    wire, calls = argilla("r3")
    assert set(wire.records(D, ids, settled)) == {"r3"}
    assert calls == {"search": 4 if settled else 8, "single": 3}
    assert impatient == [] if settled else [INDEX_LAG_S]


def test_many_that_the_index_does_not_know_yet_are_found_when_it_does() -> None:
    ids = [f"r{i}" for i in range(300)]
    seen: Counter[str] = Counter()

    def indexed(record_id: str) -> bool:
        seen[record_id] += 1
        return seen[record_id] > 1

    wire, calls = argilla(*ids, indexed=indexed)
    assert set(wire.records(D, ids)) == set(ids)
    assert calls["single"] == 0


def test_an_index_that_lost_records_is_not_believed() -> None:
    ids = [f"r{i}" for i in range(300)]
    wire, calls = argilla(*ids, indexed=lambda record_id: False)
    assert set(wire.records(D, ids)) == set(ids)
    assert calls["single"] == 303
