"""What the votes on a record say of its true rating, where it may be any number.

Where it is one of a scale's values, see `workers.engine.rating.discrete`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.rating.candidates import Candidates
from argilla_distill.workers.engine.rating.raters import Raters
from argilla_distill.workers.engine.rating.rating_range import RatingRange
from argilla_distill.workers.engine.rating.recalibration import (
    RatingVotes,
    Recalibration,
)

DEPENDENCE = 0.25
"""How far the errors of votes on one record depend on each other: however many, they are worth no more
than five. The others predict a vote best with 0.15; what misleads everybody alike, votes hide."""

RELEASED_DEPENDENCE = 0.1
"""What it was in release 0.1, for models that it stored."""

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


class ContinuousRatings:
    """A normal true rating and normal votes, wider apart on some records than on others.

    With w the trust in the raters and z their levelled votes (`Raters`)::

        σ²[i]     how far votes on the record are apart, drawn to the crowd's by DIFFICULTY_VOTES
        n[i]      = (Σ_j w[j])² / Σ_j w[j]²              votes that the voices are worth
        t ~ N(median of all votes, τ²),    z[i, j] | t ~ N(t, σ²[i] Σw / (n[i] w[j]))

    Records whose votes are far apart are so drawn to what is usual, others are not. The posterior's
    variance is the model's and dependence · σ², errors that more votes do not make smaller.

    Attributes
    ----------
    center_, variance_, apart_ : float, points and points²
        The votes' median, τ² and the crowd's σ².
    dependence_ : float
        How far the errors of votes on one record depend on each other.
    kinds_ : ndarray of shape (n_votes, 0)
        No kinds of votes are distinguished here.
    """

    def __init__(self, span: RatingRange) -> None:
        self.span = span
        self.center_, self.variance_, self.apart_ = 0.0, 1.0, 1.0
        self.kinds_ = np.empty((0, 0))
        self.dependence_ = DEPENDENCE

    def fit(
        self, votes: RatingVotes, raters: Raters, line: Recalibration, truth: Floats
    ) -> ContinuousRatings:
        """Learn the prior; recalibration and truths by record play no part in it."""
        self.kinds_ = self.kinds(votes, raters, line, truth)
        if not len(votes.vote):
            return self
        heard = votes.counts > 0
        self.center_ = float(np.median(votes.vote))
        self.apart_ = raters.crowd_[3]
        self.apart_ = float(self._apart(votes, raters)[0][heard].mean())
        apart, worth = self._apart(votes, raters)
        mean, _ = raters.consensus(votes.record, votes.rater, votes.vote, votes.n)
        far = ((mean - self.center_) ** 2 - apart / np.maximum(worth, 1.0))[heard]
        before = 4 * (0.2 * self.span.length) ** 2  # worth 4 records
        self.variance_ = float((far.sum() + before) / (len(far) + 4))
        self.variance_ = max(self.variance_, (0.05 * self.span.length) ** 2)
        return self

    def evidence(self, votes: RatingVotes, raters: Raters, calm: float = 1.0) -> Evidence:
        """The posterior; its variance is divided by `calm`. Recalibration plays no part in it."""
        apart, worth = self._apart(votes, raters)
        mean, weight = raters.consensus(votes.record, votes.rater, votes.vote, votes.n)
        precise = 1 / self.variance_ + worth / apart
        mean = self.center_ + (mean - self.center_) * worth / apart / precise
        wide = (1 / precise + self.dependence_ * apart) / calm
        less = 1 / precise / wide
        vote = (less * worth / np.maximum(weight, 1e-9) / apart)[votes.record]
        sharp = raters.trust_[votes.rater] * vote
        z = raters.levelled(votes.rater, votes.vote)
        return Evidence(mean, wide, less / self.variance_, sharp, z)

    def independent_votes(self, votes: RatingVotes, raters: Raters) -> Floats:
        """σ² by record over the variance that it leaves in the mean: n / (1 + dependence · n)."""
        _, worth = self._apart(votes, raters)
        return np.asarray(
            (1 + self.dependence_) * worth / (1 + self.dependence_ * worth), np.float64
        )

    def means(self, votes: RatingVotes, raters: Raters, line: Recalibration) -> Floats:
        return line.to_truth(self.evidence(votes, raters).mean)

    def candidates(
        self,
        votes: RatingVotes,
        raters: Raters,
        line: Recalibration,
        anchors: Sequence[Value],
    ) -> list[Candidates]:
        """Return ratings at steps round the posterior mean, or round the adjudication, by record."""
        at = np.searchsorted(votes.record, np.arange(votes.n + 1))
        known = self.evidence(votes, raters, line.sharpness)
        mean = line.to_truth(known.mean)
        whole = self.span.low, self.span.high
        found = []
        for i in range(votes.n):
            cut = slice(*at[i : i + 2])
            value, given = mean[i], votes.vote[cut]
            recalibrated = line != Recalibration() or not len(given)
            bounds = whole if recalibrated else (given.min(), given.max())
            value = round(float(np.clip(value, *bounds)), self.span.digits)
            points, among = self.span.grid(value if anchors[i] is None else anchors[i])
            grid = line.to_crowd(np.array(points, np.float64))
            calm = 1 / (1 + (self.span.step / line.slope) ** 2 / 12 / known.variance[i])
            prior = -calm * known.prior[i] * (grid - self.center_) ** 2 / 2
            far = (grid - known.levelled[cut, None]) ** 2
            votes_here = -calm * known.sharp[cut, None] * far / 2
            found.append(Candidates(points, prior, votes_here, among))
        return found

    def predicted(self, votes: RatingVotes, raters: Raters) -> Floats:
        """What every vote is expected to be, by the others on its record, shape (n_votes,), points."""
        record, n = votes.record, votes.counts[votes.record]
        w = raters.trust_[votes.rater]
        z = raters.levelled(votes.rater, votes.vote) - self.center_

        def others(each: Floats) -> Floats:
            return np.asarray(np.bincount(record, each, votes.n)[record] - each, np.float64)

        several = n > 1
        weight = np.where(several, others(w), 1.0)
        mean = others(w * z) / weight
        own = np.maximum(others(w * z * z) / weight - mean**2, 0.0)
        usual = DIFFICULTY_VOTES * self.apart_
        apart = (own * (n - 1) + usual) / (np.maximum(n - 2, 0) + DIFFICULTY_VOTES)
        worth = np.where(several, weight**2 / np.where(several, others(w * w), 1.0), 0.0)
        precise = 1 / self.variance_ + worth / apart
        mean = self.center_ + mean * worth / apart / precise
        found = raters.given(votes.rater, mean)
        return np.asarray(np.clip(found, self.span.low, self.span.high), np.float64)

    def kinds(
        self, votes: RatingVotes, raters: Raters, line: Recalibration, truth: Floats
    ) -> Floats:
        """Return an array of shape (n_votes, 0): no kinds of votes are distinguished here."""
        return np.empty((len(votes.vote), 0))

    def add(self, rater: Ints, kinds: Floats, sign: float) -> None:
        """Nothing to add."""

    def shares(self, n_raters: int) -> Floats:
        return np.empty((n_raters, 0))

    def traits(self, raters: Raters) -> dict[str, Floats]:
        return {"spread": raters.spread_}

    def losses(
        self, votes: RatingVotes, raters: Raters, truth: Floats, line: Recalibration
    ) -> Floats:
        """Minus the log density of every record's truth, in ranges, nats."""
        known = self.evidence(votes, raters, line.sharpness)
        wide = known.variance * line.slope**2
        far = truth - line.to_truth(known.mean)
        density = np.exp(-(far**2) / wide / 2) / np.sqrt(2 * np.pi * wide) * self.span.length
        return np.asarray(-np.log((1 - LAPSE) * density + LAPSE), np.float64)

    def accuracy(self, raters: Raters, line: Recalibration) -> Floats:
        """Expected share of votes within a tenth of the range of the truth, or half a scale's step."""
        off = raters.intercept_ + (raters.slope_ - 1) * (self.center_ - raters.origin)
        near = self.span.step / 2 if self.span.scale else 0.1 * self.span.length
        below, above = ((side - off) / raters.spread_ for side in (-near, near))
        return np.asarray(ndtr(above) - ndtr(below), np.float64)

    def state(self) -> dict[str, Any]:
        spread = [self.center_, self.variance_, self.apart_]
        return {"spread": spread, "dependence": self.dependence_}

    def restore(self, state: dict[str, Any]) -> ContinuousRatings:
        self.center_, self.variance_, self.apart_ = state["spread"]
        self.dependence_ = float(state.get("dependence", RELEASED_DEPENDENCE))
        return self

    def _apart(self, votes: RatingVotes, raters: Raters) -> tuple[Floats, Floats]:
        """σ² of every record, and how many votes its voices are worth."""
        record, n = votes.record, votes.n
        mean, weight = raters.consensus(record, votes.rater, votes.vote, n)
        trust = raters.trust_[votes.rater]
        squares = trust * (raters.levelled(votes.rater, votes.vote) - mean[record]) ** 2
        worth = weight**2 / np.maximum(np.bincount(record, trust**2, minlength=n), 1e-12)
        own = np.bincount(record, squares, minlength=n) / np.maximum(weight, 1e-9)
        total = own * votes.counts + DIFFICULTY_VOTES * self.apart_
        return total / (np.maximum(votes.counts - 1, 0) + DIFFICULTY_VOTES), worth
