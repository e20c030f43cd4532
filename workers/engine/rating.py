"""Ratings: a 4 is nearer to a 5 than to a 1, and annotators shift and stretch the scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.special import ndtr

from workers.engine.choice import Choice, Voice
from workers.engine.median_rating import RatingModel, number
from workers.engine.question import Value
from workers.engine.raters import Floats, Ints, Raters, Told
from workers.engine.reliability import ANNOTATOR_VOTES
from workers.engine.shares import softmax
from workers.engine.strategy import Reliability, State
from workers.engine.value_model import believed

if TYPE_CHECKING:
    from typing_extensions import Self

LAPSE = 0.1
"""How often somebody gives just any rating: a single voice never decides alone."""

DEPENDENCE = 0.1
"""How far the errors of votes on one record hang together; see `RatingModel`."""

DIFFICULTY_VOTES = 2.0
"""Without a scale: how many votes of a record's own weigh as much as how far votes are apart on
any record."""

PRIOR_SWEEPS = 10

REFIT_SHARE, REFIT_BELOW = 0.01, 1000
"""`moved` refits when more than this share of votes changed, and models of fewer votes always."""

SWEEPS = 3

DIGITS = 10


class RatingLearned(RatingModel):
    """Ratings with each annotator's shift, stretch and spread taken into account.

    **Annotators**: `Raters` learns ``v = intercept[j] + slope[j] · t + noise`` of each.

    **With a scale** (Argilla's questions), the value is one of it. With ``μ[j, t]`` where j puts a
    true t, and the scale's values' bounds half way between them::

        P(v | t, j) = (1 - LAPSE) · (Φ((v⁺ - μ[j, t]) / s[j]) - Φ((v⁻ - μ[j, t]) / s[j])) + LAPSE / K
        P(t | votes) ∝ p(t)^d · Π_j P(v[j] | t, j)^d,    d = 1 / (1 + DEPENDENCE · (n - 1))

    so a 5 may be a 5 or more, which is why the mean of 5, 5 and 4 is not 4.67. The prior p is
    learned from all records by EM. The leader is the most probable value.

    **Without a scale**, z the votes on the crowd's scale and w the trust in their annotators::

        σ²[i]     how far votes on the record are apart, drawn to the crowd's by DIFFICULTY_VOTES
        n[i]      = (Σ_j w[j])² / Σ_j w[j]²              votes that the voices are worth
        t ~ N(median of all votes, τ²),    z[i, j] | t ~ N(t, σ²[i] Σw / (n[i] w[j]))

    and the value is the posterior mean, to 2 decimals. Records whose votes are far apart are so
    drawn to what is usual, others are not. The posterior is given at steps of a BINS-th of the
    votes' range from the value; the key of the value's own step is the value. Its variance is the
    posterior's and DEPENDENCE · σ²: errors that more votes do not make smaller. Confidence is the
    probability of the value's own step: that the truth is within half a step of it.

    Cox, The analysis of ordinal data (1980); Uebersax & Grove, A latent trait finite mixture model
    for the analysis of rating agreement, Biometrics 49 (1993), for shifts and stretches.

    Attributes
    ----------
    raters_ : Raters
    log_prior_ : ndarray of shape (n_values,), nats
        log p, with a scale.
    center_, variance_, apart_ : float, points and points²
        The votes' median, τ² and the crowd's σ², without a scale.

    >>> from workers.engine.facts import Vote
    >>> from workers.engine.question import Question
    >>> model = RatingLearned(Question("rating", scale=(1, 2, 3, 4, 5)))
    >>> said = {"ann": "12345", "ben": "12355", "cas": "23455"}  # cas gives more than others
    >>> votes = [Vote(f"r{i}", who, int(v)) for who in said for i, v in enumerate(said[who])]
    >>> [decision] = model.fit([*votes, *votes]).decide(["r1"])
    >>> decision.value
    2
    """

    name: ClassVar[str] = "learned"

    raters_: Raters
    log_prior_: Floats
    center_: float
    variance_: float
    apart_: float

    # -- the full fit -----------------------------------------------------------------------

    def _fit(self) -> None:
        self._see_range()
        records = self.standing_.heard()
        rows, names, vote, truth = self._columns(records)
        self.raters_ = Raters(self.length).fit(rows, names, vote, truth)
        told, at = self.raters_.told_, np.searchsorted(rows, np.arange(len(records) + 1))
        self._told = {record: told.part(*at[i : i + 2]) for i, record in enumerate(records)}
        self._settled = self._weights()
        self._drifting: set[str] = set()
        self.log_prior_ = np.zeros(len(self.question.scale))
        self.center_, self.variance_, self.apart_ = 0.0, 1.0, 1.0
        if self.question.scale:
            self._see_prior(rows, told.rater, vote, truth)
        else:
            self._see_spread(rows, told.rater, vote, len(records))

    def _see_prior(self, rows: Ints, rater: Ints, vote: Floats, truth: Floats) -> None:
        k, n = len(self.question.scale), len(truth)
        log = np.zeros((n, k))
        np.add.at(log, rows, self._emissions()[rater, :, self._codes(vote)])
        log *= _discount(np.bincount(rows, minlength=n))[:, None]
        known = np.isfinite(truth)
        log[known] = np.where(self._codes(truth[known])[:, None] == np.arange(k), 0.0, -20.0)
        p = np.full(k, 1 / k)
        for _ in range(PRIOR_SWEEPS):
            p = softmax(log + np.log(p)).sum(axis=0) + 1.0 + 0.02 * n
            p /= p.sum()
        self.log_prior_ = np.round(np.log(p), DIGITS)

    def _see_spread(self, rows: Ints, rater: Ints, vote: Floats, n: int) -> None:
        mean, _ = self.raters_.consensus(rows, rater, vote, n)
        heard = np.bincount(rows, minlength=n) > 0
        self.center_ = float(np.median(vote)) if len(vote) else 0.0
        self.apart_ = self.raters_.crowd_[3]
        if heard.any():
            self.apart_ = float(self._apart(rows, rater, vote, n)[0][heard].mean())
        apart, worth = self._apart(rows, rater, vote, n)
        far = ((mean - self.center_) ** 2 - apart / np.maximum(worth, 1.0))[heard]
        least = (0.05 * self.length) ** 2
        self.variance_ = float(max((far.sum() + 4 * 0.04 * self.length**2) / (len(far) + 4), least))

    def _apart(self, rows: Ints, rater: Ints, vote: Floats, n: int) -> tuple[Floats, Floats]:
        """σ² of every record and how many votes its voices are worth."""
        mean, weight = self.raters_.consensus(rows, rater, vote, n)
        trust = self.raters_.trust_[rater]
        squares = trust * (self.raters_.levelled(rater, vote) - mean[rows]) ** 2
        worth = weight**2 / np.maximum(np.bincount(rows, trust**2, minlength=n), 1e-12)
        own = np.bincount(rows, squares, minlength=n) / np.maximum(weight, 1e-9)
        count = np.bincount(rows, minlength=n)
        total = own * count + DIFFICULTY_VOTES * self.apart_
        return total / (np.maximum(count - 1, 0) + DIFFICULTY_VOTES), worth

    def _codes(self, points: Floats) -> Ints:
        return np.searchsorted(np.array(self.question.scale, np.float64), points)

    def _emissions(self) -> Floats:
        """log P(given | true) of everybody, shape (n_raters, n_values, n_values): [true, given]."""
        values = np.array(self.question.scale, np.float64)
        bounds = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
        raters = self.raters_
        put = raters.intercept_[:, None] + raters.slope_[:, None] * values
        below = ndtr((bounds - put[:, :, None]) / raters.spread_[:, None, None])
        log = np.log((1 - LAPSE) * np.diff(below, axis=2) + LAPSE / len(values))
        return np.asarray(np.round(log, DIGITS), np.float64)

    # -- records ----------------------------------------------------------------------------

    def _choices(self, records: Sequence[str]) -> list[Choice]:
        rows, names, vote, _ = self._columns(records)
        known = {name: i for i, name in enumerate(self.raters_.names)}
        rater = np.array([known[name] for name in names], np.intp)
        accuracy, _ = self._accuracy()
        at = np.searchsorted(rows, np.arange(len(records) + 1))
        if self.question.scale:
            parts = self._emissions()[rater, :, self._codes(vote)] if len(rater) else vote[:, None]
            parts = parts * _discount(np.diff(at))[rows][:, None]
        else:
            apart, worth = self._apart(rows, rater, vote, len(records))
            mean, _ = self.raters_.consensus(rows, rater, vote, len(records))
            z = self.raters_.levelled(rater, vote)
            sharp = (
                self.raters_.trust_[rater]
                * (
                    worth
                    / np.maximum(_sum(rows, self.raters_.trust_[rater], len(records)), 1e-9)
                    / apart
                )[rows]
            )
        choices = []
        for i, record in enumerate(records):
            here = slice(at[i], at[i + 1])
            anchor = self.standing_.adjudications.get(record)
            if self.question.scale:
                values: list[Value] = list(self.question.scale)
                among, prior, logs = (
                    None,
                    self.log_prior_ * _discount(np.diff(at[i : i + 2]))[0],
                    parts[here],
                )
            else:
                precise = 1 / self.variance_ + worth[i] / apart[i]
                t = (self.center_ / self.variance_ + mean[i] * worth[i] / apart[i]) / precise
                low, high = self.range_
                t = round(float(np.clip(t, low, high)), self.digits)
                values, among = self._grid(t if anchor is None else anchor)
                grid = np.array(values, np.float64)
                wide = 1 / precise + DEPENDENCE * apart[i] + self.step**2 / 12
                calm = 1 / precise / wide
                prior = -calm * (grid - self.center_) ** 2 / self.variance_ / 2
                logs = -calm * sharp[here, None] * (grid - z[here, None]) ** 2 / 2
            voices = [
                Voice(names[s], number(vote[s]), float(accuracy[rater[s]]), log)
                for s, log in zip(range(at[i], at[i + 1]), logs, strict=True)
            ]
            choices.append(Choice(values, prior, voices, anchor, among=among))
        return choices

    def annotators(self) -> list[Reliability]:
        accuracy, strength = self._accuracy()
        raters, middle = self.raters_, sum(self.range_) / 2
        found = []
        for j, name in enumerate(raters.names):
            if n := len(self.standing_.records.get(name, ())):
                slope = float(raters.slope_[j])
                traits = {
                    "shift": float(raters.intercept_[j]) + (slope - 1) * middle,
                    "stretch": slope,
                    "spread": float(raters.spread_[j]),
                    "trust": float(raters.trust_[j]),
                }
                found.append(believed(name, float(accuracy[j]), float(strength[j]), n, traits))
        return found

    def _accuracy(self) -> tuple[Floats, Floats]:
        """Share of exact ratings (with a scale), or of those within a tenth of the range."""
        raters = self.raters_
        strength = raters.sums_[:, 0] + ANNOTATOR_VOTES
        if self.question.scale:
            right = np.exp(np.einsum("jkk->jk", self._emissions())) @ np.exp(self.log_prior_)
            return np.clip(right, 0.001, 0.999), strength
        off = raters.intercept_ + (raters.slope_ - 1) * self.center_
        near = 0.1 * self.length
        below, above = ((side - off) / raters.spread_ for side in (-near, near))
        return np.clip(ndtr(above) - ndtr(below), 0.001, 0.999), strength

    # -- what one fact changes --------------------------------------------------------------

    def _leave(self, record: str) -> None:
        if record in self._told:
            self.raters_.take(self._told.pop(record), -1.0)

    def _enter(self, record: str) -> None:
        rows, names, vote, truth = self._columns([record])
        rater = self.raters_.numbers(names)
        told = self.raters_.tell(rows, rater, vote, truth)
        self._told[record] = told
        self.raters_.take(told, 1.0)
        self._drifting.update(names)

    def _weights(self) -> Floats:
        raters = self.raters_
        return np.array([raters.intercept_, raters.slope_, raters.trust_, raters.spread_]).T

    def _settle(self, tolerance: float) -> None:
        few = len(self.standing_) < REFIT_BELOW and self._changed > 0
        if few or self._changed > REFIT_SHARE * self._fitted_votes:
            self.refit()
        if self._touched is None:
            return
        for _ in range(SWEEPS):
            records = self._of_drifted(tolerance)
            if not records:
                return
            for record in sorted(records):
                self._leave(record)
                self._enter(record)
            self._touch(records)

    def _of_drifted(self, tolerance: float) -> set[str]:
        """The records of annotators who moved far enough to move a posterior by `tolerance`."""
        now, names = self._weights(), self.raters_.names
        fresh = now[len(self._settled) :]
        self._settled = np.concatenate([self._settled, fresh])
        unit = self.length / 4
        far = (np.abs(now - self._settled) / [unit, 1.0, 1.0, unit]).max(axis=1) > tolerance
        due = [j for j in np.flatnonzero(far) if names[j] in self._drifting]
        self._settled[due] = now[due]
        self._drifting.difference_update(names[j] for j in due)
        return {record for j in due for record in self.standing_.records.get(names[j], ())}

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        told = list(self._told.values())
        none = Told(np.empty(0, np.intp), np.empty(0), np.empty(0), np.empty(0))
        rater, *rest = (np.concatenate(each) for each in zip(none, *told, strict=True))
        return super().state() | {
            "range": list(self.range_),
            "raters": self.raters_.state(),
            "sums": self.raters_.sums_,
            "told_records": list(self._told),
            "told_sizes": [len(each.rater) for each in told],
            "told_raters": rater,
            "told": np.array(rest, np.float64),
            "settled": self._settled,
            "drifting": sorted(self._drifting),
            "log_prior": self.log_prior_,
            "spread": [self.center_, self.variance_, self.apart_],
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        values: dict[str, Any] = dict(state)
        self.range_ = tuple(values["range"])
        self.raters_ = Raters.of_state(values["raters"], values["sums"])
        told = Told(np.array(values["told_raters"], np.intp), *values["told"])
        ends = np.cumsum([0, *values["told_sizes"]])
        names = values["told_records"]
        self._told = {name: told.part(*ends[i : i + 2]) for i, name in enumerate(names)}
        self._settled = np.array(values["settled"], np.float64)
        self._drifting = set(values["drifting"])
        self.log_prior_ = np.array(values["log_prior"], np.float64)
        self.center_, self.variance_, self.apart_ = values["spread"]
        return self


def _sum(rows: Ints, values: Floats, n: int) -> Floats:
    return np.asarray(np.bincount(rows, values, minlength=n), np.float64)


def _discount(n_votes: Any) -> Floats:
    return np.asarray(1 / (1 + DEPENDENCE * np.maximum(n_votes - 1, 0)), np.float64)
