"""The model in which votes add up, alone: hand-worked evidence, discounts, and what a change reaches."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.label.additive_model import AdditiveModel
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.votes import Votes
from argilla_distill.workers.engine.label.weights.confusion_weigher import ConfusionWeigher


def model(dependence: float = 0.5, consensus: float = 0.0) -> AdditiveModel:
    """Ten records of two labels; ann and ben agree on all but the last."""
    votes = [Vote(f"r{i}", who, "ab"[i % 2]) for i in range(9) for who in ("ann", "ben")]
    votes += [Vote("r9", "ann", "a"), Vote("r9", "ben", "b")]
    tally = Tally(Votes.of(("a", "b"), votes))
    tally.anchor_all([], [])
    made = AdditiveModel(
        ConfusionWeigher(), dependence=dependence, fit_dependence=0.05, consensus=consensus
    )
    made.begin(tally, [])
    made.fit()
    return made


def test_evidence_is_the_prior_and_the_rows_of_the_votes_weights() -> None:
    made = model()
    prior, w = made.weigher.crowd_.log_prior, made.weights_  # ann·a, ann·b, ben·a, ben·b
    np.testing.assert_allclose(
        made.evidence(np.array([0, 9])), [prior + w[0] + w[2], prior + w[0] + w[3]]
    )


def test_two_votes_are_worth_as_many_as_their_dependence_leaves() -> None:
    """1 / (1 + ρ): two thirds of the evidence at ρ = 1/2, all of it at 0, half of it at 1."""
    for rho, share in ((0.0, 1.0), (0.5, 2 / 3), (1.0, 0.5)):
        made = model(rho)
        e, p = made.evidence(np.array([0]))[0], made.posterior(np.array([0]))[0]
        assert np.log(p[0] / p[1]) == pytest.approx(share * (e[0] - e[1]))


@pytest.mark.parametrize("consensus", [0.0, 0.2])
def test_what_is_published_is_the_posterior_once_all_has_settled(consensus: float) -> None:
    made, rows = model(consensus=consensus), np.arange(10)
    np.testing.assert_allclose(made.published(rows), made.posterior(rows), atol=1e-3)


def test_reasons_add_up_to_the_posterior() -> None:
    made, rows = model(), np.arange(10)
    where, slots = made.tally.votes.of_records(rows)
    first, second = np.zeros(10, np.intp), np.ones(10, np.intp)
    prior, odds = made.reasons(10, where, slots, first, second)
    p = made.posterior(rows)
    np.testing.assert_allclose(prior + np.bincount(where, odds), np.log(p[:, 0] / p[:, 1]))


def test_an_annotator_who_changed_reaches_their_other_records() -> None:
    """Ann's counts say of a sudden that she errs as often as not; ben's stay what they are."""
    made = model()
    assert not len(made.spread(np.empty(0, np.intp), 0.01))
    made.tally.counts[:2] = 2.5
    before = made.weights_.copy()
    made.follow(np.array([0]))
    np.testing.assert_array_equal(made.weights_[2:4], before[2:4])
    assert made.spread(np.empty(0, np.intp), 0.01).tolist() == list(range(10))


def test_it_saves_itself() -> None:
    made, rows = model(), np.arange(10)
    again = AdditiveModel(ConfusionWeigher(1.0), dependence=0.0, fit_dependence=0.0)
    again.restore(made.tally, made.state())
    np.testing.assert_array_equal(again.posterior(rows), made.posterior(rows))
    np.testing.assert_array_equal(again.responsibility(rows), made.responsibility(rows))
    np.testing.assert_array_equal(again.unseen(), made.unseen())
