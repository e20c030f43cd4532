"""What one vote is worth beside others, alone."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.votes import Votes
from argilla_distill.workers.engine.label.weights.worth import Worth


def tally(votes: list[Vote]) -> Tally:
    made = Tally(Votes.of(("a", "b"), votes))
    made.anchor_all([], [])
    return made


def crowd(confidence: bool = False) -> list[Vote]:
    """Six who are right in 7 of 10, each on their own, and one who copies the first."""
    rng = np.random.default_rng(0)
    votes = []
    for i in range(300):
        right = rng.random(6) < 0.7
        for j, hit in enumerate([*right, right[0]]):
            sure = (1.0 if hit else 0.0) if confidence else None
            votes.append(Vote(f"r{i}", f"ann{j}", "ab"[(i + (not hit)) % 2], sure))
    return votes


def test_a_copy_and_its_original_are_worth_less_than_two() -> None:
    worth, made = Worth(), tally(crowd())
    worth.fit(made)
    assert not worth.even()
    where, slots = made.votes.of_records(np.array([0]))
    found_there = worth.of(where, slots)
    assert found_there is not None
    found = dict(zip(made.votes.columns()[1][slots].tolist(), found_there, strict=True))
    assert found[0] == pytest.approx(found[6])
    assert found[0] < 0.8
    assert all(found[j] > 0.95 for j in range(1, 6))


def test_where_nobody_copies_and_nobody_was_asked_every_vote_is_worth_1() -> None:
    worth, made = Worth(), tally([v for v in crowd() if v.annotator != "ann6"])
    worth.fit(made)
    assert not worth.prove(np.full(6, 0.7))
    assert worth.even()
    assert worth.of(np.array([0]), np.array([0])) is None


def test_being_sure_counts_for_as_much_as_it_proved() -> None:
    """Here who was sure was always right, and who was not was always wrong."""
    worth, made = Worth(), tally([v for v in crowd(True) if v.annotator != "ann6"])
    worth.fit(made)
    assert worth.even()
    made.responsibility = np.array([[1.0, 0.0], [0.0, 1.0]])[
        [int(record[1:]) % 2 for record in made.votes.records]
    ]
    assert worth.prove(np.full(6, 0.7))
    assert worth.sureness_[5] > 2
    assert worth.sureness_[1] == 0


def test_it_saves_itself() -> None:
    worth, again, made = Worth(), Worth(), tally(crowd(True))
    worth.fit(made)
    again.restore(made, worth.state())
    np.testing.assert_array_equal(again.redundant_.toarray(), worth.redundant_.toarray())
    np.testing.assert_array_equal(again.sureness_, worth.sureness_)
    assert again.jury_.unexplained == worth.jury_.unexplained
    slots = np.arange(7)
    given, back = worth.of(slots * 0, slots), again.of(slots * 0, slots)
    assert given is not None
    assert back is not None
    np.testing.assert_array_equal(given, back)


def test_adjudications_tell_more_than_who_votes_like_whom() -> None:
    worth, made = Worth(), tally(crowd())
    worth.fit(made)
    alone = worth.jury_
    assert alone.unexplained > 0
    made.anchor_all(list(range(30)), [0] * 30)
    worth.fit(made)
    assert worth.jury_.unexplained == pytest.approx(alone.unexplained / 4)
    assert np.abs(worth.jury_.worth - 1).max() < np.abs(alone.worth - 1).max() / 2
