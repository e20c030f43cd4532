"""Which of a model's outputs are annotated: a part at random, the rest where it seems worth most.

The rest is drawn by priority sampling (Duffield, Lund & Thorup, Priority sampling for estimation of
arbitrary subset sums, Journal of the ACM 54(6) (2007)): output i with weight w_i has the priority w_i / u_i,
u_i uniform in (0, 1], and the k highest are taken. Given the threshold τ, the highest priority that was not
taken, i was taken with probability ``min(1, w_i / τ)``. So what is drawn where it hurts still speaks for
all outputs, as each that was taken counts 1/π times.

With a share ρ = n_random / n at random before, an output's probability is ``π = ρ + (1 - ρ) min(1, w / τ)``.
For one that was drawn at random, τ is what it would have had to pass had it not been: the lowest priority
that was taken. That treats the random draws as independent of each other, which is off by the order 1/n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints


@dataclass(frozen=True)
class Drawn:
    """What was drawn, in an order that is left to chance.

    Attributes
    ----------
    rows : ndarray of shape (n_taken,)
    at_random : ndarray of shape (n_taken,), bool
        Whether it is of the share that was drawn at random.
    pi : ndarray of shape (n_taken,), in (0, 1]
    """

    rows: Ints
    at_random: np.ndarray[tuple[int], np.dtype[np.bool_]]
    pi: Floats


def draw(weights: Floats, take: int, random_share: float, rng: np.random.Generator) -> Drawn:
    """Draw so many, or all where there are no more.

    Parameters
    ----------
    weights : ndarray of shape (n,), greater than 0
    random_share : of what is taken, so much is drawn at random, whatever it weighs.

    >>> drawn = draw(np.array([1.0, 1.0, 8.0, 8.0]), 3, 0.34, np.random.default_rng(0))
    >>> len(drawn.rows), int(drawn.at_random.sum())
    (3, 1)
    >>> draw(np.ones(2), 5, 0.3, np.random.default_rng(0)).pi.tolist()
    [1.0, 1.0]
    """
    n = len(weights)
    order = rng.permutation(n)
    if take >= n:
        return Drawn(order, np.ones(n, np.bool_), np.ones(n))
    n_random = round(random_share * take)
    some, rest = order[:n_random], order[n_random:]
    k = take - n_random
    by_chance = 1.0 - rng.random(len(rest))  # in (0, 1]
    priority = weights[rest] / by_chance
    ranked = np.argsort(-priority, kind="stable")
    targeted = rest[ranked[:k]]
    rows = np.concatenate([some, targeted])
    least_taken = priority[ranked[k - 1]] if k else np.inf
    most_left = priority[ranked[k]]
    threshold = np.where(np.arange(take) < n_random, least_taken, most_left if k else np.inf)
    rho = n_random / n
    pi = rho + (1 - rho) * np.minimum(1.0, weights[rows] / threshold)
    shuffled = rng.permutation(take)
    return Drawn(rows[shuffled], shuffled < n_random, pi[shuffled])
