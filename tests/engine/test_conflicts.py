from __future__ import annotations

import pytest

from workers.engine import conflicts
from workers.engine.decision import Decision
from workers.engine.facts import Vote


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
    found = conflicts.find(votes(labels), decision(leader, 0.5))
    assert found is not None
    assert (found.kind, found.state) == (kind, "open")


def test_a_conflict_is_settled_from_the_given_confidence_on() -> None:
    states = []
    for confidence in (0.94, 0.95, 1.0):
        found = conflicts.find(votes("aab"), decision("a", confidence))
        states.append(found and found.state)
    assert states == ["open", "settled", "settled"]
    found = conflicts.find(votes("aab"), decision("a", 0.8), settled_confidence=0.7)
    assert found is not None
    assert found.state == "settled"


def test_votes_that_never_differed_are_no_conflict() -> None:
    assert conflicts.find(votes("aaa"), decision("a", 0.6)) is None
    assert conflicts.find([], decision(None, 0.5)) is None


def test_votes_that_have_come_to_agree_are_a_settled_conflict() -> None:
    found = conflicts.find(votes("aa"), decision("a", 0.6), differed_before=True)
    assert found is not None
    assert (found.state, found.kind) == ("settled", "resolved")
    assert conflicts.find([], decision(None, 0.5), differed_before=True) is None


def test_voices_are_listed_most_first_then_by_name_and_of_this_record_only() -> None:
    other = [Vote("other", "zoe", "z")]
    found = conflicts.find([*reversed(votes("babc")), *other], decision("b", 0.5))
    assert found is not None
    assert list(found.voices.items()) == [
        ("b", ("ann0", "ann2")),
        ("a", ("ann1",)),
        ("c", ("ann3",)),
    ]
