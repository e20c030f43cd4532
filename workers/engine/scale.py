"""What the votes on a record say of its true rating, where it is one of a scale's values.

Where any number may be given it is `workers.engine.continuum`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr

from workers.engine.bend import DEPENDENCE, Bend, Columns
from workers.engine.raters import Floats, Raters
from workers.engine.shares import softmax

LAPSE = 0.1
"""How often somebody gives just any value of a scale: a single voice never decides alone."""

PRIOR_SWEEPS = 10

DIGITS = 10


class Scale:
    """A true rating that is one of a scale's values, and votes that fall on the nearest value.

    With ``μ[j, t]`` where j puts a true t, and bounds half way between the values::

        P(v | t, j) = (1 - LAPSE) · (Φ((v⁺ - μ[j, t]) / s[j]) - Φ((v⁻ - μ[j, t]) / s[j])) + LAPSE / K
        P(t | votes) ∝ (p(t) · Π_j P(v[j] | t, j))^d,    d = sharpness / (1 + DEPENDENCE · (n - 1))

    so a 5 may be a 5 or more, which is why 5, 5 and 4 are no 4.67. The prior p is learned from all
    records by EM.

    Cox, The analysis of ordinal data (1980); Uebersax & Grove, A latent trait finite mixture model
    for the analysis of rating agreement, Biometrics 49 (1993), for shifts and stretches.

    Attributes
    ----------
    log_prior_ : ndarray of shape (n_values,), nats
        log p.
    """

    def __init__(self, values: tuple[int, ...]) -> None:
        self.values = np.array(values, np.float64)
        self.log_prior_ = np.full(len(values), -np.log(max(len(values), 1)))

    def fit(self, votes: Columns, raters: Raters, bend: Bend, truth: Floats) -> Scale:
        """Learn the prior; `truth` by record, nan where unknown."""
        log = self._sums(votes, raters, bend) * _discount(votes.counts)[:, None]
        known = np.isfinite(truth)
        log[known] = np.where(truth[known, None] == self.values, 0.0, -20.0)
        p = np.full(len(self.values), 1 / len(self.values))
        for _ in range(PRIOR_SWEEPS):
            p = softmax(log + np.log(p)).sum(axis=0) + 1.0 + 0.02 * votes.n
            p /= p.sum()
        self.log_prior_ = np.round(np.log(p), DIGITS)
        return self

    def emissions(self, raters: Raters, bend: Bend) -> Floats:
        """log P(given | true) of everybody, shape (n_raters, n_values, n_values): [true, given]."""
        values = self.values
        bounds = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
        put = raters.intercept_[:, None] + raters.slope_[:, None] * bend.straight(values)
        below = ndtr((bounds - put[:, :, None]) / raters.spread_[:, None, None])
        log = np.log((1 - LAPSE) * np.diff(below, axis=2) + LAPSE / len(values))
        return np.asarray(np.round(log, DIGITS), np.float64)

    def says(self, votes: Columns, raters: Raters, bend: Bend) -> tuple[Floats, Floats]:
        """The log prior by record and what each vote says, by vote; both by value, discounted."""
        discount = _discount(votes.counts) * bend.sharpness
        parts = self._parts(votes, raters, bend) * discount[votes.record, None]
        return self.log_prior_ * discount[:, None], parts

    def posterior(self, votes: Columns, raters: Raters, bend: Bend) -> Floats:
        prior, parts = self.says(votes, raters, bend)
        np.add.at(prior, votes.record, parts)
        return softmax(prior)

    def means(self, votes: Columns, raters: Raters) -> Floats:
        return np.asarray(self.posterior(votes, raters, Bend()) @ self.values, np.float64)

    def losses(self, votes: Columns, raters: Raters, truth: Floats, bend: Bend) -> Floats:
        """Minus the log probability of every record's truth, nats."""
        p = self.posterior(votes, raters, bend)
        right = p[np.arange(votes.n), np.searchsorted(self.values, truth)]
        return np.asarray(-np.log(np.maximum(right, 1e-6)), np.float64)

    def accuracy(self, raters: Raters, bend: Bend) -> Floats:
        """Expected share of votes that are the truth."""
        right = np.exp(np.einsum("jkk->jk", self.emissions(raters, bend)))
        return np.asarray(right @ np.exp(self.log_prior_), np.float64)

    def state(self) -> dict[str, Any]:
        return {"log_prior": self.log_prior_.tolist()}

    def restore(self, state: dict[str, Any]) -> Scale:
        self.log_prior_ = np.array(state["log_prior"], np.float64)
        return self

    def _parts(self, votes: Columns, raters: Raters, bend: Bend) -> Floats:
        codes = np.searchsorted(self.values, votes.vote)
        return np.asarray(self.emissions(raters, bend)[votes.rater, :, codes], np.float64)

    def _sums(self, votes: Columns, raters: Raters, bend: Bend) -> Floats:
        sums = np.zeros((votes.n, len(self.values)))
        np.add.at(sums, votes.record, self._parts(votes, raters, bend))
        return sums


def _discount(n_votes: Any) -> Floats:
    return np.asarray(1 / (1 + DEPENDENCE * np.maximum(n_votes - 1, 0)), np.float64)
