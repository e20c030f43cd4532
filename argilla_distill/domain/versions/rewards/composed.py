"""A reward on the questions of a dataset: what a record's reward is, given its posteriors.

What a question is worth, r_q, depends on its true answer, which is not known; the posterior is. With a
number w: w for `yes` and 0 for `no` of a label question that has a yes, and w (v - lowest) / (highest -
lowest) for the rating v. With a table, what it says of each label, 0 for labels that it leaves out; of a
multi-label question the sum over the labels that hold. With a veto, a reply whose true answer is the
vetoed label has the lowest reward that there is, whatever else is true of it.

The true answers of different questions, and of different records, are taken as independent given the
votes. So the reward of a reply is a distribution: the posteriors' convolution. From it come

    the expected reward            E[R]
    whether it is good             P(R > m) + P(R = m) / 2, with m half way between lowest and highest
    whether A is better than B     p_chosen = P(R_A > R_B) + P(R_A = R_B) / 2

The last is the measure of stochastic superiority (Vargha & Delaney, A critique and improvement of the CL
common language effect size statistics, J. Educ. Behav. Stat. 25(2), 2000).

By hand: helpful is yes with 0.9 for A and 0.6 for B. Then p_chosen = 0.9 * 0.4 + (0.9 * 0.6 + 0.1 * 0.4) / 2
= 0.65, although A's answer is 90 % sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from argilla_distill.domain.versions.rewards.distribution import DIGITS, Distribution

MULTI_LABEL, RATING = "multi_label_selection", "rating"


@dataclass(frozen=True)
class Asked:
    """A question as far as rewards need it: Argilla's type, and what may be chosen, in order."""

    type: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Composed:
    """A reward on the questions of one dataset. `worth`: question → true answer → what it is worth."""

    worth: Mapping[str, Mapping[str, float]]
    veto: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, Asked]

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions whose posteriors it needs."""
        return (*self.worth, *self.veto)

    @property
    def low(self) -> float:
        """The lowest reward that there is: that of what is vetoed."""
        return sum(self._bounds(name)[0] for name in self.worth)

    @property
    def high(self) -> float:
        """The highest."""
        return sum(self._bounds(name)[1] for name in self.worth)

    @property
    def middle(self) -> float:
        """What a good reply is above, and a bad one below."""
        return (self.low + self.high) / 2

    def of(self, posteriors: Mapping[str, Mapping[str, float]]) -> Distribution | None:
        """The reward of a record; None where a question has no posterior.

        Parameters
        ----------
        posteriors : question → value → how probable it is; of multi-label questions label → that it holds.
        """
        if not all(posteriors.get(name) for name in self.questions):
            return None
        total = Distribution((0.0,), (1.0,))
        for name, worth in self.worth.items():
            for part in self._parts(name, worth, posteriors[name]):
                total = total.plus(part)
        spared = 1.0
        for name, labels in self.veto.items():
            spared *= 1 - self._vetoed(name, labels, posteriors[name])
        if not self.veto:
            return total
        shares = {v: p * spared for v, p in zip(total.values, total.shares, strict=True)}
        low = round(self.low, DIGITS) + 0.0
        shares[low] = shares.get(low, 0.0) + 1 - spared
        return Distribution.of(shares)

    def _bounds(self, name: str) -> tuple[float, float]:
        worth = self.worth[name].values()
        if self.asked[name].type == MULTI_LABEL:
            return sum(min(w, 0.0) for w in worth), sum(max(w, 0.0) for w in worth)
        return min(worth), max(worth)

    def _parts(
        self, name: str, worth: Mapping[str, float], posterior: Mapping[str, float]
    ) -> Iterable[Distribution]:
        if self.asked[name].type == MULTI_LABEL:
            for label, p in posterior.items():
                if worth.get(label):
                    yield Distribution.of({0.0: 1 - p, worth[label]: p})
            return
        rating, shares = self.asked[name].type == RATING, dict[float, float]()
        for value, p in posterior.items():
            key = _between(value, worth) if rating else worth.get(value, 0.0)
            shares[key] = shares.get(key, 0.0) + p
        yield Distribution.of(shares)

    def _vetoed(self, name: str, labels: Sequence[str], posterior: Mapping[str, float]) -> float:
        held = [posterior.get(label, 0.0) for label in labels]
        if self.asked[name].type != MULTI_LABEL:
            return min(sum(held), 1.0)
        none = 1.0
        for p in held:
            none *= 1 - p
        return 1 - none


def _between(value: str, worth: Mapping[str, float]) -> float:
    """What a rating is worth, also one between those that may be chosen.

    >>> _between("2.5", {"1": 0.0, "2": 0.5, "3": 1.0})
    0.75
    """
    low, high = min(worth, key=float), max(worth, key=float)
    share = (float(value) - float(low)) / (float(high) - float(low))
    return worth[low] + share * (worth[high] - worth[low])
