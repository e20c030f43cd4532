"""How each annotator of a rating question uses the scale, and how far to trust them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

STRETCH_VOTES = 60.0
TRUST_VOTES = 10.0
SPREAD_VOTES = 10.0
"""How many votes of an annotator's own weigh as much as what the crowd is like."""

SHIFT_VOTES = 60.0
"""The same of shifts, before a crowd's first vote, and how many votes that belief is worth: how far its
annotators are apart is then seen by their votes."""

CROWD_VOTES = 10.0
CROWD_TRUST = 0.6
CROWD_SPREAD = 0.2
"""Before a crowd's first vote: how trustworthy and (in ranges of the scale) how spread its votes
are, and how many votes that belief is worth."""

MIN_TRUST = 0.02
"""No annotator is trusted less than this."""

MAX_ITERATIONS = 100

TOLERANCE = 1e-9
"""The fit has converged when no consensus moves by more than this, in ranges of the scale."""

DIGITS = 10
"""Parameters are rounded to so many decimals, so that the order of votes does not show."""


class Comparisons(NamedTuple):
    """Votes beside what the others on the record say: what annotators are judged by.

    Attributes
    ----------
    rater : ndarray of shape (n_votes,)
        The annotator's number.
    vote, others : ndarray of shape (n_votes,), points
        What they gave, and the consensus of the others on the record.
    weight : ndarray of shape (n_votes,), in [0, 1]
        The others' share in the weights of the whole record; 0 where there are no others.
    kinds : ndarray of shape (n_votes, n_kinds)
        How probable the vote is to be of each kind that `DiscreteRatings` distinguishes.
    """

    rater: Ints
    vote: Floats
    others: Floats
    weight: Floats
    kinds: Floats

    def part(self, start: int, stop: int) -> Comparisons:
        """Some consecutive votes."""
        here = slice(start, stop)
        vote, others, weight, kinds = (column[here] for column in self[1:])
        return Comparisons(self.rater[here], vote, others, weight, kinds)

    def sums(self, n_raters: int, origin: float) -> Floats:
        """Sums per annotator, shape (n_raters, 7): n, 1, others, vote and their products.

        Both are counted from `origin`, in points: far from it, differences would drown in their squares.
        """
        w, x, y = self.weight, self.others - origin, self.vote - origin
        columns = (w > 0, w, w * x, w * y, w * x * x, w * x * y, w * y * y)
        sums = [np.bincount(self.rater, column, minlength=n_raters) for column in columns]
        return np.array(sums, np.float64).T


class Raters:
    """vote = shift + stretch · true + noise, for each annotator; robust against the careless.

    With w the trust in an annotator, and o the consensus of the *others* on a record::

        z[i, j]  = (v[i, j] - intercept[j]) / slope[j]              v, z and o counted from an origin
        o[i, j]  = Σ_{l ≠ j} w[l] z[i, l] / Σ_{l ≠ j} w[l]       (the truth, where adjudicated)
        trust    w[j] = corr(v, o), the crowd's mean worth TRUST_VOTES
        stretch  log slope[j] = log(sd v / sd o) less the crowd's, drawn to 0 by STRETCH_VOTES
        shift    a[j] = mean(v - o) less the crowd's, drawn to 0 by s² / τ² votes, with τ² the
                 variance of shifts between annotators beyond chance
                 intercept[j] = mean(o) + a[j] - slope[j] · mean(o)
        spread   s²[j] = mean (v - intercept - slope · o)², the crowd's worth SPREAD_VOTES

    repeated until the consensus no longer changes. A vote counts in an annotator's means by the
    share that the others have in the record's weights, (n-1)/n if all are alike: few others know
    little, and it makes up for the noise that they add to the spread.

    Plain inverse variances would trust those most who always say the same. Correlation with the
    others does not, and being between 0 and 1 it is milder than r² / (1 - r²), the best weight were
    the errors of annotators independent; they are not.

    DerSimonian & Laird, Meta-analysis in clinical trials, Controlled Clinical Trials 7 (1986), for τ²;
    Robinson, That BLUP is a good thing, Statistical Science 6 (1991), for what is drawn by it.

    Attributes
    ----------
    names : list of str
    comparisons_ : Comparisons, of the last `fit`
    sums_ : ndarray of shape (n_raters, 7), see `Comparisons.sums`
    intercept_ (points), slope_, trust_, spread_ (points) : ndarray of shape (n_raters,)
        The intercept is counted from the origin.
    crowd_ : tuple of five numbers
        The crowd's shift (points), log stretch, trust and spread² (points²), and by how many votes
        an annotator's own shift is drawn to it.

    >>> votes = np.array([1, 2, 2, 3, 3, 4, 4, 5, 1, 2.0])
    >>> raters = Raters(4.0).fit(np.arange(10) // 2, list("ab") * 5, votes, np.full(5, np.nan))
    >>> bool(raters.intercept_[0] < 0 < raters.intercept_[1])  # b gives a point more than a
    True
    """

    def __init__(self, length: float, origin: float = 0.0) -> None:
        self.length = length  # of the scale, in points
        self.origin = origin  # a value of the scale, in points: what sums are counted from

    def fit(self, record: Ints, names: list[str], vote: Floats, truth: Floats) -> Raters:
        """Learn from votes (record's number, annotator, points) and the truths of records (or nan).

        What each vote is compared with is in `comparisons_` then.
        """
        self.names = sorted(set(names))
        self._numbers = {name: number for number, name in enumerate(self.names)}
        rater = np.array([self._numbers[name] for name in names], np.intp)
        m = len(self.names)
        self.crowd_ = (0.0, 0.0, CROWD_TRUST, (CROWD_SPREAD * self.length) ** 2, SHIFT_VOTES)
        self.sums_ = np.zeros((m, 7))
        self._follow(np.arange(m))
        before = np.full(len(truth), np.inf)
        for _ in range(MAX_ITERATIONS):
            self.comparisons_ = self.compare(record, rater, vote, truth)
            self.sums_ = self.comparisons_.sums(m, self.origin)
            self._see_crowd()
            self._follow(np.arange(m))
            now = self.consensus(record, rater, vote, len(truth))[0]
            if np.abs(now - before).max(initial=0.0) <= TOLERANCE * self.length:
                break
            before = now
        return self

    def numbers(self, names: list[str]) -> Ints:
        """The annotators' numbers, given new ones where they are new."""
        for name in names:
            if name not in self._numbers:
                self._numbers[name] = len(self.names)
                self.names.append(name)
        if (m := len(self.names)) > len(self.sums_):
            fresh = np.arange(len(self.sums_), m)
            self.sums_ = np.concatenate([self.sums_, np.zeros((len(fresh), 7))])
            for key in ("intercept_", "slope_", "trust_", "spread_"):
                setattr(self, key, np.concatenate([getattr(self, key), np.zeros(len(fresh))]))
            self._follow(fresh)
        return np.array([self._numbers[name] for name in names], np.intp)

    def levelled(self, rater: Ints, vote: Floats) -> Floats:
        """Return the votes on the crowd's scale: z."""
        off = (vote - self.origin - self.intercept_[rater]) / self.slope_[rater]
        return np.asarray(self.origin + off, np.float64)

    def given(self, rater: Ints, truth: Floats) -> Floats:
        """Return what they give on average where that is true: the inverse of `levelled`.

        `truth` is of a shape that `rater` is broadcast with.
        """
        off = self.intercept_[rater] + self.slope_[rater] * (truth - self.origin)
        return np.asarray(self.origin + off, np.float64)

    def consensus(self, record: Ints, rater: Ints, vote: Floats, n: int) -> tuple[Floats, Floats]:
        """Return each record's weighted mean on the crowd's scale (without votes: the origin), and weight."""
        trust = self.trust_[rater]
        weight = np.bincount(record, trust, minlength=n)
        off = trust * (self.levelled(rater, vote) - self.origin)
        mean = np.bincount(record, off, minlength=n) / np.maximum(weight, MIN_TRUST)
        return self.origin + mean, np.asarray(weight, np.float64)

    def compare(self, record: Ints, rater: Ints, vote: Floats, truth: Floats) -> Comparisons:
        """Compare votes with the others on their record; `truth` by record, nan where unknown."""
        trust = self.trust_[rater]
        mean, weight = self.consensus(record, rater, vote, len(truth))
        several = np.bincount(record, minlength=len(truth))[record] > 1
        left = np.where(several, weight[record] - trust, 0.0)
        own = trust * (self.levelled(rater, vote) - self.origin)
        others = (mean[record] - self.origin) * weight[record] - own
        others = self.origin + np.where(several, others / np.where(several, left, 1.0), 0.0)
        share = left / weight[record] if len(record) else left
        known = np.isfinite(truth)[record]
        others, share = np.where(known, truth[record], others), np.where(known, 1.0, share)
        return Comparisons(rater, vote, others, share, np.empty((len(rater), 0)))

    def add(self, comparisons: Comparisons, sign: float) -> None:
        """Add comparisons to what is known (sign 1), or remove them again (-1)."""
        who, where = np.unique(comparisons.rater, return_inverse=True)
        here = comparisons._replace(rater=where)
        self.sums_[who] += sign * here.sums(len(who), self.origin)
        self._follow(who)

    def state(self) -> dict[str, Any]:
        """Return it as data; `of_state` is the inverse."""
        own = {"length": self.length, "origin": self.origin}
        return {**own, "names": self.names, "crowd": list(self.crowd_)}

    @classmethod
    def of_state(cls, state: dict[str, Any], sums: Floats) -> Raters:
        """`sums` is `sums_`, the array of the state."""
        self = cls(float(state["length"]), float(state.get("origin", 0.0)))  # 0.1 counted from 0
        self.names, self.sums_ = list(state["names"]), np.array(sums, np.float64)
        self._numbers = {name: number for number, name in enumerate(self.names)}
        shift, stretch, trust, spread2, *drawn = (float(each) for each in state["crowd"])
        drawn_by = drawn[0] if drawn else SHIFT_VOTES  # release 0.1 drew all crowds' alike
        self.crowd_ = (shift, stretch, trust, spread2, drawn_by)
        self._follow(np.arange(len(self.names)))
        return self

    def _means(self, who: Ints) -> tuple[Floats, ...]:
        """n, weight, mean of others and of votes (from the origin), and (co)variances, by annotator."""
        n, w, x, y, xx, xy, yy = np.maximum(self.sums_[who], [0, 0, *[-np.inf] * 5]).T
        n, safe = np.round(n), np.where(w > 1e-9, w, 1.0)
        w = np.where((n > 0) & (w > 1e-9), w, 0.0)
        x, y, xx, xy, yy = (np.where(w > 0, each / safe, 0.0) for each in (x, y, xx, xy, yy))
        least = (self.length / 40) ** 2
        vx, vy = np.maximum(xx - x * x, 0.0) + least, np.maximum(yy - y * y, 0.0) + least
        return n, w, x, y, vx, xy - x * y, vy

    def _see_crowd(self) -> None:
        who = np.arange(len(self.names))
        n, w, x, y, vx, cxy, vy = self._means(who)
        total = w.sum() + CROWD_VOTES
        trust = (w @ _tempered(cxy / np.sqrt(vx * vy), w) + CROWD_VOTES * CROWD_TRUST) / total
        stretch = w @ (np.log(vy / vx) / 2) / total
        shift = w @ (y - x) / total
        self.crowd_ = (float(shift), float(stretch), float(trust), *self.crowd_[3:])
        a, slope = self._line(w, x, y, vx, vy)
        left = w * (vy - 2 * slope * cxy + slope**2 * vx + (y - x - a) ** 2)
        prior = CROWD_VOTES * (CROWD_SPREAD * self.length) ** 2
        spread2 = (left.sum() + prior) / (n.sum() + CROWD_VOTES)
        drawn_by = self._drawn_by(w, y - x - shift, spread2)
        self.crowd_ = (float(shift), float(stretch), float(trust), float(spread2), drawn_by)

    @staticmethod
    def _drawn_by(w: Floats, shift: Floats, spread2: float) -> float:
        """s² / τ², in votes."""
        total = w.sum()
        free = total - (w @ w) / max(total, 1e-9)
        between = w @ shift**2 - spread2 * max(int(np.count_nonzero(w)) - 1, 0)
        variance = (max(float(between), 0.0) + spread2) / (free + SHIFT_VOTES)
        return round(float(spread2 / variance), DIGITS)

    def _line(self, w: Floats, x: Floats, y: Floats, vx: Floats, vy: Floats) -> tuple[Any, Any]:
        """Shift at the mean of the others, and slope."""
        shift, stretch, *_, drawn_by = self.crowd_
        a = (y - x - shift) * w / (w + drawn_by)
        return a, np.exp((np.log(vy / vx) / 2 - stretch) * w / (w + STRETCH_VOTES))

    def _follow(self, who: Ints) -> None:
        """Derive these annotators' parameters from their sums."""
        n, w, x, y, vx, cxy, vy = self._means(who)
        a, slope = self._line(w, x, y, vx, vy)
        r = _tempered(cxy / np.sqrt(vx * vy), w) + self.crowd_[2] * TRUST_VOTES / (w + TRUST_VOTES)
        left = w * (vy - 2 * slope * cxy + slope**2 * vx + (y - x - a) ** 2)
        spread2 = (left + SPREAD_VOTES * self.crowd_[3]) / (n + SPREAD_VOTES)
        if len(who) == len(self.names):
            self.intercept_, self.slope_, self.trust_, self.spread_ = np.zeros((4, len(who)))
        self.intercept_[who] = np.round(a + (1 - slope) * x, DIGITS)
        self.slope_[who] = np.round(slope, DIGITS)
        self.trust_[who] = np.round(np.clip(r, MIN_TRUST, 1.0), DIGITS)
        self.spread_[who] = np.round(np.sqrt(spread2), DIGITS)


def _tempered(r: Floats, w: Floats) -> Floats:
    return np.asarray(r * w / (w + TRUST_VOTES), np.float64)
