"""What votes weigh, alone: hand-worked matrices, kinds of annotators, what a weigher saves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from argilla_distill.workers.engine.contract.facts import Source, Vote
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.votes import Votes
from argilla_distill.workers.engine.label.weights.confusion_weigher import ConfusionWeigher
from argilla_distill.workers.engine.label.weights.pooled import VOTED, PooledWeigher
from argilla_distill.workers.engine.label.weights.weigher import CrowdEstimate, Weigher

COUNTS = np.array([[3.0, 1.0], [0.0, 4.0], [2.0, 2.0], [2.0, 2.0]])
"""Ann's and ben's, [annotator · given, true]: ann is right in 7 of 8, ben in 4 of 8."""


def tally() -> Tally:
    votes = [Vote(f"r{i}", "ann", "ab"[i > 3]) for i in range(8)]
    votes += [Vote(f"r{i}", "ben", "ab"[i % 2]) for i in range(8)]
    made = Tally(Votes.of(("a", "b"), votes))
    made.anchor_all([], [])
    made.counts = COUNTS.copy()
    return made


def ready(weigher: Weigher, *facts: Source, unexplained: float = 0.0) -> Weigher:
    weigher.begin(tally(), list(facts))
    weigher.prepare(unexplained)
    weigher.see_crowd(COUNTS, np.array([5.0, 3.0]))
    return weigher


def test_the_crowd_is_what_one_computes_by_hand() -> None:
    """Hits 3 + 4 + 2 + 2 = 11 of 16: (11 + 20 · 0.7) / 36. Labels: (5 + 1) / 10, (3 + 1) / 10."""
    crowd = CrowdEstimate.of(COUNTS, np.array([5.0, 3.0]))
    assert crowd.accuracy == pytest.approx(25 / 36)
    np.testing.assert_allclose(np.exp(crowd.log_prior), [0.6, 0.4])
    np.testing.assert_allclose(crowd.errors, [[0, 1], [1, 0]])


def test_dawid_skenes_weights_are_what_one_computes_by_hand() -> None:
    """Accuracy of ann: (7 + 8 · 25/36) / 16 = 0.784722.

    θ[a, a] = (3 + 4 · 0.784722) / (3 + 0 + 4) = 0.876984
    θ[b, a] = (1 + 4 · 0.215278) / (1 + 4 + 4) = 0.206790
    """
    weights = ready(ConfusionWeigher()).weights(COUNTS, np.arange(2))
    np.testing.assert_allclose(np.exp(weights[0]), [0.876984, 0.206790], atol=1e-6)
    np.testing.assert_allclose(np.exp(weights[0]) + np.exp(weights[1]), 1.0)


def test_a_stronger_prior_draws_nearer_to_the_crowd() -> None:
    loose, strict = ready(ConfusionWeigher(1.0)), ready(ConfusionWeigher(100.0))
    ann_errs = [np.exp(each.weights(COUNTS, np.arange(2)))[1, 0] for each in (loose, strict)]
    assert ann_errs[0] < ann_errs[1]  # she never did


def test_weights_where_labels_are_not_as_easy_are_what_one_computes_by_hand() -> None:
    """Where a is true, 3 + 2 of 7 votes are right; where b is, 4 + 2 of 9; of the crowd's, 25/36.

    a: (5 + 4 · 25/36) / (7 + 4) = 0.707071; b: (6 + 4 · 25/36) / (9 + 4) = 0.675214.
    Odds 2.413793 and 2.272727 (the crowd's). Ann: (7 + 8 · 25/36) / 16 = 0.784722, odds 3.645161;
    for a, times 2.413793 / 2.272727: 3.871413, that is 0.794721. θ[a, a] = (3 + 4 · 0.794721) / (3 + 0 + 4).
    """
    weights = ready(ConfusionWeigher(4.0, 4.0)).weights(COUNTS, np.arange(2))
    np.testing.assert_allclose(np.exp(weights[0, 0]), (3 + 4 * 0.794721) / 7, atol=1e-6)
    np.testing.assert_allclose(np.exp(weights[0]) + np.exp(weights[1]), 1.0)


def test_as_far_as_skill_does_not_explain_who_votes_like_whom_all_are_taken_for_alike() -> None:
    """People are right in (11 + 20 · 25/36) / (16 + 20) = 0.691358, and so is a jury's every member;
    of one of which half is explained, half way."""
    cubes = COUNTS.reshape(-1, 2, 2)

    def matrices(unexplained: float) -> tuple[Floats, Floats]:
        weigher = ready(PooledWeigher(), unexplained=unexplained)
        assert isinstance(weigher, PooledWeigher)
        return weigher.matrices(cubes, np.arange(2))

    own, half, alike = (matrices(unexplained) for unexplained in (0.0, 0.5, 1.0))
    assert own[0][0, 0, 0] > own[0][1, 0, 0] + 0.1  # ann is believed more
    usual = np.array([[0.691358, 0.308642], [0.308642, 0.691358]])
    np.testing.assert_allclose(alike[0], np.stack([usual, usual]), atol=1e-6)
    np.testing.assert_allclose(half[0], (own[0] + usual) / 2, atol=1e-6)
    np.testing.assert_allclose(half[1], own[1])  # what they confuse is theirs in any case


def test_members_of_a_jury_are_alike_within_their_kind() -> None:
    weigher = ready(PooledWeigher(), Source("ben", "model"), unexplained=1.0)
    assert isinstance(weigher, PooledWeigher)
    simple, _ = weigher.matrices(COUNTS.reshape(-1, 2, 2), np.arange(2))
    np.testing.assert_allclose(simple[:, 0, 0], weigher.kind_accuracy_[:2])  # a person, a model
    assert simple[0, 0, 0] > simple[1, 0, 0]


def test_labels_are_as_frequent_as_votes_and_responsibilities_say() -> None:
    """Given: a 4 + 4, b 4 + 4 of 16, so 1/2 each; responsibilities say 0.6 and 0.4."""
    weigher = ready(PooledWeigher())
    prior = np.array([0.6, 0.4]) * (1 - VOTED) + 0.5 * VOTED
    np.testing.assert_allclose(np.exp(1.6 * weigher.crowd_.log_prior), prior)


def test_kinds_are_drawn_toward_their_own_accuracy() -> None:
    """Ben is a model: (4 + 20 · 25/36) / (8 + 20); ann, a person: (7 + 20 · 25/36) / 28."""
    weigher = ready(PooledWeigher(), Source("ben", "model"))
    assert isinstance(weigher, PooledWeigher)
    expected = [(7 + 20 * 25 / 36) / 28, (4 + 20 * 25 / 36) / 28, 25 / 36]
    np.testing.assert_allclose(weigher.kind_accuracy_, expected)


def test_a_kind_can_be_learned_and_taken_back() -> None:
    weigher = ready(PooledWeigher())
    assert isinstance(weigher, PooledWeigher)
    before = weigher.weights(COUNTS, np.arange(2))
    weigher.kind_accuracy_ = np.array([0.8, 0.5, 0.5])
    with_people = weigher.weights(COUNTS, np.arange(2))
    assert weigher.learn(Source("ben", "model")) == 1
    as_model = weigher.weights(COUNTS, np.arange(2))
    np.testing.assert_array_equal(as_model[:2], with_people[:2])  # ann's
    assert not np.allclose(as_model[2:], with_people[2:])
    with pytest.raises(NotCurrent):
        weigher.revert(Source("ben", "template"))
    assert weigher.revert(Source("ben", "model")) == 1
    np.testing.assert_array_equal(weigher.weights(COUNTS, np.arange(2)), with_people)
    assert before.shape == with_people.shape


def eased() -> Weigher:
    return ConfusionWeigher(10.0, 4.0)


@pytest.mark.parametrize("make", [ConfusionWeigher, eased, PooledWeigher])
def test_a_weigher_saves_itself(make: Callable[[], Weigher]) -> None:
    weigher, again = ready(make(), Source("ben", "model")), make()
    again.restore(tally(), weigher.state())
    assert again.state().keys() == weigher.state().keys()
    weights = weigher.weights(COUNTS, np.arange(2))
    np.testing.assert_array_equal(again.weights(COUNTS, np.arange(2)), weights)
    np.testing.assert_array_equal(again.confusions(weights), weigher.confusions(weights))
    np.testing.assert_array_equal(again.accuracy()[0], weigher.accuracy()[0])
