"""What the votes on a record say of its true rating, where it is one of a scale's values.

If any number may be given, see `workers.engine.rating.continuous`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.rating.candidates import Candidates
from argilla_distill.workers.engine.rating.raters import Raters
from argilla_distill.workers.engine.rating.recalibration import (
    RatingVotes,
    Recalibration,
)

DEPENDENCE = 0.1
"""How far the errors of votes on one record depend on each other."""

EXACT_SPREAD = 0.3
"""The spread of exact votes, in steps of the scale."""

NEAR_SPREAD = 0.5
"""The spread of near votes, in spreads of the annotator."""

CROWD_SHARES = (0.01, 0.02, 0.87, 0.1)
CROWD_VOTES = 20.0
"""Before a crowd's first vote: which share of its votes is exact, near, as spread as its annotator's
and anywhere on the scale; and how many votes that belief is worth."""

OWN_VOTES = 10.0
"""How many votes of an annotator's own weigh as much as what the crowd is like."""

WORTH_AT_ENDS = 0.1
"""How much votes count for the shares where the truth is an end of the scale: an end is "this or
more", so who agrees on it need not be exact."""

N_SWEEPS = 30

DIGITS = 10
"""Parameters are rounded to so many decimals, so that the order of votes does not show."""


class DiscreteRatings:
    """A true rating that is one of a scale's values, and votes that fall on the nearest value.

    With ``μ[j, t]`` where j puts a true t, v⁻ and v⁺ half way to the values next to v, and π[j] the
    shares of four kinds of votes of j (exact, near, spread, anywhere)::

        P(v | t, j) = Σ_k π[j, k] · (Φ((v⁺ - μ[j, t]) / s[j, k]) - Φ((v⁻ - μ[j, t]) / s[j, k]))
                    + π[j, anywhere] / K
        s[j] = EXACT_SPREAD steps, NEAR_SPREAD · spread[j], spread[j]
        P(t | votes) ∝ (p(t) · Π_j P(v[j] | t, j))^d,    d = sharpness / (1 + DEPENDENCE · (n - 1))

    so a 5 may be a 5 or more, which is why 5, 5 and 4 are no 4.67; and a crowd that is exact or
    grossly wrong is decided as if its values were labels, because its π says so. Learned by EM::

        π[j, k] = (Σ P(kind k | vote of j) + OWN_VOTES · π[crowd, k]) / (votes of j + OWN_VOTES)
        p(t)    ∝ Σ_i P(t | votes on i) + 1 + 0.02 · n_records

    For π the truth is sought between the lowest and the highest vote on the record.

    Cox, The analysis of ordinal data (1980); Uebersax & Grove, A latent trait finite mixture model
    for the analysis of rating agreement, Biometrics 49 (1993), for shifts and stretches; Aitkin &
    Wilson, Mixture models, outliers, and the EM algorithm, Technometrics 22 (1980), for the kinds.

    Attributes
    ----------
    log_prior_ : ndarray of shape (n_values,), nats
        log p.
    crowd_ : ndarray of shape (4,), sums to 1
        π of the crowd.
    sums_ : ndarray of shape (n_raters, 4)
        How many votes of each kind an annotator is held to have given.
    kinds_ : ndarray of shape (n_votes, 4), of the last `fit`
        What each vote adds to them.

    >>> given = np.array([[4, 4, 1], [2, 2, 2], [3, 3, 3], [1, 1, 1], [5, 5, 5]] * 9, np.float64)
    >>> rows, none = np.repeat(np.arange(45), 3), np.full(45, np.nan)
    >>> raters = Raters(4.0).fit(rows, list("abc") * 45, given.ravel(), none)
    >>> votes = RatingVotes(rows, np.tile(np.arange(3), 45), given.ravel(), 45)
    >>> truth = DiscreteRatings((1, 2, 3, 4, 5)).fit(votes, raters, Recalibration(), none)
    >>> np.argmax(truth.posterior(votes, raters, Recalibration())[:5], axis=1) + 1
    array([4, 2, 3, 1, 5])
    """

    def __init__(self, values: tuple[float, ...]) -> None:
        self.scale: list[Value] = list(values)
        self.values = np.array(values, np.float64)
        self.log_prior_ = np.full(len(values), -np.log(max(len(values), 1)))
        self.crowd_ = np.array(CROWD_SHARES)
        self.sums_ = self.kinds_ = np.zeros((0, len(CROWD_SHARES)))

    def fit(
        self, votes: RatingVotes, raters: Raters, line: Recalibration, truth: Floats
    ) -> DiscreteRatings:
        """Learn the prior and the shares; `truth` by record, nan where unknown."""
        m, k = len(raters.names), len(self.values)
        kinds, between = self._given_kind(raters, line, np.arange(m)), self._between(votes, truth)
        cell = votes.rater * k + self._codes(votes)
        start, self.sums_ = np.array(CROWD_SHARES), np.zeros((m, len(CROWD_SHARES)))
        for _ in range(N_SWEEPS):
            given = self.shares(m)[:, :, None, None] * kinds
            log = self._log_joint(votes, np.log(given.sum(axis=1)), truth)
            p = softmax(log).sum(axis=0) + 1.0 + 0.02 * votes.n
            at = self._sought(log, between)
            counts = [np.bincount(cell, at[votes.record, t], minlength=m * k) for t in range(k)]
            by_cell = np.reshape(counts, (k, m, k))
            self.sums_ = np.einsum("jctv,tjv->jc", given / given.sum(axis=1)[:, None], by_cell)
            total = self.sums_.sum(axis=0) + CROWD_VOTES * start
            self.crowd_ = np.round(total / total.sum(), DIGITS)
            self.log_prior_ = np.round(np.log(p / p.sum()), DIGITS)
        self.kinds_ = self.kinds(votes, raters, line, truth)
        self.sums_ = np.zeros_like(self.sums_)
        self.add(votes.rater, self.kinds_, 1.0)
        return self

    def kinds(
        self, votes: RatingVotes, raters: Raters, line: Recalibration, truth: Floats
    ) -> Floats:
        """Return how probable each vote is to be of each kind, shape (n_votes, 4); 0 where unknown."""
        who, rater = np.unique(votes.rater, return_inverse=True)
        shares = self.shares(len(raters.names))[who]
        given = shares[:, :, None, None] * self._given_kind(raters, line, who)
        sums = given.sum(axis=1)
        log = self._log_joint(votes._replace(rater=rater), np.log(sums), truth)
        at, codes = self._sought(log, self._between(votes, truth)), self._codes(votes)
        found = np.zeros((len(codes), len(CROWD_SHARES)))
        for t in range(len(self.values)):
            each = given[rater, :, t, codes] / sums[rater, t, codes][:, None]
            found += at[votes.record, t][:, None] * each
        return found

    def add(self, rater: Ints, kinds: Floats, sign: float) -> None:
        """Add votes of these kinds to the sums (sign 1), or remove them again (-1)."""
        if (more := rater.max(initial=-1) + 1 - len(self.sums_)) > 0:
            self.sums_ = np.concatenate([self.sums_, np.zeros((more, len(CROWD_SHARES)))])
        np.add.at(self.sums_, rater, sign * kinds)

    def shares(self, n_raters: int) -> Floats:
        """π of the first annotators, shape (n_raters, 4), rows sum to 1."""
        sums = np.zeros((n_raters, len(CROWD_SHARES)))
        sums[: len(self.sums_)] = np.maximum(self.sums_, 0.0)
        sums += OWN_VOTES * self.crowd_
        return np.asarray(np.round(sums / sums.sum(axis=1, keepdims=True), DIGITS), np.float64)

    def traits(self, raters: Raters) -> dict[str, Floats]:
        """By annotator: how often they say just anything (``lapse``), and how far other votes are
        from where they put the truth (``spread``, points)."""
        shares, spread = self.shares(len(raters.names)), self._spreads(raters.spread_)
        square = (shares[:, :-1] * spread**2).sum(axis=1)
        return {"spread": np.sqrt(square / (1 - shares[:, -1])), "lapse": shares[:, -1]}

    def emissions(self, raters: Raters, line: Recalibration, who: Ints) -> Floats:
        """log P(given | true) of these raters, shape (n, n_values, n_values): [true, given]."""
        shares = self.shares(len(raters.names))[who]
        p = (shares[:, :, None, None] * self._given_kind(raters, line, who)).sum(axis=1)
        return np.asarray(np.round(np.log(p), DIGITS), np.float64)

    def says(
        self, votes: RatingVotes, raters: Raters, line: Recalibration
    ) -> tuple[Floats, Floats]:
        """Return the log prior by record and what each vote says, by vote; both by value, discounted."""
        discount = _discount(votes.counts) * line.sharpness
        who, rater = np.unique(votes.rater, return_inverse=True)
        parts = self.emissions(raters, line, who)[rater, :, self._codes(votes)]
        return self.log_prior_ * discount[:, None], parts * discount[votes.record, None]

    def candidates(
        self,
        votes: RatingVotes,
        raters: Raters,
        line: Recalibration,
        anchors: Sequence[Value],
    ) -> list[Candidates]:
        """Return the scale's values with the log prior and what each vote says, by record."""
        at = np.searchsorted(votes.record, np.arange(votes.n + 1))
        prior, parts = self.says(votes, raters, line)
        return [
            Candidates(self.scale, prior[i], parts[at[i] : at[i + 1]], None) for i in range(votes.n)
        ]

    def predicted(self, votes: RatingVotes, raters: Raters) -> Floats:
        """What every vote is expected to be, by the others on its record, shape (n_votes,), points."""
        emissions = self.emissions(raters, Recalibration(), np.arange(len(raters.names)))
        said = emissions[votes.rater, :, self._codes(votes)]
        total = np.zeros((votes.n, len(self.values)))
        np.add.at(total, votes.record, said)
        others = total[votes.record] - said + self.log_prior_
        believed = softmax(others * _discount(votes.counts[votes.record] - 1)[:, None])
        expected = np.exp(emissions) @ self.values
        return np.asarray((believed * expected[votes.rater]).sum(axis=1), np.float64)

    def posterior(self, votes: RatingVotes, raters: Raters, line: Recalibration) -> Floats:
        prior, parts = self.says(votes, raters, line)
        np.add.at(prior, votes.record, parts)
        return softmax(prior)

    def independent_votes(self, votes: RatingVotes, raters: Raters) -> Floats:
        """n · its discount, by record."""
        return np.asarray(votes.counts * _discount(votes.counts), np.float64)

    def means(self, votes: RatingVotes, raters: Raters, line: Recalibration) -> Floats:
        return np.asarray(self.posterior(votes, raters, line) @ self.values, np.float64)

    def losses(
        self, votes: RatingVotes, raters: Raters, truth: Floats, line: Recalibration
    ) -> Floats:
        """Minus the log probability of every record's truth, nats."""
        p = self.posterior(votes, raters, line)
        right = p[np.arange(votes.n), np.searchsorted(self.values, truth)]
        return np.asarray(-np.log(np.maximum(right, 1e-6)), np.float64)

    def accuracy(self, raters: Raters, line: Recalibration) -> Floats:
        """Expected share of votes that are the truth."""
        everybody = np.arange(len(raters.names))
        right = np.exp(np.einsum("jkk->jk", self.emissions(raters, line, everybody)))
        return np.asarray(right @ np.exp(self.log_prior_), np.float64)

    def state(self) -> dict[str, Any]:
        """As data; `restore` is the inverse, and `add` of the kinds of all votes."""
        return {"log_prior": self.log_prior_.tolist(), "crowd_shares": self.crowd_.tolist()}

    def restore(self, state: dict[str, Any]) -> DiscreteRatings:
        self.log_prior_ = np.array(state["log_prior"], np.float64)
        self.crowd_ = np.array(state["crowd_shares"], np.float64)
        return self

    # -- inside -----------------------------------------------------------------------------

    def _codes(self, votes: RatingVotes) -> Ints:
        return np.searchsorted(self.values, votes.vote)

    def _spreads(self, own: Floats) -> Floats:
        """Of the kinds that are not just anywhere, shape (n, 3), points; `own` of each rater."""
        step = (self.values[-1] - self.values[0]) / max(len(self.values) - 1, 1) or 1.0
        return np.array([np.full(len(own), EXACT_SPREAD * step), NEAR_SPREAD * own, own]).T

    def _given_kind(self, raters: Raters, line: Recalibration, who: Ints) -> Floats:
        """P(given | true, kind) of these raters, shape (n, 4, n_values, n_values)."""
        values = self.values
        bounds = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
        put = raters.given(who[:, None], line.to_crowd(values))
        far = (bounds - put[:, :, None])[:, None]
        p = np.diff(ndtr(far / self._spreads(raters.spread_[who])[:, :, None, None]), axis=3)
        anywhere = np.full((len(p), 1, *p.shape[2:]), 1 / len(values))
        return np.concatenate([p, anywhere], axis=1)

    def _log_joint(self, votes: RatingVotes, emissions: Floats, truth: Floats) -> Floats:
        """log p + what all votes say, discounted, by record and value; adjudications settle it."""
        codes, k, n = self._codes(votes), len(self.values), votes.n
        sums = np.empty((n, k))
        for t in range(k):
            said = emissions[votes.rater, t, codes]
            sums[:, t] = np.bincount(votes.record, said, minlength=n)
        sums *= _discount(votes.counts)[:, None]
        known = np.isfinite(truth)
        sums[known] = np.where(truth[known, None] == self.values, 0.0, -20.0)
        return np.asarray(sums + self.log_prior_, np.float64)

    def _between(self, votes: RatingVotes, truth: Floats) -> NDArray[np.bool_]:
        """Where the truth of each record is sought: between two votes or more, or as adjudicated."""
        codes, at = self._codes(votes), np.arange(len(self.values))
        low, high = np.full(votes.n, len(at)), np.full(votes.n, -1)
        np.minimum.at(low, votes.record, codes)
        np.maximum.at(high, votes.record, codes)
        found = (at >= low[:, None]) & (at <= high[:, None]) & (votes.counts > 1)[:, None]
        known = np.isfinite(truth)
        found[known] = truth[known, None] == self.values
        return np.asarray(found, np.bool_)

    def _sought(self, log: Floats, between: NDArray[np.bool_]) -> Floats:
        """How much every value counts as the truth of every record."""
        p = softmax(np.where(between, log, -1e9)) * between
        p[:, [0, -1]] *= WORTH_AT_ENDS
        return p


def _discount(n_votes: Any) -> Floats:
    return np.asarray(1 / (1 + DEPENDENCE * np.maximum(n_votes - 1, 0)), np.float64)
