"""What another model makes of the same votes."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.vote_matrix import blocks
from argilla_distill.workers.engine.label.votes.votes import Votes
from argilla_distill.workers.engine.label.weights.confusion_weigher import ConfusionWeigher
from argilla_distill.workers.engine.label.weights.em import Start, expectation_maximisation
from argilla_distill.workers.engine.label.weights.second_opinion import (
    EASE_VOTES,
    FEW,
    ITERATIONS,
    SHARE,
    STRENGTH,
    SecondOpinion,
)

COUNTS = SHARE * 240 / (240 + FEW)
"""How far the opinion of `crowd` counts, which has 240 votes."""


def crowd() -> Tally:
    rng = np.random.default_rng(0)
    votes = [
        Vote(f"r{i}", f"ann{j}", "ab"[(i + (rng.random() < 0.3)) % 2])
        for i in range(60)
        for j in range(4)
    ]
    tally = Tally(Votes.of(("a", "b"), votes))
    tally.anchor_all([], [])
    return tally


def formed(tally: Tally, unexplained: float = 0.0) -> SecondOpinion:
    made = SecondOpinion()
    made.fit(tally, blocks(tally.votes), np.full(60, 0.8), unexplained)
    return made


def test_it_is_dawid_and_skenes_model_and_counts_the_more_the_more_votes_there_are() -> None:
    tally, own = crowd(), ConfusionWeigher(STRENGTH, EASE_VOTES)
    made = formed(tally)
    made.settle(np.zeros((8, 2)))  # a first model that has counted nothing
    theirs = expectation_maximisation(
        tally, own, blocks(tally.votes), np.full(60, 0.8), iterations=ITERATIONS
    )
    pooled = made.beside(np.ones((8, 2)), np.zeros((8, 2)), np.arange(4))
    np.testing.assert_allclose(pooled, (1 - COUNTS) * 1 + COUNTS * theirs)
    np.testing.assert_allclose(made.log_prior(np.zeros(2)), COUNTS * own.crowd_.log_prior)


def test_it_may_begin_where_an_opinion_ended_and_go_on_from_there() -> None:
    """Two iterations and then three more are five, as if it had never stopped."""
    whole, begun, more = crowd(), crowd(), crowd()
    parts, cool = blocks(whole.votes), np.full(60, 0.8)
    SecondOpinion().fit(whole, parts, cool, 0.0, Start(iterations=5))
    SecondOpinion().fit(begun, parts, cool, 0.0, Start(iterations=2))
    SecondOpinion().fit(
        more, parts, cool, 0.0, Start(second=begun.responsibility.copy(), iterations=3)
    )
    np.testing.assert_allclose(more.responsibility, whole.responsibility)
    assert np.abs(begun.responsibility - whole.responsibility).max() > 0.01


def test_of_a_few_votes_it_makes_nobody_sure() -> None:
    """Three people whom nobody knows, and one of them alone on each of ten records."""
    votes = [Vote(f"r{i}", f"ann{j}", said) for i in range(10) for j, said in enumerate("aab")]
    decided = registry.create("learned", label_question("a", "b")).fit(votes).decide(["r0"])
    assert decided[0].confidence < 0.9


def test_between_full_fits_it_follows_the_first_models_counts() -> None:
    """A new vote of ann0 counts for it as the first model counts it, and a newcomer is as counted."""
    tally = crowd()
    made = formed(tally)
    made.settle(tally.counts - 3.0)
    more = np.full((2, 2), 1.0)
    now = made.beside(np.zeros((2, 2)), tally.counts[:2] - 3.0 + more, np.array([0]))
    expected = made.weigher.weights(tally.counts[:2] + more, np.array([0]))
    np.testing.assert_allclose(now, COUNTS * expected)
    new = made.beside(np.zeros((2, 2)), more, np.array([9]))
    np.testing.assert_allclose(new, COUNTS * made.weigher.weights(more, np.array([9])))


def test_a_vote_weighs_in_a_record_that_is_left_out_what_its_own_counts_say() -> None:
    tally = crowd()
    made = formed(tally)
    made.settle(tally.counts)
    cubes = tally.cubes()[[0, 1]]
    by_vote = made.beside_votes(np.zeros((2, 2)), cubes, np.array([0, 1]), np.array([0, 1]))
    whole = made.beside(np.zeros((8, 2)), tally.counts, np.arange(4))
    np.testing.assert_allclose(by_vote, whole[[0, 3]])


def test_where_skill_explains_nothing_it_says_nothing() -> None:
    tally = crowd()
    made, given = formed(tally, 1.0), np.random.default_rng(0).random((8, 2))
    made.settle(tally.counts)
    assert made.beside(given, tally.counts, np.arange(4)) is given
    np.testing.assert_array_equal(made.log_prior(given[0]), given[0])


@pytest.mark.parametrize("unexplained", [0.0, 1.0])
def test_an_opinion_saves_itself(unexplained: float) -> None:
    tally, again = crowd(), SecondOpinion()
    made, given = formed(tally, unexplained), np.zeros((8, 2))
    made.settle(tally.counts)
    again.restore(made.state())
    np.testing.assert_array_equal(
        again.beside(given, tally.counts, np.arange(4)),
        made.beside(given, tally.counts, np.arange(4)),
    )


def test_an_opinion_that_was_saved_before_labels_were_easy_or_hard_holds_them_alike() -> None:
    tally, again = crowd(), SecondOpinion()
    made, given = formed(tally), np.zeros((8, 2))
    made.settle(tally.counts)
    state = made.state()
    assert np.abs(state.pop("second_ease")).max() > 0.01
    again.restore(state)
    alike = again.beside(given, tally.counts, np.arange(4))
    assert not np.allclose(alike, made.beside(given, tally.counts, np.arange(4)))
    made.weigher.ease_ = np.zeros(2)
    np.testing.assert_array_equal(alike, made.beside(given, tally.counts, np.arange(4)))


def test_who_answered_nothing_of_a_label_is_expected_to_get_it_right_as_others_do() -> None:
    """Everybody overlooks half of the b's; a newcomer's a says less against b for that."""
    rng = np.random.default_rng(1)
    votes = []
    for i in range(300):
        b = i % 3 == 0
        overlooked = rng.random(5) < (0.45 if b else 0.05)
        votes += [Vote(f"r{i}", f"ann{j}", "ab"[b ^ int(no)]) for j, no in enumerate(overlooked)]
    tally = Tally(Votes.of(("a", "b"), votes))
    tally.anchor_all([], [])
    made = SecondOpinion()
    made.fit(tally, blocks(tally.votes), np.full(300, 0.8), 0.0)
    newcomer = np.exp(made.weigher.weights(np.zeros((2, 2)), np.array([5])))
    right = newcomer[0, 0], newcomer[1, 1]
    assert right[0] > 0.9
    assert right[1] < 0.75
