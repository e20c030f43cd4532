"""Shares measured on audits: unbiased, honest about their doubt, and sharpened by posteriors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.measures.audit_estimate import Estimate, difference, share

PEOPLE = 5
RECORDS = 2_000
PI = 0.1


class Crowd:
    """A crowd's answers to questions of two labels, and what a posterior makes of them.

    Annotators are right with 0.75 on most records, and hardly better than chance on a quarter of them,
    which the posterior does not know: so it is too sure.
    """

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        hard = rng.random(RECORDS) < 0.25
        right = rng.random((RECORDS, PEOPLE)) < np.where(hard, 0.55, 0.8)[:, None]
        votes = right.sum(axis=1)
        odds = (0.75 / 0.25) ** np.abs(2 * votes - PEOPLE)
        self.right = (votes > PEOPLE / 2).astype(np.float64)
        self.confidence: Floats = odds / (1 + odds)
        """Of the label that most gave."""
        self.first: Floats = right[:, 0].astype(np.float64)
        """Whether one annotator alone is right: another strategy."""
        self.agree: Floats = (right[:, 0] == (votes > PEOPLE / 2)).astype(np.float64)
        self.rng = rng

    def drawn(self, n: int) -> np.typing.NDArray[np.int64]:
        """Audits, drawn at random."""
        return self.rng.choice(RECORDS, n, replace=False)

    def worst(self, n: int) -> np.typing.NDArray[np.int64]:
        """Reviews as the queue has them: the least sure first."""
        return np.argsort(self.confidence + 1e-6 * self.rng.random(RECORDS))[:n]

    def estimate(self, some: np.typing.NDArray[np.int64]) -> Estimate:
        n = len(some)
        found = share(self.right[some], np.full(n, PI), self.confidence[some], self.confidence)
        assert found is not None
        return found


def test_audits_are_unbiased_and_worst_first_reviews_are_not() -> None:
    """The old way, the share of reviews that agreed, was off by thirty points here."""
    audits, reviews = [], []
    for seed in range(300):
        crowd = Crowd(seed)
        true = crowd.right.mean()
        audits.append(crowd.estimate(crowd.drawn(60)).value - true)
        reviews.append(crowd.right[crowd.worst(60)].mean() - true)
    error = np.std(audits) / np.sqrt(len(audits))
    assert abs(np.mean(audits)) < 3 * error < 0.01
    assert np.mean(reviews) < -0.15


@pytest.mark.parametrize("n", [12, 40, 150])
def test_intervals_hold_the_truth_nine_times_in_ten(n: int) -> None:
    held = 0
    for seed in range(200):
        crowd = Crowd(seed)
        found = crowd.estimate(crowd.drawn(n))
        held += found.low <= crowd.right.mean() <= found.high
    assert 0.88 * 200 <= held <= 0.98 * 200


@pytest.mark.parametrize("n", [12, 40, 150])
def test_intervals_of_a_difference_hold_it_nine_times_in_ten(n: int) -> None:
    held = 0
    for seed in range(200):
        crowd = Crowd(seed)
        some, gain = crowd.drawn(n), crowd.right - crowd.first
        leads = (1 - crowd.agree) * (2 * crowd.confidence - 1)
        found = difference(gain[some], np.full(n, PI), leads[some], leads)
        assert found is not None
        held += found.low <= gain.mean() <= found.high
    assert held >= 0.88 * 200


def test_predictions_sharpen_what_audits_say_and_wrong_ones_do_no_harm() -> None:
    """A tenth of the records may be anything; on the others the posterior knows."""
    rng = np.random.default_rng(5)
    alone: list[float] = []
    with_good: list[float] = []
    with_bad: list[float] = []
    for _ in range(300):
        p = rng.beta(0.4, 0.2, RECORDS)
        y = (rng.random(RECORDS) < p).astype(np.float64)
        some, noise = rng.choice(RECORDS, 50, replace=False), rng.random(RECORDS)
        for errors, predicted in ((alone, p * 0), (with_good, p), (with_bad, noise)):
            found = share(y[some], np.full(50, PI), predicted[some], predicted)
            assert found is not None
            errors.append(found.value - y.mean())
    assert np.std(with_good) < 0.7 * np.std(alone)
    assert np.std(with_bad) < 1.08 * np.std(alone)
    assert abs(np.mean(with_good)) < 3 * np.std(with_good) / np.sqrt(300)


def test_unequal_probabilities_are_weighed_out() -> None:
    """Hard records are drawn three times as often; unweighted they would count three times."""
    rng, errors, naive = np.random.default_rng(2), [], []
    for _ in range(300):
        hard = rng.random(RECORDS) < 0.3
        y = (rng.random(RECORDS) < np.where(hard, 0.5, 0.95)).astype(np.float64)
        pi = np.where(hard, 0.09, 0.03)
        some = np.flatnonzero(rng.random(RECORDS) < pi)
        found = share(y[some], pi[some], np.zeros(len(some)), np.zeros(RECORDS))
        assert found is not None
        errors.append(found.value - y.mean())
        naive.append(y[some].mean() - y.mean())
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(300) < 0.015
    assert np.mean(naive) < -0.08


def test_audits_of_one_group_are_not_counted_as_if_they_were_independent() -> None:
    rng, held, as_if = np.random.default_rng(3), 0, 0
    for _ in range(200):
        groups = np.repeat(np.arange(400), 5)
        p = rng.beta(1, 0.4, 400)
        right = np.where(rng.random(2000) < 0.8, np.round(p[groups]), 0.7)
        y = (rng.random(2000) < right).astype(np.float64)
        some = np.flatnonzero(np.isin(groups, rng.choice(400, 30, replace=False)))
        given = y[some], np.full(len(some), PI), np.zeros(len(some)), np.zeros(2000)
        found, wrong = share(*given, groups[some].astype(np.int64)), share(*given)
        assert found is not None
        assert wrong is not None
        held += found.low <= y.mean() <= found.high
        as_if += wrong.low <= y.mean() <= wrong.high
    assert held >= 0.86 * 200 > as_if


ONE = np.full(1, PI)


def test_none_one_and_two_audits() -> None:
    nothing = np.zeros(0)
    assert share(nothing, nothing, nothing, np.ones(9)) is None
    assert difference(nothing, nothing, nothing, np.ones(9)) is None
    one = share(np.ones(1), ONE, np.ones(1), np.ones(9))
    assert one is not None
    assert (one.value, one.high) == (1.0, 1.0)
    assert one.low < 0.1  # one tells next to nothing
    two = share(np.array([1.0, 0.0]), np.full(2, PI), np.ones(2), np.ones(9))
    assert two is not None
    assert two.value == 0.5
    assert two.high - two.low > 0.8
    gain = difference(np.ones(1), ONE, np.zeros(1), np.zeros(9))
    assert gain is not None
    assert (gain.low, gain.high) == (-1.0, 1.0)


@pytest.mark.parametrize("right", [0.0, 1.0])
def test_where_all_are_alike_doubt_remains_and_shrinks(right: float) -> None:
    widths = []
    for n in (5, 20, 80, 320):
        found = share(np.full(n, right), np.full(n, PI), np.full(n, 0.9), np.full(900, 0.9))
        assert found is not None
        assert found.value == right
        assert 0 <= found.low <= found.value <= found.high <= 1
        widths.append(found.high - found.low)
    assert all(later < earlier for earlier, later in pairwise(widths))
    assert 0 < widths[-1] < 0.02
    none_differs = difference(np.zeros(50), np.full(50, PI), np.zeros(50), np.zeros(900))
    assert none_differs is not None
    assert none_differs.low < 0 < none_differs.high


def test_the_order_of_audits_does_not_matter_and_a_repeat_gives_the_same() -> None:
    crowd = Crowd(1)
    some = crowd.drawn(50)
    found, turned = crowd.estimate(some), crowd.estimate(some[::-1])
    assert (found.value, found.low, found.high) == pytest.approx(
        (turned.value, turned.low, turned.high), abs=1e-12
    )
    assert crowd.estimate(some) == found


def test_so_many_more_audits_do_halve_the_interval_and_settle_the_question() -> None:
    crowd = Crowd(4)
    found = crowd.estimate(crowd.drawn(50))
    more = crowd.estimate(crowd.drawn(50 + found.to_halve))
    assert more.reach == pytest.approx(found.reach / 2, rel=0.2)
    unsettled = Estimate(0.05, -0.05, 0.15, 50)
    assert unsettled.to_settle == 150
    assert Estimate(0.05, 0.0001, 0.0999, 50 + 150).to_settle == 0
    assert Estimate(0.0001, -0.2, 0.2002, 50).to_settle is None
