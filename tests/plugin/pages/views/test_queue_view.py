"""The review queue in words: which question a record is in it for, and why there."""

from typing import Any

import pytest

from argilla_distill.plugin.pages.looked_up import Due
from argilla_distill.plugin.pages.views.queue_view import KINDS, Queued, queued
from argilla_distill.plugin.store.shapes import record_shapes
from tests.plugin.pages.scene import helpful

OPEN = {"state": "open", "labels": {"yes": [0], "no": [1]}, "since": 0}


def one(decisions: dict[str, Any], conflicts: dict[str, Any] | None = None) -> Queued:
    known = {question: record_shapes.conflict(c) for question, c in (conflicts or {}).items()}
    (each,) = queued([Due("r", 0.5, record_shapes.decisions(decisions), known)])
    return each


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_conflict_is_called_by_its_kind(kind: str) -> None:
    each = one({"q": helpful()}, {"q": {**OPEN, "kind": kind}})
    assert (each.kind, each.sides, each.reasons[0]) == (kind, ("yes", "no"), KINDS[kind])


def test_a_conflict_of_no_known_kind_is_a_conflict_still() -> None:
    assert one({"q": helpful()}, {"q": OPEN}).reasons[0] == "the votes differ"


def test_a_settled_conflict_is_no_reason() -> None:
    each = one({"q": helpful()}, {"q": {**OPEN, "state": "settled", "kind": "split"}})
    assert (each.kind, each.sides) == ("", ())
    assert each.reasons == ("yes is 97\u202f% sure",)


def test_an_unsure_decision_and_none_at_all_are_reasons() -> None:
    assert one({"q": helpful(c=0.6)}).reasons == ("yes is only 60\u202f% sure",)
    assert one({"q": helpful(v=None, abstain="too close")}).reasons == ("too close",)
    assert one({"q": helpful(v=None)}).reasons == ("no value is probable enough",)


def test_of_several_questions_it_is_the_one_that_is_worth_most() -> None:
    decisions = {
        "sure": helpful(c=0.99, worth=[0.01, 0.0]),
        "worth": helpful(c=0.9, worth=[0.3, 0.1]),
        "older": helpful(c=0.51),
    }
    assert one(decisions).question == "worth"
    del decisions["worth"], decisions["sure"]
    assert one({**decisions, "other": helpful(c=0.7)}).question == "older"


@pytest.mark.parametrize(
    ("worth", "told"),
    [
        ([0.4, 0.01], None),
        ([0.3, 0.1], "it also teaches about annotators and labels"),
        ([0.1, 0.3], "most of its worth is what it teaches about annotators and labels"),
        ([0.0, 0.0], None),
        (None, None),
    ],
)
def test_what_a_review_teaches_is_told_where_it_counts(
    worth: list[float] | None, told: str | None
) -> None:
    reasons = one({"q": helpful(worth=worth)}).reasons
    assert (reasons[-1] == told) if told else not any("teach" in reason for reason in reasons)


def test_an_empty_queue_is_empty() -> None:
    assert queued([]) == ()
