"""Mapping a crowd's ratings onto the truth: offset, slope and sharpness, learned from adjudications."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

MIN_ADJUDICATIONS = 10

FOLDS = 5

SHARPNESSES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)

OFFSET_SD, SLOPE_SD, LOG_SHARPNESS_SD = 0.15, 0.1, 0.3
"""How far a crowd is expected to be off, as standard deviations: of its offset (in ranges of the
scale), of its slope, and of the log of its sharpness."""


class Recalibration(NamedTuple):
    """The truth as a line of the crowd's rating: truth = intercept + slope · crowd's, in points.

    Both are counted from `origin`: far from 0, a slope would turn the last bit of a rating into points.

    The posterior's log is multiplied by `sharpness`: below 1, the crowd is less sure than it seems.
    """

    intercept: float = 0.0
    slope: float = 1.0
    sharpness: float = 1.0
    origin: float = 0.0

    def to_truth(self, crowd: Floats) -> Floats:
        """Return the crowd's ratings as truths: the inverse of `to_crowd`.

        >>> Recalibration(1.0, 2.0, origin=2.0).to_truth(np.array([2.0, 3.0]))
        array([3., 5.])
        """
        return self.origin + self.intercept + self.slope * (crowd - self.origin)

    def to_crowd(self, truth: Floats) -> Floats:
        """Return truths on the crowd's scale.

        >>> Recalibration(1.0, 2.0).to_crowd(np.array([5.0]))
        array([2.])
        """
        return self.origin + (truth - self.origin - self.intercept) / self.slope


class RatingVotes(NamedTuple):
    """Votes on some records, as columns.

    Attributes
    ----------
    record, rater : ndarray of shape (n_votes,)
        Numbers of records and annotators.
    vote : ndarray of shape (n_votes,), points
    n : int
        Number of records.
    """

    record: Ints
    rater: Ints
    vote: Floats
    n: int

    @property
    def counts(self) -> Ints:
        """Votes per record."""
        return np.bincount(self.record, minlength=self.n).astype(np.intp)


Losses = Callable[[Recalibration], Floats]
"""The log losses of the adjudicated records, given a recalibration."""


def fitted(mean: Floats, truth: Floats, length: float, losses: Losses) -> Recalibration:
    """Return the most probable line (ridge regression of the truth on the crowd's), then its sharpness.

    >>> mean = np.arange(1.0, 5.0, 0.1)
    >>> line = fitted(mean, mean + 0.5, 4.0, lambda recalibration: np.zeros(40))
    >>> line.to_truth(np.array([3.0])).round(1)
    array([3.5])
    """
    middle = float(mean.mean())
    x, y = mean - middle, truth - middle
    noise = float(np.mean((truth - mean) ** 2)) + (0.02 * length) ** 2
    shift, tilt = noise / (OFFSET_SD * length) ** 2, noise / SLOPE_SD**2
    n = len(x)
    slope = float(np.clip((x @ (y - y.mean()) + tilt) / (x @ x + tilt), 0.3, 3.0))
    off = float(y.sum() / (n + shift))
    line = Recalibration(round(off, 10), round(slope, 10), origin=middle)
    costs = [
        losses(line._replace(sharpness=each)).sum() + (np.log(each) / LOG_SHARPNESS_SD) ** 2 / 2
        for each in SHARPNESSES
    ]
    return line._replace(sharpness=SHARPNESSES[int(np.argmin(np.round(costs, 9)))])


def cross_validated(
    mean: Floats, truth: Floats, length: float, losses: Losses
) -> tuple[float, float, bool]:
    """Return the mean log loss without and with recalibration, and whether it is better beyond chance.

    Beyond chance: by more than two standard errors. Folds are dealt along the crowd's scale, so they
    do not depend on the records' names.
    """
    fold = np.empty(len(mean), np.intp)
    fold[np.lexsort((truth, np.round(mean, 9)))] = np.arange(len(mean)) % FOLDS
    before, after = losses(Recalibration()), np.empty(len(mean))
    for each in range(FOLDS):
        train, test = fold != each, fold == each

        def of_train(line: Recalibration, train: NDArray[np.bool_] = train) -> Floats:
            return losses(line)[train]

        after[test] = losses(fitted(mean[train], truth[train], length, of_train))[test]
    gain = before - after
    sure = gain.mean() > 2 * gain.std() / np.sqrt(len(gain))
    return float(before.mean()), float(after.mean()), bool(sure)
