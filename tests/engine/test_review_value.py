"""What a review is worth."""

from __future__ import annotations

from workers.engine import registry
from workers.engine.facts import Adjudication, Vote
from workers.engine.question import label_question
from workers.engine.review_value import ReviewValue, ReviewValues

QUESTION = label_question("a", "b")


def valued(*facts: Vote | Adjudication) -> dict[str, ReviewValue]:
    model = registry.create("learned", QUESTION).fit(facts)
    values = ReviewValues(QUESTION, model.annotators())
    records = sorted({fact.record for fact in facts})
    return {d.record: values.of(d) for d in model.decide(records)}


AGREED = [Vote(f"r{i}", who, "ab"[i % 2]) for i in range(20) for who in ("ann", "ben", "cas")]


def test_an_adjudicated_record_is_worth_nothing() -> None:
    found = valued(*AGREED, Adjudication("r0", "b"))
    assert found["r0"].worth == 0
    assert found["r1"].worth > 0


def test_a_contested_record_gains_and_teaches_more_than_a_unanimous_one() -> None:
    found = valued(*AGREED, Vote("x", "ann", "a"), Vote("x", "ben", "b"), Vote("x", "cas", "b"))
    assert found["x"].gain > found["r0"].gain
    assert found["x"].teaching > found["r0"].teaching == 0


def test_a_tie_gains_more_than_any_decision() -> None:
    found = valued(*AGREED, Vote("x", "ann", "a"), Vote("x", "ben", "b"))
    assert found["x"].gain == max(value.gain for value in found.values()) == 0.75
