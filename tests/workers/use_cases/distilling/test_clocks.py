"""Times from outside, however far in the future, hide nothing and win nothing for good."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.records import Response
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.watch import look_round
from tests.workers.argilla_in_memory import HELPFUL, D
from tests.workers.service_in_memory import Build, ServiceInMemory

YEAR_MS = 365 * 86_400_000


def looks(service: ServiceInMemory) -> list[list[str]]:
    """What two looks in a row find."""
    return [look_round(service.world) for _ in range(2)]


def lose_an_edit(service: ServiceInMemory) -> None:
    """The counts stay; only Argilla's time of the last activity tells that something happened."""
    service.argilla.answer("ben", "r1", helpful="no")
    later = service.store.now() + 2_500
    service.argilla.sets[D] = replace(service.argilla.sets[D], last_activity=later)


def test_a_delivery_dated_in_the_future_does_not_blind_the_look(quiet: ServiceInMemory) -> None:
    quiet.mark("r1", heard=quiet.store.now() + YEAR_MS)
    quiet.settle()
    assert looks(quiet) == [[], []]
    lose_an_edit(quiet)
    assert looks(quiet) == [[], [D]]


def test_a_delivery_of_an_earlier_release_that_was_believed_is_believed_no_more(
    quiet: ServiceInMemory,
) -> None:
    quiet.store.datasets.note(D, heard=quiet.store.now() + YEAR_MS)
    lose_an_edit(quiet)
    assert looks(quiet) == [[], [D]]
    quiet.mark("r1", heard=5)
    assert quiet.store.datasets.info(D)["heard"] == "5"


def test_an_activity_dated_in_the_future_is_swept_once_and_blinds_nobody(
    quiet: ServiceInMemory,
) -> None:
    ahead = quiet.store.now() + YEAR_MS
    quiet.argilla.sets[D] = replace(quiet.argilla.sets[D], last_activity=ahead)
    assert looks(quiet) == [[], [D]]
    sweep(quiet.world, D)
    quiet.settle()
    assert looks(quiet) == [[], []]
    lose_an_edit(quiet)
    assert looks(quiet) == [[], [D]]


def test_a_sweep_dated_in_the_future_does_not_put_the_next_off(quiet: ServiceInMemory) -> None:
    """Our own clock may once have been ahead as well."""
    quiet.store.datasets.note(D, swept_at=quiet.store.now() + YEAR_MS)
    assert look_round(quiet.world) == [D]


def in_the_future(service: ServiceInMemory, user: str, record: str, **values: Any) -> None:
    """An answer that Argilla dates a year ahead."""
    service.argilla.names[f"id-{user}"] = user
    at = service.store.now() + YEAR_MS
    service.argilla.rows[D][record].responses[user] = Response(
        f"id-{user}", "submitted", values, at
    )
    service.mark(record)


def test_an_answer_dated_in_the_future_was_given_when_we_first_saw_it(
    service: ServiceInMemory,
) -> None:
    before = service.store.now()
    in_the_future(service, "ann", "r1", helpful="yes")
    service.settle()
    (answer,) = service.ledger("r1").answers.values()
    first = answer.at
    assert before <= first <= service.store.now()
    assert [e.at for e in service.history() if e.kind == "answer"] == [first]
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    assert service.ledger("r1").answers[0].at == first


def test_an_agents_suggestion_dated_in_the_future_was_made_when_we_saw_it(
    service: ServiceInMemory,
) -> None:
    service.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    there = service.argilla.rows[D]["r1"].suggestions
    there[HELPFUL.id] = replace(there[HELPFUL.id], at=service.store.now() + YEAR_MS)
    service.mark("r1")
    service.settle()
    assert service.ledger("r1").suggestions["helpful"].at <= service.store.now()


@pytest.mark.parametrize("ahead_ms", [0, YEAR_MS])
def test_an_echo_is_an_echo_whatever_time_argilla_gave_to_our_suggestion(
    build: Build, ahead_ms: int
) -> None:
    service = build(publish="always")
    service.answer("ann", "r1", helpful="yes")
    clock = service.argilla.tick
    service.argilla.tick = lambda: clock() + ahead_ms  # type: ignore[method-assign]
    service.settle()
    service.argilla.tick = clock  # type: ignore[method-assign]
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    assert service.ledger("r1").answers[1].echoes == ("helpful",)
