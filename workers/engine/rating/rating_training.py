"""What adjudications make of ratings: whether the crowd's ratings are recalibrated, and how."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.rating.continuous import ContinuousRatings
from argilla_distill.workers.engine.rating.discrete import DiscreteRatings
from argilla_distill.workers.engine.rating.raters import Raters
from argilla_distill.workers.engine.rating.rating_range import RatingRange
from argilla_distill.workers.engine.rating.recalibration import (
    MIN_ADJUDICATIONS,
    RatingVotes,
    Recalibration,
    cross_validated,
    fitted,
)


def trained(
    model: DiscreteRatings | ContinuousRatings,
    votes: RatingVotes,
    raters: Raters,
    truth: Floats,
    span: RatingRange,
) -> tuple[Recalibration, Training]:
    """Return the recalibration to use, and what is to be said about it.

    Parameters
    ----------
    model, raters : fitted without the adjudications
    truth : ndarray of shape (n_records,), points
        The adjudications; nan where there is none.
    """
    chosen = np.flatnonzero(np.isfinite(truth) & (votes.counts > 0))
    n, truth = len(chosen), truth[chosen]
    if n < MIN_ADJUDICATIONS:
        summary = f"{n} adjudications: training starts at {MIN_ADJUDICATIONS}"
        return Recalibration(), Training(n, False, None, None, None, None, summary)
    place = np.full(votes.n, -1)
    place[chosen] = np.arange(n)
    here = place[votes.record] >= 0
    some = RatingVotes(place[votes.record][here], votes.rater[here], votes.vote[here], n)
    mean = model.means(some, raters, Recalibration())

    def losses(line: Recalibration) -> Floats:
        return model.losses(some, raters, truth, line)

    before, after, better = cross_validated(mean, truth, span.length, losses)
    line = fitted(mean, truth, span.length, losses) if better else Recalibration()
    median = np.array([np.median(some.vote[some.record == i]) for i in range(n)])
    ours = mean if line == Recalibration() else model.means(some, raters, line)
    right = [np.mean(np.abs(each - truth) <= span.near) for each in (ours, median)]
    summary = (
        f"{n} adjudications, mostly of hard records: log loss {before:.3f} without them, {after:.3f} "
        f"with them (cross-validated); {'they are used' if better else 'not better beyond chance'}"
    )
    return line, Training(n, better, before, after, float(right[0]), float(right[1]), summary)
