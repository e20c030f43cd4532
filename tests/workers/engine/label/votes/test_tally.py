"""What annotators are judged by, alone: counts follow responsibilities, adjudications anchor them."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.votes import Votes

LABELS = ("a", "b")


def tally(worth: float = 1.0) -> Tally:
    """Two records: ann says a, b and ben says a, a; a answers for them by 3/4 and 1/4."""
    said = [("r1", "ann", "a"), ("r2", "ann", "b"), ("r1", "ben", "a"), ("r2", "ben", "a")]
    made = Tally(Votes.of(LABELS, [Vote(*each) for each in said]), worth)
    made.anchor_all([], [])
    made.make_room()
    made.renew(np.array([0, 1]), np.array([[0.75, 0.25], [0.25, 0.75]]))
    return made


def test_counts_are_what_one_adds_up_by_hand() -> None:
    ann, ben = tally().cubes()  # [given, true]
    np.testing.assert_allclose(ann, [[0.75, 0.25], [0.25, 0.75]])
    np.testing.assert_allclose(ben, [[1.0, 1.0], [0.0, 0.0]])


def test_withdrawn_and_renewed_with_the_same_nothing_changes() -> None:
    made = tally()
    before = made.counts.copy()
    made.withdraw(np.array([1]))
    assert made.counts.sum() == pytest.approx(2.0)  # two votes on the other record
    made.renew(np.array([1]), np.array([[0.25, 0.75]]))
    np.testing.assert_allclose(made.counts, before)


def test_a_shift_moves_the_counts_of_all_who_voted_there() -> None:
    made = tally()
    assert made.shift(np.array([1]), np.array([[1.0, 0.0]])).tolist() == [0, 1]
    np.testing.assert_allclose(made.cubes()[1], [[1.75, 0.25], [0.0, 0.0]])


def test_an_adjudicated_record_is_judged_as_its_adjudication_and_counts_as_often_as_it_is_worth() -> (
    None
):
    made = tally(worth=3.0)
    made.withdraw(np.array([1]))
    made.anchors[1] = 0
    made.renew(np.array([1]), np.array([[0.25, 0.75]]))
    assert made.responsibility[1].tolist() == pytest.approx([ADJUDICATED, 1 - ADJUDICATED])
    ben = made.cubes()[1]
    assert ben[0, 0] == pytest.approx(0.75 + 3 * ADJUDICATED)
    assert made.heard(np.array([0, 1])).all()


def test_accuracy_is_drawn_toward_the_crowds() -> None:
    """Crowd: hits ann 1.5, ben 1, of 4 votes: (2.5 + 20 · 0.7) / 24 = 0.6875.

    Ann: (1.5 + 8 · 0.6875) / 10 = 0.7.
    """
    accuracy, strength = tally().accuracy()
    assert accuracy[0] == pytest.approx(0.7)
    assert strength.tolist() == [10.0, 10.0]


def test_confusions_are_rows_that_sum_to_1() -> None:
    confusions = tally().confusions()
    assert confusions.shape == (2, 2, 2)
    np.testing.assert_allclose(confusions.sum(axis=2), 1.0)


def test_it_grows_for_whom_it_never_saw() -> None:
    made = tally()
    made.votes.put(Vote("r3", "cas", "b"))
    made.make_room()
    assert min(len(made.responsibility), len(made.anchors)) >= 3
    assert len(made.counts) >= 6
    assert made.anchors[2] == -1


def test_it_saves_itself() -> None:
    made = tally(worth=3.0)
    made.anchors[0] = 1
    again = Tally.restore(LABELS, made.state(), 3.0)
    np.testing.assert_array_equal(again.counts[:4], made.counts[:4])
    np.testing.assert_array_equal(again.responsibility[:2], made.responsibility[:2])
    assert again.anchors[:2].tolist() == [1, -1]
    assert sorted(again.votes) == sorted(made.votes)
