"""A write that lands late, whoever sent it, is noticed and put right; none is sent without the lease."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.dispatch import DISTIL, REPORT
from argilla_distill.plugin.errors import ArgillaUnavailable, LeaseLost
from argilla_distill.plugin.store.work.unanswered import FIRST_LOOK_MS, MAX_AGE_MS
from argilla_distill.workers.use_cases.reports import guidelines
from argilla_distill.workers.use_cases.sending.guarded_call import (
    COPY,
    GUIDELINES,
    MAX_WRITE_S,
    RECORD,
    SPARE_S,
    guarded_call,
    look_again,
)
from argilla_distill.workers.use_cases.watch import tick
from tests.workers.argilla_in_memory import D
from tests.workers.guidelines_examples import EXAMPLES, reported
from tests.workers.interruptions import Killed, lose_lease, move_clock, once, raising
from tests.workers.queued_jobs import forget_jobs, jobs
from tests.workers.recorded_calls import wire
from tests.workers.reviewed_service import copies, split
from tests.workers.service_in_memory import Build, ServiceInMemory, answer_twice, shown


def overtake(service: ServiceInMemory) -> Callable[[], None]:
    """The worker stalls with its write on the wire, and another publishes what is newer."""

    def act() -> None:
        lose_lease(service)
        answer_twice(service, "r1", "no")
        service.settle()
        assert shown(service) == "no"

    return act


def test_a_write_that_lands_after_another_workers_is_put_right_at_once(
    service: ServiceInMemory,
) -> None:
    answer_twice(service, "r1", "yes")
    service.argilla.before = once("suggest", overtake(service))
    assert service.distil().status == "lease lost"
    assert shown(service) == "yes"  # the old write has landed
    assert service.store.dirty.sizes(D)[0] == 1
    service.settle()
    assert shown(service) == "no"
    assert service.suggestions() == service.fresh().suggestions()


def test_so_is_a_withdrawal(service: ServiceInMemory) -> None:
    answer_twice(service, "r1", "yes")
    service.settle()
    service.answer("ben", "r1", "draft", helpful="yes")

    def act() -> None:
        lose_lease(service)
        answer_twice(service, "r1", "yes")
        service.settle()

    service.argilla.before = once("withdraw", act)
    assert service.distil().status == "lease lost"
    service.settle()
    assert shown(service) == "yes"


@pytest.mark.parametrize("end", [Killed(), ArgillaUnavailable("no answer in time")])
def test_a_write_nobody_saw_the_end_of_is_looked_at_again_until_it_can_land_no_more(
    service: ServiceInMemory, end: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = wire(service, "suggest")
    answer_twice(service, "r1", "yes")
    real = service.argilla.suggest
    monkeypatch.setattr(service.argilla, "suggest", lambda *args: (real(*args), raising(end)())[0])
    try:
        service.distil()
    except Killed:
        lose_lease(service)
    monkeypatch.setattr(service.argilla, "suggest", real)
    overtake(service)()
    service.argilla.suggest(*sent[0])  # the old one lands
    assert shown(service) == "yes"
    service.settle()
    assert shown(service) == "yes"  # nobody has reason to look
    forget_jobs(service)
    move_clock(service, monkeypatch, FIRST_LOOK_MS)
    tick(service.world)
    service.settle()
    assert shown(service) == "no"

    service.argilla.suggest(*sent[0])  # later still
    move_clock(service, monkeypatch, 4 * FIRST_LOOK_MS)
    tick(service.world)
    service.settle()
    assert shown(service) == "no"
    move_clock(service, monkeypatch, 3 * MAX_AGE_MS)
    for _ in range(2):
        tick(service.world)
    assert service.store.unanswered.due(D, service.store.now() + MAX_AGE_MS) == []


def test_what_was_answered_is_not_looked_at_again(service: ServiceInMemory) -> None:
    answer_twice(service, "r1", "yes")
    service.argilla.refuses = {"r2"}
    answer_twice(service, "r2", "yes")
    service.settle()
    assert service.store.unanswered.due(D, service.store.now() + MAX_AGE_MS) == []


def test_nothing_is_sent_without_the_lease(service: ServiceInMemory) -> None:
    lease = service.store.lease(D)
    assert lease is not None
    lose_lease(service)
    sent = []
    with pytest.raises(LeaseLost), guarded_call(service.world, lease, D, ["r1"]):
        sent.append("r1")
    assert sent == []
    assert service.store.unanswered.due(D, service.store.now() + MAX_AGE_MS) == []
    lease.release()


def test_a_write_has_less_time_than_the_lease(service: ServiceInMemory) -> None:
    """Whatever the settings wait for an answer."""
    lease = service.store.lease(D)
    assert lease is not None
    patient = service.world.settings.model_copy(update={"argilla_timeout_s": 900.0})
    waits: list[dict[str, float]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"])
        return httpx.Response(200, json={"items": []})

    http = httpx.Client(base_url="http://argilla", transport=httpx.MockTransport(handle))
    world = type(service.world)(Gateway(http), service.store, patient)
    with guarded_call(world, lease, D, ["r1"]):
        world.gateway.suggest(D, [])
        left = service.store.redis.pttl(service.store.keys.of(D, "lease")) / 1000
    world.gateway.suggest(D, [])
    inside, outside = (max(wait.values()) for wait in waits)
    assert (inside <= MAX_WRITE_S, inside < left, left <= MAX_WRITE_S + SPARE_S) == (True,) * 3
    assert outside != inside
    lease.release()


def test_a_copy_that_an_old_write_changed_is_written_anew(
    reviewed: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What we remember of the copy says that it is right; Argilla shows otherwise."""
    split(reviewed, "r1")
    sent = wire(reviewed, "put_records")
    reviewed.argilla.after = once("put_records", raising(Killed()))
    with pytest.raises(Killed):
        reviewed.settle()
    lose_lease(reviewed)
    reviewed.argilla.answer("cas", "r1", helpful="no")
    reviewed.mark("r1")
    reviewed.settle()
    _, copy = copies(reviewed)["r1"]
    newest = copy.metadata
    reviewed.argilla.put_records(*sent[0])  # the old one lands
    _, copy = copies(reviewed)["r1"]
    assert copy.metadata != newest
    forget_jobs(reviewed)
    move_clock(reviewed, monkeypatch, FIRST_LOOK_MS)
    tick(reviewed.world)
    reviewed.settle()
    _, copy = copies(reviewed)["r1"]
    assert copy.metadata == newest


def test_a_copy_that_an_old_write_made_again_is_found_and_withdrawn(
    reviewed: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    split(reviewed, "r1")
    sent = wire(reviewed, "put_records")
    reviewed.argilla.after = once("put_records", raising(Killed()))
    with pytest.raises(Killed):
        reviewed.settle()
    lose_lease(reviewed)
    reviewed.settle()
    reviewed.argilla.answer("ben", "r1", helpful="yes")  # settled by itself
    reviewed.mark("r1")
    reviewed.settle()
    assert copies(reviewed) == {}
    reviewed.argilla.put_records(*sent[0])
    assert len(copies(reviewed)) == 1
    move_clock(reviewed, monkeypatch, FIRST_LOOK_MS)
    tick(reviewed.world)
    reviewed.settle()
    assert copies(reviewed) == {}


def test_guidelines_that_an_old_write_put_back_are_renewed_with_a_report(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(service, *EXAMPLES)
    service.argilla.before = once("write_guidelines", raising(Killed()))
    with pytest.raises(Killed):
        guidelines.request(service.world, D)
    lose_lease(service)
    service.store.datasets.add(D)
    forget_jobs(service)
    move_clock(service, monkeypatch, FIRST_LOOK_MS)
    tick(service.world)
    assert (REPORT, D) in jobs(service)


def test_guidelines_are_written_under_the_lease(service: ServiceInMemory) -> None:
    reported(service, *EXAMPLES)
    service.argilla.before = once("write_guidelines", lambda: lose_lease(service))
    with pytest.raises(LeaseLost):
        guidelines.request(service.world, D)
    assert (REPORT, D) in jobs(service)


def test_after_a_disconnect_what_may_have_landed_is_left_to_the_distiller(build: Build) -> None:
    """It takes back what Argilla shows, and marks nothing."""
    service = build(connected=False)
    look_again(service.world, D, [])
    assert jobs(service) == []
    look_again(service.world, D, iter([f"{RECORD}r1"]))
    assert jobs(service) == [(DISTIL, D)]
    assert service.store.dirty.sizes(D)[0] == 0


def test_what_is_to_be_looked_at_again_is_marked_by_what_it_is(service: ServiceInMemory) -> None:
    look_again(service.world, D, [f"{RECORD}r1", f"{COPY}r2", f"{RECORD}r3"])
    assert set(service.store.dirty.sizes(D)[:1]) == {2}
    assert service.store.reviews.doubted(D, ["r1", "r2", "r3"]) == {"r2"}
    assert (REPORT, D) not in jobs(service)
    look_again(service.world, D, [GUIDELINES])
    assert (REPORT, D) in jobs(service)
