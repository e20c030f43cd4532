"""A number that is not known for certain: its values and their probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

DIGITS = 9
"""Numbers that are equal to so many digits are the same."""

MAX_ATOMS = 2_000
"""A distribution of more different numbers than this is put on a grid of as many."""


@dataclass(frozen=True)
class Distribution:
    """A reward of one record: its values, rising, and their probabilities.

    >>> a, b = Distribution((0.0, 1.0), (0.1, 0.9)), Distribution((0.0, 1.0), (0.4, 0.6))
    >>> round(a.mean, 9), round(a.above(0.5), 9), round(a.beats(b), 9), round(b.beats(a), 9)
    (0.9, 0.9, 0.65, 0.35)
    """

    values: tuple[float, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, shares: Mapping[float, float]) -> Distribution:
        """From value → probability; what is nearly the same value is one."""
        merged: dict[float, float] = {}
        for value, p in shares.items():
            key = round(value, DIGITS) + 0.0
            merged[key] = merged.get(key, 0.0) + p
        if len(merged) > MAX_ATOMS:
            merged = _on_grid(merged)
        rising, total = sorted(merged), sum(merged.values())
        return cls(tuple(rising), tuple(merged[v] / total for v in rising))

    @property
    def mean(self) -> float:
        """The expected reward."""
        return sum(v * p for v, p in zip(self.values, self.shares, strict=True))

    def above(self, level: float) -> float:
        """The probability to be above a level; what is level with it counts half."""
        return self.beats(Distribution((round(level, DIGITS),), (1.0,)))

    def beats(self, other: Distribution) -> float:
        """The probability to be more than another, independent one; ties count half."""
        below = [0.0, *accumulate(other.shares)]
        total, at = 0.0, 0
        for value, p in zip(self.values, self.shares, strict=True):
            while at < len(other.values) and other.values[at] < value:
                at += 1
            level = at < len(other.values) and other.values[at] == value
            total += p * (below[at] + (other.shares[at] / 2 if level else 0.0))
        return min(max(total, 0.0), 1.0)

    def plus(self, other: Distribution) -> Distribution:
        """The sum of two independent ones."""
        found: dict[float, float] = {}
        for value, p in zip(self.values, self.shares, strict=True):
            for more, q in zip(other.values, other.shares, strict=True):
                found[value + more] = found.get(value + more, 0.0) + p * q
        return Distribution.of(found)


def _on_grid(shares: Mapping[float, float]) -> dict[float, float]:
    low, high = min(shares), max(shares)
    step = (high - low) / MAX_ATOMS
    found: dict[float, float] = {}
    for value, p in shares.items():
        key = round(low + round((value - low) / step) * step, DIGITS)
        found[key] = found.get(key, 0.0) + p
    return found
