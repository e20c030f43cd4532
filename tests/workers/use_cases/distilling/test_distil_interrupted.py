"""What may go wrong on the path to a suggestion: nothing is lost, and nobody else is held up."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

import pytest

from argilla_distill.domain.records import Response
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.use_cases.distilling import distil as distilling
from argilla_distill.workers.use_cases.distilling import time_slice
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import HELPFUL, D, Hook, quiet
from tests.workers.interruptions import Killed, once, raising, raising_at_every_call
from tests.workers.service_in_memory import RECORDS, Build, ServiceInMemory


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("name", ["records", "suggest", "users", "dataset"])
def test_an_answer_that_arrives_during_the_work_is_not_lost(
    service: ServiceInMemory, moment: str, name: str
) -> None:
    service.mark(*RECORDS)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    setattr(service.argilla, moment, once(name, lambda: service.answer("cas", "r1", helpful="no")))
    service.distil()
    assert [service.name(voice.annotator) for voice in service.decision("r1").voices] == [
        "ann",
        "ben",
        "cas",
    ]
    assert service.state() == service.fresh().state()


def scenario(service: ServiceInMemory) -> None:
    """Votes that agree, differ, are taken back and edited; another agent; a record that goes."""
    service.argilla.suggested_by("judge", "r1", HELPFUL, "yes")
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
        service.answer(user, "r4", helpful="yes")
    service.answer("ann", "r2", helpful="yes", problem="none")
    service.answer("ben", "r2", helpful="no", problem="none")
    service.settle()
    service.answer("cas", "r2", helpful="no", problem="none")
    service.argilla.retract("ben", "r1")
    service.mark("r1")
    service.answer("cas", "r3", helpful="no")
    del service.argilla.rows[D]["r4"]
    service.mark("r4")
    service.settle()
    service.answer("dan", "r2", helpful="yes", problem="tone")
    service.answer("ann", "r3", helpful="no")
    service.answer("ann", "r1", helpful="no")
    service.settle()
    service.answer("ann", "r2", "discarded")
    service.answer("eve", "r2", helpful="yes", problem="none")
    service.settle()


def at_call(number: int, error: Exception) -> Hook:
    """A hook that fails at the call of that number."""
    calls: list[str] = []

    def hook(name: str) -> None:
        calls.append(name)
        if len(calls) == number:
            raise error

    return hook


CALLS = 19  # as counted by the test below


def test_the_scenario_makes_as_many_calls_as_are_tried_below(service: ServiceInMemory) -> None:
    scenario(service)
    assert len(service.argilla.calls) == CALLS


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_argilla_away_at_any_call_changes_nothing_in_the_end(
    build: Build, number: int, moment: str
) -> None:
    """Before: the call never reached Argilla. After: it took effect, but its answer never came."""
    undisturbed, service = build(), build()
    scenario(undisturbed)
    setattr(service.argilla, moment, at_call(number, ArgillaUnavailable("503")))
    scenario(service)
    assert int(service.store.datasets.info(D)["failures"]) == 1
    assert service.state() == undisturbed.state()
    assert service.said() == undisturbed.said()


def test_a_failure_is_told_and_argilla_left_alone_for_longer_each_time(
    service: ServiceInMemory,
) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.argilla.before = raise_always = raising_at_every_call(ArgillaRefused("wrong key"))
    rests = []
    for _ in range(3):
        outcome = service.distil()
        assert (outcome.status, outcome.errors, outcome.waiting) == ("failed", ["wrong key"], False)
        rests.append(service.store.redis.ttl(service.store.keys.of(D, "wake")))
    assert rests == sorted(rests)
    assert rests[0] < rests[2] <= distilling.MAX_REST_S
    assert service.store.datasets.info(D)["word"] == "wrong key"
    assert service.argilla.before is raise_always
    service.argilla.before = quiet
    service.settle()
    assert service.store.datasets.info(D)["word"] == ""
    assert service.store.datasets.info(D)["failures"] == "3"


@pytest.mark.parametrize("error", [ArgillaUnavailable("the reply was lost"), Killed()], ids=repr)
def test_who_agrees_with_a_suggestion_that_nobody_could_keep_is_an_echo(
    build: Build, error: BaseException
) -> None:
    service = build(publish="always")
    service.answer("ann", "r1", helpful="yes")
    service.argilla.after = once("suggest", raising(error))
    with suppress(Killed):
        service.distil()
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    assert service.ledger("r1").answers[1].echoes == ("helpful",)


def steal(service: ServiceInMemory) -> Lease:
    """The lease runs out, and somebody else takes it."""
    service.store.redis.delete(service.store.keys.of(D, "lease"))
    lease = service.store.lease(D)
    assert lease is not None
    return lease


@pytest.mark.parametrize("name", ["records", "users"])
def test_whoever_lost_the_lease_writes_nothing(service: ServiceInMemory, name: str) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="yes")
    thieves: list[Lease] = []
    service.argilla.after = once(name, lambda: thieves.append(steal(service)))
    assert service.distil().status == "lease lost"
    assert [entry.kind for entry in service.history()] == ["config"]
    assert service.store.datasets.ledger(D, ["r1"]) == [None]
    assert "suggest" not in service.argilla.calls
    assert service.store.dirty.sizes(D) == (1, 0, 0)
    assert service.store.leased(D)
    thieves[0].release()
    service.settle()
    assert service.suggestions()["r1", "helpful"][0] == "yes"


def test_whoever_lost_the_lease_while_publishing_keeps_no_decision(
    service: ServiceInMemory,
) -> None:
    service.mark(*RECORDS)
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="yes")
    thieves: list[Lease] = []
    service.argilla.before = once("suggest", lambda: thieves.append(steal(service)))
    assert service.distil().status == "lease lost"
    assert service.store.datasets.decisions(D, ["r1"]) == [None]
    assert service.store.dirty.sizes(D) == (4, 0, 0)
    thieves[0].release()
    service.settle()
    assert service.state() == service.fresh().state()


def test_a_second_distiller_finds_the_dataset_busy(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    words: list[str] = []
    service.argilla.before = once("records", lambda: words.append(service.distil().status))
    assert service.distil().status == "done"
    assert words == ["busy"]


def test_a_record_that_argilla_refuses_is_set_aside_and_holds_up_nobody(
    service: ServiceInMemory,
) -> None:
    service.argilla.refuses = {"r2"}
    for record in RECORDS:
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes")
    outcome = service.distil()
    assert outcome.errors == ["r2: r2: not accepted"]
    assert {record for record, _ in service.suggestions()} == {"r1", "r3", "r4"}
    assert list(service.store.dirty.poisoned(D)) == ["r2"]
    assert service.store.dirty.sizes(D) == (0, 0, 1)
    assert service.store.datasets.info(D)["failures"] == "1"
    assert service.store.datasets.decisions(D, ["r2"]) == [None]


@pytest.mark.parametrize("how", ["a delivery", "a sweep"])
def test_a_record_set_aside_gets_another_chance(service: ServiceInMemory, how: str) -> None:
    service.mark(*RECORDS)
    service.argilla.refuses = {"r2"}
    for user in ("ann", "ben"):
        service.answer(user, "r2", helpful="yes")
    service.settle()
    service.argilla.refuses = set()
    if how == "a delivery":
        service.mark("r2")
    else:
        sweep(service.world, D)
    service.settle()
    assert service.store.dirty.poisoned(D) == {}
    assert service.state() == service.fresh().state()


def distil_though_it_breaks(service: ServiceInMemory, most: int) -> None:
    """Until nothing waits; a job breaks at most so many times, and never keeps the lease."""
    broken = 0
    while any(service.store.dirty.sizes(D)[:2]):
        try:
            service.distil()
        except KeyError:
            broken += 1
        assert not service.store.leased(D)
        assert broken <= most


def test_a_record_that_breaks_its_worker_is_found_and_set_aside(service: ServiceInMemory) -> None:
    service.argilla.unreadable = {"r2"}
    for record in RECORDS:
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes")
    distil_though_it_breaks(service, most=14)
    assert {record for record, _ in service.suggestions()} == {"r1", "r3", "r4"}
    assert "failed 7 times" in service.store.dirty.poisoned(D)["r2"].error
    service.argilla.unreadable = set()
    sweep(service.world, D)
    service.settle()
    assert service.state() == service.fresh().state()


def test_a_record_in_the_midst_that_breaks_its_worker_is_found_soon(
    service: ServiceInMemory,
) -> None:
    """So far it broke three times for each record that waited before it: a hundred times here."""
    ids = [f"n{i:02}" for i in range(40)]
    service.argilla.add(*ids)
    for record in ids:
        for user in ("ann", "ben"):
            service.argilla.answer(user, record, helpful="yes")
        service.mark(record)
    service.argilla.unreadable = {"n29"}
    distil_though_it_breaks(service, most=20)
    assert list(service.store.dirty.poisoned(D)) == ["n29"]
    assert {record for record, _ in service.suggestions()} == {*ids} - {"n29"}


def test_a_record_that_cannot_be_understood_is_set_aside_and_left_as_it_was(
    service: ServiceInMemory,
) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
        service.answer(user, "r2", helpful="yes")
    service.settle()
    broken = Response("id-cas", "submitted", cast("dict[str, Any]", None), 5)
    service.argilla.rows[D]["r2"].responses["cas"] = broken
    service.answer("cas", "r1", helpful="no")
    before = service.ledger("r2")
    service.mark("r2")
    service.settle()
    assert "cannot be understood" in service.store.dirty.poisoned(D)["r2"].error
    assert service.ledger("r2") == before
    assert service.decision("r2").value == "yes"
    assert len(service.decision("r1").voices) == 3


def test_a_time_slice_that_is_over_does_one_batch_and_leaves_the_rest_waiting(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 1)
    for record in ("r1", "r2", "r3"):
        service.answer("ann", record, helpful="yes")
    outcome = service.distil(slice_s=0)
    assert (outcome.waiting, outcome.records) == (True, 1)
    assert service.store.dirty.sizes(D) == (2, 0, 0)
    assert not service.store.leased(D)


def test_the_lease_is_given_back_after_the_batch_when_somebody_wants_it(
    service: ServiceInMemory,
) -> None:
    service.answer("ann", "r1", helpful="yes")

    def interrupt() -> None:
        service.store.want_lease(D)
        service.answer("ann", "r2", helpful="yes")

    service.argilla.before = once("records", interrupt)
    outcome = service.distil()
    assert (outcome.waiting, outcome.records) == (True, 1)
    service.settle()
    assert service.decision("r2").value == "yes"
