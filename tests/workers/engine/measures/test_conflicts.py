from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Span, label_question
from argilla_distill.workers.engine.measures import conflicts

ASKED = label_question("a", "b", "c", "z")


def decision(leader: str | None, confidence: float) -> Decision:
    return Decision("r", leader, leader, None, confidence, {}, 0.0, (), None if leader else "tie")


def votes(labels: str) -> list[Vote]:
    return [Vote("r", f"ann{j}", label) for j, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("labels", "leader", "kind"),
    [
        ("ab", None, "tie"),
        ("ab", "a", "split"),
        ("aab", "a", "dissent"),
        ("aabb", "a", "split"),
        ("aaabb", "a", "split"),
        ("abc", "a", "scatter"),
    ],
)
def test_the_kind_of_a_conflict(labels: str, leader: str | None, kind: str) -> None:
    found = conflicts.find(ASKED, votes(labels), decision(leader, 0.5))
    assert found is not None
    assert (found.kind, found.state) == (kind, "open")


def test_a_conflict_is_settled_from_the_given_confidence_on() -> None:
    states = []
    for confidence in (0.94, 0.95, 1.0):
        found = conflicts.find(ASKED, votes("aab"), decision("a", confidence))
        states.append(found and found.state)
    assert states == ["open", "settled", "settled"]
    found = conflicts.find(ASKED, votes("aab"), decision("a", 0.8), settled_confidence=0.7)
    assert found is not None
    assert found.state == "settled"


def test_votes_that_never_differed_are_no_conflict() -> None:
    assert conflicts.find(ASKED, votes("aaa"), decision("a", 0.6)) is None
    assert conflicts.find(ASKED, [], decision(None, 0.5)) is None


def test_votes_that_have_come_to_agree_are_a_settled_conflict() -> None:
    found = conflicts.find(ASKED, votes("aa"), decision("a", 0.6), differed_before=True)
    assert found is not None
    assert (found.state, found.kind) == ("settled", "resolved")
    assert conflicts.find(ASKED, [], decision(None, 0.5), differed_before=True) is None


def test_voices_are_listed_most_first_then_by_name_and_of_this_record_only() -> None:
    other = [Vote("other", "zoe", "z")]
    found = conflicts.find(ASKED, [*reversed(votes("babc")), *other], decision("b", 0.5))
    assert found is not None
    assert list(found.voices.items()) == [
        ("b", ("ann0", "ann2")),
        ("a", ("ann1",)),
        ("c", ("ann3",)),
    ]


def test_ratings_near_each_other_and_texts_alike_but_for_punctuation_do_not_contradict() -> None:
    rating, text = Question("rating", scale=(1, 2, 3, 4, 5)), Question("text")

    def between(question: Question, *values: object) -> bool:
        said = [Vote("r", f"ann{j}", value) for j, value in enumerate(values)]
        return conflicts.find(question, said, decision("a", 0.5)) is not None

    assert not between(rating, 2, 3)
    assert between(rating, 2, 4)
    assert not between(text, "He left.", "he left")
    assert not between(text, "He left the house.", "She left the house.")
    assert between(text, "He left.", "She stayed.")


def test_rankings_and_spans_near_each_other_do_not_contradict() -> None:
    ranking, span = Question("ranking", ("a", "b", "c")), Question("span", ("x", "y"))

    def between(question: Question, *values: object) -> bool:
        said = [Vote("r", f"ann{j}", value) for j, value in enumerate(values)]
        return conflicts.find(question, said, decision("a", 0.5)) is not None

    assert not between(ranking, (("a",), ("b",), ("c",)), (("b",), ("a",), ("c",)))
    assert not between(ranking, (("a",), ("b",), ("c",)), (("a", "b", "c"),))
    assert between(ranking, (("a",), ("b",), ("c",)), (("c",), ("a",), ("b",)))
    assert not between(span, (Span(0, 10, "x"),), (Span(1, 10, "x"),))
    assert between(span, (Span(0, 10, "x"),), (Span(0, 10, "y"),))
    assert between(span, (Span(0, 10, "x"),), (Span(0, 4, "x"),))
    assert between(span, (), (Span(0, 4, "x"),))
    assert not between(span, (), ())


def test_an_adjudication_settles() -> None:
    reviewed = replace(decision("a", 0.6), adjudicated=True)
    found = conflicts.find(ASKED, votes("aab"), reviewed)
    assert found is not None
    assert found.state == "settled"
