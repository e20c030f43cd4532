"""What is sent to Argilla of a batch, and since when it shows what."""

from __future__ import annotations

import time

import pytest

from tests.workers.argilla_in_memory import HELPFUL, D
from tests.workers.models.misbehaving import NAME, Misbehaving
from tests.workers.service_in_memory import Build, ServiceInMemory, answer_twice


def undo(service: ServiceInMemory) -> None:
    """The record is pending again: nothing of ours may be on it any more."""
    service.argilla.retract("ben", "r1")
    service.mark("r1")
    service.settle()


def test_what_we_showed_ended_when_another_agents_suggestion_came_back(
    service: ServiceInMemory,
) -> None:
    """Noted was once when another suggestion of ours was sent, or 1970: no answer was an echo of it."""
    service.argilla.suggested_by("judge", "r1", HELPFUL, "no")
    answer_twice(service, "r1", "yes")
    service.settle()
    undo(service)
    restored = service.argilla.shown("r1")
    assert restored is not None
    assert restored.agent == "judge"
    (shown,) = service.decision("r1").shown
    assert (shown.value, shown.until) == ("yes", restored.at)
    assert shown.since < restored.at


def test_what_is_sent_anew_is_shown_since_then_whatever_was_shown_before(
    service: ServiceInMemory,
) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes", problem="tone")
    service.settle()
    (before,) = service.decision("r1", "problem").shown
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="no", problem="tone")
    service.settle()
    sent = service.argilla.shown("r1")
    assert sent is not None
    assert [each.since for each in service.decision("r1").shown] == [before.since, sent.at]
    assert service.decision("r1", "problem").shown == (before,), "it was shown all along"


def test_what_is_withdrawn_was_shown_until_it_was_gone(service: ServiceInMemory) -> None:
    answer_twice(service, "r1", "yes")
    service.settle()
    gone: list[int] = []

    def take_its_time(name: str) -> None:
        if name == "withdraw":
            time.sleep(0.003)
            gone.append(service.store.now())

    service.argilla.before = take_its_time
    undo(service)
    (shown,) = service.decision("r1").shown
    assert shown.until is not None
    assert shown.until >= gone[0]


def test_where_nothing_is_to_be_taken_back_argilla_is_not_asked_to(
    service: ServiceInMemory,
) -> None:
    answer_twice(service, "r1", "yes")
    service.settle()
    assert "withdraw" not in service.argilla.calls


def test_of_a_record_that_argilla_refuses_nothing_is_taken_back_either(
    service: ServiceInMemory,
) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes", problem="tone")
    service.settle()
    service.argilla.refuses = {"r1"}
    service.answer("ann", "r1", helpful="no", problem="facts")
    service.answer("ben", "r1", helpful="yes", problem="facts")
    service.distil()
    assert "withdraw" not in service.argilla.calls
    assert service.suggestions() == {
        ("r1", "helpful"): ("yes", "distill/majority"),
        ("r1", "problem"): ("tone", "distill/majority"),
    }


def test_all_that_argilla_took_is_counted_however_many_calls_it_needed(
    service: ServiceInMemory,
) -> None:
    service.argilla.refuses = {"r2"}
    for record in ("r1", "r2", "r3", "r4"):
        answer_twice(service, record, "yes")
    assert service.distil().published == 3
    assert service.store.datasets.info(D)["published"] == "3"


def test_what_was_published_of_a_question_whose_strategy_fails_is_kept(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = build(questions={"helpful": {"strategy": NAME}}, strategy_timeout_s=0.5)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes", problem="tone")
    service.settle()
    monkeypatch.setattr(Misbehaving, "fault", "raises")
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="no", problem="facts")
    service.settle()
    assert {pair: value for pair, (value, _) in service.suggestions().items()} == {
        ("r1", "helpful"): "yes",
        ("r1", "problem"): "facts",
    }
    (shown,) = service.decision("r1").shown
    assert (shown.value, shown.until) == ("yes", None)
