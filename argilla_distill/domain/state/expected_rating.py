"""What a rating's posterior knows beside the whole number that is decided.

A 3 that could as well be a 5 and a 3 that could as well be a 1 are both published as 3. Their expected
values differ, and so do the intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEVEL = 0.9
"""The interval holds the true rating with this probability, if the posterior is right."""

DIGITS = 9


@dataclass(frozen=True, slots=True)
class ExpectedRating:
    """The mean of a rating's posterior, and the central interval that holds it 9 times in 10, in points."""

    mean: float
    low: float
    high: float


def expected_rating(posterior: Mapping[str, float]) -> ExpectedRating | None:
    """What a posterior over ratings comes to; None where there is none.

    The mean is the rating of least squared error. The interval leaves (1 - LEVEL) / 2 of the probability
    on either side, or less, because its ends are ratings. What is too improbable to be stored counts
    as 0.

    >>> expected_rating({"1": 0.02, "2": 0.18, "3": 0.6, "4": 0.2})
    ExpectedRating(mean=2.98, low=2.0, high=4.0)
    >>> expected_rating({}) is None
    True
    """
    total = sum(posterior.values())
    if total <= 0:
        return None
    ranked = sorted((float(value), p / total) for value, p in posterior.items())
    mean = round(sum(value * p for value, p in ranked), DIGITS)
    tail = (1 - LEVEL) / 2 + 1e-12
    low = _quantile(ranked, tail)
    high = -_quantile([(-value, p) for value, p in reversed(ranked)], tail)
    return ExpectedRating(mean, low, high)


def _quantile(ranked: list[tuple[float, float]], share: float) -> float:
    """The first value with more than this share of the probability up to it."""
    below = 0.0
    for value, p in ranked:
        below += p
        if below > share:
            return value
    return ranked[-1][0]
