"""How sure a share is that was counted on few reviews: intervals that hold it with probability 0.9."""

from __future__ import annotations

from math import sqrt

Z = 1.6449
"""Of the normal distribution nine tenths lie within so many standard deviations."""

Interval = tuple[float, float]


def share(right: float, n: int, z: float = Z) -> Interval:
    """The interval of a share, from how many of `n` had it; `z` standard deviations wide to either side.

    Wilson's: (p + z²/2n ± z · sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Wilson, Probable inference, the law
    of succession, and statistical inference, JASA 22 (1927).

    >>> [round(bound, 2) for bound in share(9, 12)], [round(bound, 2) for bound in share(0, 12)]
    ([0.51, 0.9], [0.0, 0.18])
    >>> share(0, 0)
    (0.0, 1.0)
    """
    if n <= 0:
        return 0.0, 1.0
    p, z2 = right / n, z**2 / n
    middle = p + z2 / 2
    reach = z * sqrt(max(p * (1 - p), 0.0) / n + z2 / (4 * n))
    return max((middle - reach) / (1 + z2), 0.0), min((middle + reach) / (1 + z2), 1.0)


def gain(one: float, other: float, n: int) -> Interval:
    """The interval of the difference of two shares, each counted on the same `n` reviews.

    As `difference` has it. The two are right on much the same reviews, so it is rather too wide.

    >>> [round(bound, 2) for bound in gain(0.75, 0.67, 12)], gain(1.0, 0.5, 0)
    ([-0.21, 0.36], (-1.0, 1.0))
    """
    return difference(one * n, n, other * n, n)


def difference(one: float, n: int, other: float, m: int, z: float = Z) -> Interval:
    """The interval of the difference of two shares, from how many of `n` and of `m` had it.

    Newcombe's, of two Wilson intervals l … u: from d - sqrt((p1 - l1)² + (u2 - p2)²) to
    d + sqrt((u1 - p1)² + (p2 - l2)²). Newcombe, Interval estimation for the difference between
    independent proportions, Statistics in Medicine 17 (1998), method 10. Its worked example, 56 of 70
    beside 48 of 80 at 95 %:

    >>> [round(bound, 4) for bound in difference(56, 70, 48, 80, z=1.96)]
    [0.0524, 0.3339]
    """
    if n <= 0 or m <= 0:
        return -1.0, 1.0
    (low, high), (other_low, other_high) = share(one, n, z), share(other, m, z)
    p, q = one / n, other / m
    less = sqrt((p - low) ** 2 + (other_high - q) ** 2)
    more = sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return max(p - q - less, -1.0), min(p - q + more, 1.0)
