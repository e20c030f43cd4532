"""How a crowd's scale lies to the truth, as adjudicated records show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

DEPENDENCE = 0.1
"""How far the errors of votes on one record hang together."""

LEAST_ADJUDICATIONS = 10

FOLDS = 5

SHARPNESSES = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)

OFF, STRETCHED, SHARPENED = 0.15, 0.1, 0.3
"""How far a crowd is expected to be off: in ranges, in its slope and in the log of its sharpness;
one standard deviation each."""


class Bend(NamedTuple):
    """How the crowd's scale lies to the truth: truth = intercept + slope · crowd's, in points.

    `sharpness` is what the posterior's log is multiplied by: below 1, the crowd is less sure.
    """

    intercept: float = 0.0
    slope: float = 1.0
    sharpness: float = 1.0

    def straight(self, truth: Floats) -> Floats:
        """Truths on the crowd's scale.

        >>> Bend(1.0, 2.0).straight(np.array([5.0]))
        array([2.])
        """
        return (truth - self.intercept) / self.slope


class Columns(NamedTuple):
    """Votes of some records: the record's number, the rater's and the points of each.

    `n` is the number of records.
    """

    record: Ints
    rater: Ints
    vote: Floats
    n: int

    @property
    def counts(self) -> Ints:
        """Votes per record."""
        return np.bincount(self.record, minlength=self.n).astype(np.intp)


Losses = Callable[[Bend], Floats]
"""The log losses of the adjudicated records, given a bend."""


def fitted(mean: Floats, truth: Floats, length: float, losses: Losses) -> Bend:
    """The most probable bend (ridge regression of the truth on the crowd's), then its sharpness.

    >>> mean = np.arange(1.0, 5.0, 0.1)
    >>> bend = fitted(mean, mean + 0.5, 4.0, lambda bend: np.zeros(40))
    >>> round(bend.intercept + bend.slope * 3.0, 1)
    3.5
    """
    middle = float(mean.mean())
    x, y = mean - middle, truth - middle
    noise = float(np.mean((truth - mean) ** 2)) + (0.02 * length) ** 2
    shift, tilt = noise / (OFF * length) ** 2, noise / STRETCHED**2
    n = len(x)
    slope = float(np.clip((x @ (y - y.mean()) + tilt) / (x @ x + tilt), 0.3, 3.0))
    off = float(y.sum() / (n + shift))
    bend = Bend(round(middle + off - slope * middle, 10), round(slope, 10))
    costs = [
        losses(bend._replace(sharpness=each)).sum() + (np.log(each) / SHARPENED) ** 2 / 2
        for each in SHARPNESSES
    ]
    return bend._replace(sharpness=SHARPNESSES[int(np.argmin(np.round(costs, 9)))])


def cross_validated(
    mean: Floats, truth: Floats, length: float, losses: Losses
) -> tuple[float, float, bool]:
    """Mean log loss without and with a bend, and whether it is better beyond chance.

    Beyond chance: by more than two standard errors. Folds are dealt along the crowd's scale, so they
    depend on the names of no record.
    """
    fold = np.empty(len(mean), np.intp)
    fold[np.lexsort((truth, np.round(mean, 9)))] = np.arange(len(mean)) % FOLDS
    before, after = losses(Bend()), np.empty(len(mean))
    for each in range(FOLDS):
        train, test = fold != each, fold == each

        def of_train(bend: Bend, train: NDArray[np.bool_] = train) -> Floats:
            return losses(bend)[train]

        after[test] = losses(fitted(mean[train], truth[train], length, of_train))[test]
    gain = before - after
    sure = gain.mean() > 2 * gain.std() / np.sqrt(len(gain))
    return float(before.mean()), float(after.mean()), bool(sure)
