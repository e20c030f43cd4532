"""The merits of items, and how sure they are, from votes on pairs of them.

How far each annotator's votes tell them apart is `discrimination`'s question.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import digamma, expit

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

ROUNDS = 30
STEP = 2.0
SETTLED = 1e-9
"""At most so many steps of Newton's method, how far a merit moves in one at most, and in the last."""


class PairVotes(NamedTuple):
    """Votes on the pairs of records that have equally many items, one entry each.

    Attributes
    ----------
    n_records, n_items : int
    cell : ndarray of shape (n_votes,)
        ``record · n_pairs + pair``, pairs in the order of ``np.triu_indices(n_items, 1)``.
    annotator : ndarray of shape (n_votes,)
    first : ndarray of shape (n_votes,)
        1: the pair's first item comes first, 0: the second, 1/2: they stand level.
    weight : ndarray of shape (n_votes,), see `weights`
    """

    n_records: int
    n_items: int
    cell: Ints
    annotator: Ints
    first: Floats
    weight: Floats

    @classmethod
    def of(
        cls, n_records: int, n_items: int, cell: Ints, annotator: Ints, first: Floats
    ) -> PairVotes:
        """Return these votes with their weights."""
        return cls(n_records, n_items, cell, annotator, first, weights(n_items, cell, annotator))


class Merits(NamedTuple):
    """What is known of the items' merits: they are normal.

    Attributes
    ----------
    mean : ndarray of shape (n_records, n_items)
    covariance : ndarray of shape (n_records, n_items, n_items)
    """

    mean: Floats
    covariance: Floats

    def apart(self) -> tuple[Floats, Floats]:
        """Return mean and variance of the difference of each pair, both of shape (n_records, n_pairs)."""
        first, second = np.triu_indices(self.mean.shape[1], 1)
        own, v = np.einsum("rii->ri", self.covariance), self.covariance
        variance = own[:, first] + own[:, second] - 2 * v[:, first, second]
        return self.mean[:, first] - self.mean[:, second], np.maximum(variance, 0.0)


def weights(n_items: int, cell: Ints, annotator: Ints) -> Floats:
    """What each of these votes on pairs counts: the pairs of one ranking are not independent.

    Of m equal items, Plackett and Luce's model learns from a whole ranking what is learned from
    ``2 (m - H[m])`` independent pairs, with H[m] = 1 + 1/2 + … + 1/m (from the two Fisher
    informations). Who compared m items of a record in c pairs has them count, each::

        min(1, 2 (m - H[m]) / c)

    Plackett, The analysis of permutations, Applied Statistics 24 (1975).

    >>> one = np.zeros(3, int)  # a whole ranking of three items: 2 (3 - 11/6) / 3
    >>> weights(3, np.arange(3), one).round(3).tolist()
    [0.778, 0.778, 0.778]
    >>> weights(4, np.array([0, 5]), one[:2]).tolist()  # two pairs of other items each
    [1.0, 1.0]
    """
    first, second = np.triu_indices(n_items, 1)
    record, pair = np.divmod(cell, max(len(first), 1))
    whose = record * (int(annotator.max(initial=0)) + 1) + annotator
    each, of = np.unique(whose, return_inverse=True)
    seen = np.zeros((len(each), n_items), bool)
    seen[of, first[pair]] = seen[of, second[pair]] = True
    m = seen.sum(axis=1)
    harmonic = digamma(m + 1.0) + np.euler_gamma
    share = np.minimum(1.0, 2 * (m - harmonic) / np.bincount(of, minlength=len(each)))
    return np.asarray(share[of], np.float64)


def posterior_merits(
    said: PairVotes, sharp: Floats, start: Floats | None = None, rounds: int = ROUNDS
) -> Merits:
    """What votes on pairs make of the merits of their records' items.

    Votes on a pair, of weight w, have a first with probability ``σ(β (s[a] - s[b]))``, where β is
    how sharply their annotator tells merits apart, and merits are standard normal before::

        mean        argmax Σ w (y log σ(β d) + (1 - y) log σ(-β d)) - Σ s² / 2,    d = s[a] - s[b]
        covariance  the inverse of minus the second derivatives there (Laplace)

    Bradley & Terry, Rank analysis of incomplete block designs, Biometrika 39 (1952). By Newton's
    method.

    Parameters
    ----------
    sharp : ndarray of shape (n_votes,)
        β of each vote; below 0: of someone who ranks the wrong way round.
    start : ndarray of shape (n_records, n_items)
        Where to begin.

    One vote of β = 1 for the first of two items: the first's merit s is 1 - σ(2 s).

    >>> one = np.zeros(1, int)
    >>> said = PairVotes.of(1, 2, one, one, np.ones(1))
    >>> posterior_merits(said, np.ones(1)).mean.round(3).tolist()
    [[0.337, -0.337]]
    """
    n_records, n = said.n_records, said.n_items
    first, second = np.triu_indices(n, 1)
    record, pair = np.divmod(said.cell, max(len(first), 1))
    one, other = record * n + first[pair], record * n + second[pair]
    at = one * n + second[pair]  # in matrices of all records
    size = n_records * n * n
    mean = np.zeros((n_records, n)) if start is None else start
    diagonal = np.arange(n)
    bend: Floats = np.tile(np.eye(n), (n_records, 1, 1))
    believed = said.weight * sharp
    for _ in range(rounds):
        s = mean.ravel()
        q = expit(sharp * (s[one] - s[other]))
        pull = np.bincount(at, believed * (said.first - q), size).reshape(n_records, n, n)
        curve = np.bincount(at, believed * sharp * q * (1 - q), size).reshape(n_records, n, n)
        bend = np.asarray(-(curve + curve.transpose(0, 2, 1)), np.float64)
        bend[:, diagonal, diagonal] = 1 - bend.sum(axis=2)
        slope = pull.sum(axis=2) - pull.sum(axis=1) - mean
        step = np.clip(np.linalg.solve(bend, slope[:, :, None])[:, :, 0], -STEP, STEP)
        mean = mean + step
        if np.abs(step).max(initial=0.0) < SETTLED:
            break
    covariance: Floats = np.linalg.inv(bend).astype(np.float64)
    return Merits(mean, covariance)
