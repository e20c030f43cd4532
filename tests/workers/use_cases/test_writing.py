"""A write that lands late, whoever sent it, is noticed and put right; none is sent without the lease."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.dispatch import REPORT
from argilla_distill.plugin.errors import ArgillaUnavailable, LeaseLost
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.work.unanswered import FIRST_LOOK_MS, MAX_AGE_MS
from argilla_distill.workers.use_cases.distilling.guarded_write import MAX_WRITE_S, SPARE_S, writing
from argilla_distill.workers.use_cases.reports import guidelines
from argilla_distill.workers.use_cases.watch import tick
from tests.workers.argilla_in_memory import HELPFUL, D
from tests.workers.service_in_memory import Town
from tests.workers.use_cases.test_distil import once, raising
from tests.workers.use_cases.test_guidelines import EXAMPLES, reported
from tests.workers.use_cases.test_reviewing import copies, reviewed, split
from tests.workers.use_cases.test_watch import forget_jobs, jobs

__all__ = ["reviewed"]


class Killed(BaseException):
    """The end of a process, which no code of ours survives."""


def lose_lease(town: Town) -> None:
    """What Redis does to the lease of a machine that stalls."""
    town.store.redis.delete(Keys(town.store.datasets._keys.prefix).of(D, "lease"))


def wire(town: Town, name: str) -> list[tuple[Any, ...]]:
    """The calls of that name, as they are made: they can be made to land again."""
    sent: list[tuple[Any, ...]] = []
    real = getattr(town.argilla, name)

    def call(where: str, items: Any) -> Any:
        sent.append((where, list(items)))
        return real(*sent[-1])

    setattr(town.argilla, name, call)
    return sent


def answer_twice(town: Town, record: str, helpful: str) -> None:
    for user in ("ann", "ben"):
        town.answer(user, record, helpful=helpful)


def shown(town: Town, record: str = "r1") -> Any:
    found = town.argilla.shown(record, HELPFUL)
    return found and found.value


def overtake(town: Town) -> Callable[[], None]:
    """The worker stalls with its write on the wire, and another publishes what is newer."""

    def act() -> None:
        lose_lease(town)
        answer_twice(town, "r1", "no")
        town.settle()
        assert shown(town) == "no"

    return act


def test_a_write_that_lands_after_another_workers_is_put_right_at_once(town: Town) -> None:
    answer_twice(town, "r1", "yes")
    town.argilla.before = once("suggest", overtake(town))
    assert town.distil().word == "lease lost"
    assert shown(town) == "yes"  # the old write has landed
    assert town.store.dirty.sizes(D)[0] == 1
    town.settle()
    assert shown(town) == "no"
    assert town.suggestions() == town.fresh().suggestions()


def test_so_is_a_withdrawal(town: Town) -> None:
    answer_twice(town, "r1", "yes")
    town.settle()
    town.answer("ben", "r1", "draft", helpful="yes")

    def act() -> None:
        lose_lease(town)
        answer_twice(town, "r1", "yes")
        town.settle()

    town.argilla.before = once("withdraw", act)
    assert town.distil().word == "lease lost"
    town.settle()
    assert shown(town) == "yes"


def at(town: Town, monkeypatch: pytest.MonkeyPatch, later_ms: int) -> None:
    """Our clock, so much later than it is."""
    clock = town.store.redis.time

    def now() -> int:
        seconds, micros = clock()
        return int(seconds) * 1000 + int(micros) // 1000 + later_ms

    monkeypatch.setattr(town.store, "now", now)


@pytest.mark.parametrize("end", [Killed(), ArgillaUnavailable("no answer in time")])
def test_a_write_nobody_saw_the_end_of_is_looked_at_again_until_it_can_land_no_more(
    town: Town, end: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = wire(town, "suggest")
    answer_twice(town, "r1", "yes")
    real = town.argilla.suggest
    monkeypatch.setattr(town.argilla, "suggest", lambda *args: (real(*args), raising(end)())[0])
    try:
        town.distil()
    except Killed:
        lose_lease(town)
    monkeypatch.setattr(town.argilla, "suggest", real)
    overtake(town)()
    town.argilla.suggest(*sent[0])  # the old one lands
    assert shown(town) == "yes"
    town.settle()
    assert shown(town) == "yes"  # nobody has reason to look
    forget_jobs(town)
    at(town, monkeypatch, FIRST_LOOK_MS)
    tick(town.world)
    town.settle()
    assert shown(town) == "no"

    town.argilla.suggest(*sent[0])  # later still
    at(town, monkeypatch, 4 * FIRST_LOOK_MS)
    tick(town.world)
    town.settle()
    assert shown(town) == "no"
    at(town, monkeypatch, 3 * MAX_AGE_MS)
    for _ in range(2):
        tick(town.world)
    assert town.store.unanswered.due(D, town.store.now() + MAX_AGE_MS) == []


def test_what_was_answered_is_not_looked_at_again(town: Town) -> None:
    answer_twice(town, "r1", "yes")
    town.argilla.refuses = {"r2"}
    answer_twice(town, "r2", "yes")
    town.settle()
    assert town.store.unanswered.due(D, town.store.now() + MAX_AGE_MS) == []


def test_nothing_is_sent_without_the_lease(town: Town) -> None:
    lease = town.store.lease(D)
    assert lease is not None
    lose_lease(town)
    sent = []
    with pytest.raises(LeaseLost), writing(town.world, lease, D, ["r1"]):
        sent.append("r1")
    assert sent == []
    assert town.store.unanswered.due(D, town.store.now() + MAX_AGE_MS) == []
    lease.release()


def test_a_write_has_less_time_than_the_lease(town: Town) -> None:
    """Whatever the settings wait for an answer."""
    lease = town.store.lease(D)
    assert lease is not None
    patient = town.world.settings.model_copy(update={"argilla_timeout_s": 900.0})
    waits: list[dict[str, float]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        waits.append(request.extensions["timeout"])
        return httpx.Response(200, json={"items": []})

    http = httpx.Client(base_url="http://argilla", transport=httpx.MockTransport(handle))
    world = type(town.world)(Gateway(http), town.store, patient)
    with writing(world, lease, D, ["r1"]):
        world.gateway.suggest(D, [])
        left = town.store.redis.pttl(Keys(town.store.datasets._keys.prefix).of(D, "lease")) / 1000
    world.gateway.suggest(D, [])
    inside, outside = (max(wait.values()) for wait in waits)
    assert (inside <= MAX_WRITE_S, inside < left, left <= MAX_WRITE_S + SPARE_S) == (True,) * 3
    assert outside != inside
    lease.release()


def test_a_copy_that_an_old_write_changed_is_written_anew(
    reviewed: Town, monkeypatch: pytest.MonkeyPatch
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
    at(reviewed, monkeypatch, FIRST_LOOK_MS)
    tick(reviewed.world)
    reviewed.settle()
    _, copy = copies(reviewed)["r1"]
    assert copy.metadata == newest


def test_a_copy_that_an_old_write_made_again_is_found_and_withdrawn(
    reviewed: Town, monkeypatch: pytest.MonkeyPatch
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
    at(reviewed, monkeypatch, FIRST_LOOK_MS)
    tick(reviewed.world)
    reviewed.settle()
    assert copies(reviewed) == {}


def test_guidelines_that_an_old_write_put_back_are_renewed_with_a_report(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(town, *EXAMPLES)
    town.argilla.before = once("write_guidelines", raising(Killed()))
    with pytest.raises(Killed):
        guidelines.request(town.world, D)
    lose_lease(town)
    town.store.datasets.add(D)
    forget_jobs(town)
    at(town, monkeypatch, FIRST_LOOK_MS)
    tick(town.world)
    assert (REPORT, D) in jobs(town)


def test_guidelines_are_written_under_the_lease(town: Town) -> None:
    reported(town, *EXAMPLES)
    town.argilla.before = once("write_guidelines", lambda: lose_lease(town))
    with pytest.raises(LeaseLost):
        guidelines.request(town.world, D)
    assert (REPORT, D) in jobs(town)
