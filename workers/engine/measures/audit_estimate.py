"""What audits say of all records: means with intervals, and how many more audits would settle a question.

An audit is a record that was drawn at random, with a known probability π, and reviewed blind. What was
measured on audits is weighted by 1/π, as Hájek does (Comment on an essay by D. Basu, 1971): a ratio, so that
audits that nobody has answered yet do not matter as long as who answered which was left to chance. Every
record has a posterior as well, which predicts what an audit of it would say. Prediction-powered inference
(Angelopoulos, Bates, Fannjiang, Jordan & Zrnic, Science 382 (2023)) takes what the predictions say of all
records and corrects it by how far they are off on the audits; with its power tuned, PPI++ (Angelopoulos,
Duchi & Zrnic, arXiv 2311.01453 (2023)), it is never much worse than the audits alone. Intervals hold what
they measure with probability 0.9.

Nothing here may be fed with adjudications of records that were chosen because they are hard.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from scipy.special import ndtri, stdtrit

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

LEVEL = 0.9

MIN_TUNED = 10
"""With fewer independent audits predictions are not used: how far they help is not known."""

CAUTION = 20
"""With so many audits predictions are used half as far as it seems best: what seems best is tuned on the same
audits, and promises too much."""

MAX_MORE = 100_000
"""More audits than that are not asked for: the question cannot be settled."""


@dataclass(frozen=True)
class Estimate:
    """A mean over all records that audits speak for.

    Attributes
    ----------
    value, low, high : float
    audits : int
        On so many it was measured.
    trust : float in [0, 1]
        How far predictions were used: λ of PPI++.
    """

    value: float
    low: float
    high: float
    audits: int
    trust: float = 0.0

    @property
    def reach(self) -> float:
        """Half of the interval's width."""
        return (self.high - self.low) / 2

    @property
    def to_halve(self) -> int:
        """About so many more audits make the interval half as wide, which takes four times as many.

        >>> Estimate(0.8, 0.7, 0.9, 50).to_halve
        150
        """
        return 3 * self.audits

    @property
    def to_settle(self) -> int | None:
        """About so many more audits tell on which side of zero it is, if it is where it seems to be.

        0: they tell already. None: more than anybody would answer.

        >>> Estimate(0.05, -0.05, 0.15, 50).to_settle, Estimate(0.05, 0.01, 0.09, 50).to_settle
        (150, 0)
        >>> Estimate(0.0, -0.1, 0.1, 50).to_settle is None
        True
        """
        if self.low > 0 or self.high < 0:
            return 0
        # sqrt(MAX_MORE) keeps what follows from overflowing
        if not self.audits or abs(self.value) * sqrt(MAX_MORE) < self.reach:
            return None
        more = ceil(self.audits * ((self.reach / abs(self.value)) ** 2 - 1))
        return more if more <= MAX_MORE else None


def share(
    right: Floats,
    pi: Floats,
    predicted: Floats,
    population: Floats,
    groups: Ints | None = None,
) -> Estimate | None:
    """How large a share of all records is right. None without an audit.

    The interval is Wilson's, of as many independent audits as would be as sure as these are: the variance
    of PPI++ tells how many, but never that no doubt is left because all were right.

    Parameters
    ----------
    right : ndarray of shape (n,), in [0, 1]
        How far each audited record was right.
    pi : ndarray of shape (n,), in (0, 1]
        The probability with which each was drawn.
    predicted : ndarray of shape (n,), in [0, 1]
        What the posterior predicted of each before it was audited.
    population : ndarray of shape (n_records,)
        The same of all records that the audits speak for.
    groups : ndarray of shape (n,)
        Audits of one group are not independent: replies to one prompt. None: all are.

    >>> tenth = np.full(20, 0.1)
    >>> found = share(np.array([1.0] * 18 + [0.0] * 2), tenth, np.full(20, 0.9), np.full(200, 0.9))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)  # 18 of 20
    (0.9, 0.73, 0.97)
    >>> share(np.ones(0), np.ones(0), np.ones(0), np.ones(9)) is None
    True
    """
    if not len(right):
        return None
    mean = _mean(right, pi, predicted, population, groups)
    value = float(np.clip(mean.value, 0.0, 1.0))
    # as sure as so many audits, drawn alike and without predictions
    n = mean.effective
    z2 = mean.quantile**2 / n
    middle = value + z2 / 2
    reach = mean.quantile * sqrt(value * (1 - value) / n + z2 / (4 * n))
    low, high = (middle - reach) / (1 + z2), (middle + reach) / (1 + z2)
    low, high = max(min(low, value), 0.0), min(max(high, value), 1.0)
    return Estimate(value, low, high, len(right), mean.trust)


def difference(
    differences: Floats,
    pi: Floats,
    predicted: Floats,
    population: Floats,
    groups: Ints | None = None,
) -> Estimate | None:
    """The mean of something between -1 and 1, such as how often one is right less how often another is.

    The parameters are those of `share`. So that no doubt is left nowhere where all differences are equal,
    the variance has one more pair that differs, as Agresti & Min have it (Simple improved confidence
    intervals for comparing matched proportions, Statistics in Medicine 24 (2005)).

    >>> both = np.array([1.0] * 4 + [-1.0] + [0.0] * 45)
    >>> found = difference(both, np.full(50, 0.1), np.zeros(50), np.zeros(500))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.06, -0.02, 0.14)
    """
    if not len(differences):
        return None
    mean = _mean(differences, pi, predicted, population, groups)
    n = mean.independent
    reach = mean.quantile * sqrt(mean.variance + 1 / (n + 2) ** 2)
    low, high = max(mean.value - reach, -1.0), min(mean.value + reach, 1.0)
    return Estimate(float(np.clip(mean.value, -1, 1)), low, high, len(differences), mean.trust)


def expected_reach(audits: int, share: float = 0.8) -> float:
    """About how far the interval of a share reaches to either side with so many audits.

    >>> round(expected_reach(50), 2), round(expected_reach(200), 2)
    (0.09, 0.05)
    """
    return float(ndtri((1 + LEVEL) / 2)) * sqrt(share * (1 - share) / max(audits, 1))


@dataclass(frozen=True)
class _Mean:
    """A mean, the variance of its estimate, and what that is worth.

    `independent` counts groups; `effective` is how many independent audits without predictions would be
    as sure; `quantile` how many standard deviations the interval reaches.
    """

    value: float
    variance: float
    independent: float
    effective: float
    quantile: float
    trust: float


def _mean(
    y: Floats, pi: Floats, predicted: Floats, population: Floats, groups: Ints | None
) -> _Mean:
    """The weighted mean of y over all records.

    With weights w = 1/π, f the predictions and λ = Cov(y, f) / ((1 + n/N) Var f) in [0, 1], less caution::

        mean = λ · mean of f over all + Σ w (y - λ f) / Σ w
        variance = λ² Var f / N + (G - 1) / G · Σ_g (mean without g - mean of these)²

    where g goes over the G groups: the jackknife (Tukey, 1958), which tunes λ anew each time. A λ that is
    tuned on the very audits that it is to correct would promise too much.
    """
    n, n_all = len(y), max(len(population), 1)
    w = 1 / pi
    w = w / w.sum()
    codes = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    sizes = np.bincount(codes, w)
    independent = 1 / float(np.square(sizes).sum())
    spread = float(np.var(population)) if len(population) else 0.0
    tuned = len(sizes) >= MIN_TUNED and spread > 0
    overall = float(population.mean()) if tuned else 0.0
    # Σ w, Σ wy, Σ wf and Σ wyf of each group
    parts = np.stack([np.bincount(codes, w * x) for x in (np.ones(n), y, predicted, y * predicted)])
    whole = parts.sum(axis=1, keepdims=True)

    def means(sums: Floats, tune: bool) -> tuple[Floats, Floats]:
        """The mean and λ, for each column of such sums."""
        y_, f_, both = sums[1:] / sums[0]
        if not tune:
            return y_, np.zeros_like(y_)
        trust = (both - y_ * f_) * (n / (n - 1)) / ((1 + n / n_all) * spread)
        trust = np.clip(trust, 0.0, 1.0) * n / (n + CAUTION)
        return y_ + trust * (overall - f_), trust

    value, trust = (float(each[0]) for each in means(whole, tuned))
    variance = alone = trust**2 * spread / n_all
    if len(sizes) > 1:
        variance += _jackknife(means(whole - parts, tuned)[0])
        alone = _jackknife(means(whole - parts, False)[0])
    # How far predictions narrow it: one, where nothing varies and so nothing is known of that.
    narrowed = variance / alone if alone > 0 and trust else 1.0
    effective = independent / min(max(narrowed, 1 / 16), 1.0)
    quantile = float(stdtrit(max(independent - 1, 1.0), (1 + LEVEL) / 2))
    return _Mean(value, variance, independent, effective, quantile, trust)


def _jackknife(without: Floats) -> float:
    """The variance of a mean, from the means without each of the groups."""
    n = len(without)
    return float(np.square(without - without.mean()).sum()) * (n - 1) / n
