"""What the votes on a record, once levelled, say of its true rating, where any number may be given.

With the values of a scale it is `workers.engine.rating.discrete`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.rating.raters import Raters
from argilla_distill.workers.engine.rating.recalibration import DEPENDENCE, Bend, Columns

DIFFICULTY_VOTES = 2.0
"""How many votes of a record's own weigh as much as how far votes are apart on any record."""

LAPSE = 0.05
"""How often a truth is just anywhere: adjudications are judged so."""


class Evidence(NamedTuple):
    """What is known of some records' truths.

    Attributes
    ----------
    mean, variance : ndarray of shape (n_records,), points and points², of the posterior
    prior, sharp : ndarray of shape (n_records,) and (n_votes,), 1 / points²
        Precisions of the prior and of each vote, levelled; made calmer by dependence.
    levelled : ndarray of shape (n_votes,), points
    """

    mean: Floats
    variance: Floats
    prior: Floats
    sharp: Floats
    levelled: Floats


class Continuum:
    """A normal true rating and normal votes, wider apart on some records than on others.

    With w the trust in the raters and z their levelled votes (`Raters`)::

        σ²[i]     how far votes on the record are apart, drawn to the crowd's by DIFFICULTY_VOTES
        n[i]      = (Σ_j w[j])² / Σ_j w[j]²              votes that the voices are worth
        t ~ N(median of all votes, τ²),    z[i, j] | t ~ N(t, σ²[i] Σw / (n[i] w[j]))

    Records whose votes are far apart are so drawn to what is usual, others are not. The posterior's
    variance is the model's and DEPENDENCE · σ², errors that more votes do not make smaller.

    Attributes
    ----------
    center_, variance_, apart_ : float, points and points²
        The votes' median, τ² and the crowd's σ².
    """

    def __init__(self, length: float) -> None:
        self.length = length  # of the range, in points
        self.center_, self.variance_, self.apart_ = 0.0, 1.0, 1.0
        self.told_ = np.empty((0, 0))

    def fit(self, votes: Columns, raters: Raters, bend: Bend, truth: Floats) -> Continuum:
        """Learn the prior; neither a bend nor truths by record are seen here."""
        self.told_ = self.tell(votes, raters, bend, truth)
        if not len(votes.vote):
            return self
        heard = votes.counts > 0
        self.center_ = float(np.median(votes.vote))
        self.apart_ = raters.crowd_[3]
        self.apart_ = float(self._apart(votes, raters)[0][heard].mean())
        apart, worth = self._apart(votes, raters)
        mean, _ = raters.consensus(votes.record, votes.rater, votes.vote, votes.n)
        far = ((mean - self.center_) ** 2 - apart / np.maximum(worth, 1.0))[heard]
        before = 4 * (0.2 * self.length) ** 2  # worth 4 records
        self.variance_ = float((far.sum() + before) / (len(far) + 4))
        self.variance_ = max(self.variance_, (0.05 * self.length) ** 2)
        return self

    def evidence(self, votes: Columns, raters: Raters, calm: float = 1.0) -> Evidence:
        """The posterior; `calm` divides its variance. A bend is not seen here."""
        apart, worth = self._apart(votes, raters)
        mean, weight = raters.consensus(votes.record, votes.rater, votes.vote, votes.n)
        precise = 1 / self.variance_ + worth / apart
        mean = (self.center_ / self.variance_ + mean * worth / apart) / precise
        wide = (1 / precise + DEPENDENCE * apart) / calm
        less = 1 / precise / wide
        vote = (less * worth / np.maximum(weight, 1e-9) / apart)[votes.record]
        sharp = raters.trust_[votes.rater] * vote
        z = raters.levelled(votes.rater, votes.vote)
        return Evidence(mean, wide, less / self.variance_, sharp, z)

    def means(self, votes: Columns, raters: Raters, bend: Bend) -> Floats:
        mean = bend.intercept + bend.slope * self.evidence(votes, raters).mean
        return np.asarray(mean, np.float64)

    def tell(self, votes: Columns, raters: Raters, bend: Bend, truth: Floats) -> Floats:
        """Votes are all of one kind here: nothing, shape (n_votes, 0)."""
        return np.empty((len(votes.vote), 0))

    def take(self, rater: Ints, told: Floats, sign: float) -> None:
        """Nothing to add."""

    def shares(self, n_raters: int) -> Floats:
        return np.empty((n_raters, 0))

    def traits(self, raters: Raters) -> dict[str, Floats]:
        return {"spread": raters.spread_}

    def losses(self, votes: Columns, raters: Raters, truth: Floats, bend: Bend) -> Floats:
        """Minus the log density of every record's truth, in ranges, nats."""
        known = self.evidence(votes, raters, bend.sharpness)
        wide = known.variance * bend.slope**2
        far = truth - bend.intercept - bend.slope * known.mean
        density = np.exp(-(far**2) / wide / 2) / np.sqrt(2 * np.pi * wide) * self.length
        return np.asarray(-np.log((1 - LAPSE) * density + LAPSE), np.float64)

    def accuracy(self, raters: Raters) -> Floats:
        """Expected share of votes within a tenth of the range of the truth."""
        off = raters.intercept_ + (raters.slope_ - 1) * self.center_
        near = 0.1 * self.length
        below, above = ((side - off) / raters.spread_ for side in (-near, near))
        return np.asarray(ndtr(above) - ndtr(below), np.float64)

    def state(self) -> dict[str, Any]:
        return {"spread": [self.center_, self.variance_, self.apart_]}

    def restore(self, state: dict[str, Any]) -> Continuum:
        self.center_, self.variance_, self.apart_ = state["spread"]
        return self

    def _apart(self, votes: Columns, raters: Raters) -> tuple[Floats, Floats]:
        """σ² of every record, and how many votes its voices are worth."""
        record, n = votes.record, votes.n
        mean, weight = raters.consensus(record, votes.rater, votes.vote, n)
        trust = raters.trust_[votes.rater]
        squares = trust * (raters.levelled(votes.rater, votes.vote) - mean[record]) ** 2
        worth = weight**2 / np.maximum(np.bincount(record, trust**2, minlength=n), 1e-12)
        own = np.bincount(record, squares, minlength=n) / np.maximum(weight, 1e-9)
        total = own * votes.counts + DIFFICULTY_VOTES * self.apart_
        return total / (np.maximum(votes.counts - 1, 0) + DIFFICULTY_VOTES), worth
