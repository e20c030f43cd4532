"""The parts of the rating model, each alone."""

from __future__ import annotations

import json

import numpy as np
import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.rating.continuous import ContinuousRatings
from argilla_distill.workers.engine.rating.discrete import DiscreteRatings
from argilla_distill.workers.engine.rating.raters import Raters
from argilla_distill.workers.engine.rating.rating_range import RatingRange, columns_of
from argilla_distill.workers.engine.rating.rating_training import trained
from argilla_distill.workers.engine.rating.recalibration import RatingVotes, Recalibration
from tests.workers.engine.crowds_of_values import NUMBERS, STARS, crowd

PLAIN = Recalibration()


def learned() -> tuple[RatingVotes, Raters]:
    facts = CurrentFacts(crowd(NUMBERS, 1))
    records = facts.heard()
    rows, names, vote, truth = columns_of(facts, records)
    raters = Raters(4.0).fit(rows, names, vote, np.full(len(truth), np.nan))
    return RatingVotes(rows, raters.comparisons_.rater, vote, len(records)), raters


def test_raters_survive_json_and_forget_what_is_removed() -> None:
    _votes, raters = learned()
    again = Raters.of_state(json.loads(json.dumps(raters.state())), raters.sums_)
    for name in ("intercept_", "slope_", "trust_", "spread_"):
        np.testing.assert_allclose(getattr(again, name), getattr(raters, name))
    some = raters.comparisons_.part(0, 5)
    raters.add(some, -1.0)
    assert not np.allclose(again.trust_, raters.trust_)
    raters.add(some, 1.0)
    np.testing.assert_allclose(again.trust_, raters.trust_, atol=1e-9)


@pytest.mark.parametrize("of_scale", [True, False], ids=["discrete", "continuous"])
def test_a_model_of_the_truth_survives_json_and_its_candidates_lead_by_the_votes(
    of_scale: bool,
) -> None:
    votes, raters = learned()
    unknown, anchors = np.full(votes.n, np.nan), [None] * votes.n
    model, again = (
        DiscreteRatings(STARS.scale) if of_scale else ContinuousRatings(RatingRange(1.0, 5.0))
        for _ in range(2)
    )
    model.fit(votes, raters, PLAIN, unknown)
    again.restore(json.loads(json.dumps(model.state())))
    again.add(votes.rater, model.kinds_, 1.0)
    for one, other in zip(
        model.candidates(votes, raters, PLAIN, anchors),
        again.candidates(votes, raters, PLAIN, anchors),
        strict=True,
    ):
        assert one.values == other.values
        np.testing.assert_allclose(one.votes, other.votes, atol=1e-9)
        assert one.votes.shape[1] == len(one.values) == len(one.prior)


def test_a_crowd_that_gives_a_point_too_much_is_recalibrated_by_adjudications_alone() -> None:
    votes, raters = learned()
    span = RatingRange(1.0, 5.0)
    model = ContinuousRatings(span).fit(votes, raters, PLAIN, np.full(votes.n, np.nan))
    truth = model.means(votes, raters, PLAIN) - 1.0
    line, training = trained(model, votes, raters, truth, span)
    assert training.used
    assert line.to_truth(np.array([3.0])) == pytest.approx(2.0, abs=0.2)
    few = np.where(np.arange(votes.n) < 9, truth, np.nan)
    assert trained(model, votes, raters, few, span)[0] == PLAIN


def test_the_range_is_the_scale_s_or_that_of_all_that_was_given() -> None:
    facts = CurrentFacts([Vote("r", "ann", 2), Adjudication("s", 9)])
    assert RatingRange.of(STARS, facts) == RatingRange(1.0, 5.0, (1, 2, 3, 4, 5))
    assert RatingRange.of(NUMBERS, facts) == RatingRange(2.0, 9.0)
    assert RatingRange.of_state([2.0, 9.0], NUMBERS) == RatingRange(2.0, 9.0)


@pytest.mark.parametrize("scaled", [True, False])
def test_ratings_far_from_zero_are_decided_as_those_near_it(scaled: bool) -> None:
    """Near a billion, squares of ratings drown their differences: variances were below 0, and no number."""

    def decided(base: int) -> list[int]:
        scale = tuple(range(base, base + 5)) if scaled else ()
        said = [(i, j, (i + (i * j) % 3 - (i % 2)) % 5) for i in range(30) for j in range(4)]
        votes = [Vote(f"r{i:02}", f"w{j}", base + points) for i, j, points in said]
        model = registry.create("learned", Question("rating", (), scale)).fit(votes)
        return [round(d.value - base) for d in model.decide(sorted({v.record for v in votes}))]

    assert decided(10**9) == decided(1)
