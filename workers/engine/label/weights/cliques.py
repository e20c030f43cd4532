"""Voices that err together: the same language model asked twice, two who sit at one desk.

How far all votes on a record depend on each other is `dependence`'s question; here it is about
pairs that do so more than others.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats

SHARED = 20.0
"""Votes on common records that the belief in "no more than others" is worth."""

NOTABLE = 0.65
"""Correlations up to this much above the usual are what it is to find the same records hard."""

BUSIEST = 500
"""At most about so many annotators, those with most votes, are compared with each other."""


class Pairs:
    """How far each pair of annotators says the same thing twice, from 0 to 1.

    With e[i, j] how wrong annotator j was on record i beyond what they usually are::

        ρ[j, l] = Σ_i e[i, j] e[i, l] / (s[j] s[l] (n[j, l] + SHARED))
        c[j, l] = max(0, ρ[j, l] - ρ̄ - NOTABLE) / (1 - ρ̄ - NOTABLE)

    over the n records that both voted on, with s the root mean squares of e, ρ̄ the mean over all
    pairs. A vote then counts as ``1 / (1 + Σ_l c[j, l])``, l the other voters on its record.

    Parameters
    ----------
    n_votes : ndarray of shape (n_annotators,)
    spread : ndarray of shape (n_annotators,)
        s

    >>> rng = np.random.default_rng(0)
    >>> ann, cas, dan = rng.choice([-1.0, 1.0], (3, 400))
    >>> record, annotator = np.tile(np.arange(400), 4), np.repeat([0, 1, 2, 3], 400)
    >>> pairs = Pairs(np.full(4, 400), np.ones(4))
    >>> pairs.add(record, annotator, np.concatenate([ann, ann, cas, dan]))  # ben errs as ann does
    >>> pairs.redundancy().toarray().round(1)
    array([[0. , 0.8, 0. , 0. ],
           [0.8, 0. , 0. , 0. ],
           [0. , 0. , 0. , 0. ],
           [0. , 0. , 0. , 0. ]])
    """

    def __init__(self, n_votes: AnyInts, spread: Floats) -> None:
        most = np.sort(n_votes)[-BUSIEST - 1] if len(n_votes) > BUSIEST else 0
        busy = (n_votes > max(int(most), int(SHARED))) & (spread > 1e-6)
        self.names = np.flatnonzero(busy)
        self.place = np.where(busy, np.cumsum(busy) - 1, -1)
        self.spread = spread
        self.shared = np.zeros((len(self.names),) * 2)
        self.alike = np.zeros((len(self.names),) * 2)

    def add(self, record: AnyInts, annotator: AnyInts, surprise: Floats) -> None:
        """Take in the votes on some records, all of each; `surprise` is e, shape (n_votes,)."""
        keep = self.place[annotator] >= 0
        if not keep.any():
            return
        record, annotator = record[keep], annotator[keep]
        where = record, self.place[annotator]
        shape = int(record.max()) + 1, len(self.names)
        errors = sparse.csr_array((surprise[keep] / self.spread[annotator], where), shape=shape)
        both = sparse.csr_array((np.ones(len(record)), where), shape=shape)
        self.shared += (both.T @ both).toarray()
        self.alike += (errors.T @ errors).toarray()

    def redundancy(self) -> sparse.csr_array:
        """c, shape (n_annotators, n_annotators), symmetric, diagonal empty."""
        shared, alike, n = self.shared.copy(), self.alike.copy(), len(self.place)
        np.fill_diagonal(shared, 0.0)
        np.fill_diagonal(alike, 0.0)
        usual = max(float(alike.sum() / max(shared.sum(), 1.0)), 0.0) + NOTABLE
        found = np.maximum(alike / (shared + SHARED) - usual, 0.0) / max(1 - usual, 1e-3)
        one, other = np.nonzero(found)
        entries = np.minimum(found[one, other], 1.0), (self.names[one], self.names[other])
        return sparse.csr_array(entries, shape=(n, n))


def independent_share(where: AnyInts, annotator: AnyInts, redundant: sparse.csr_array) -> Floats:
    """What each vote is worth beside the others on its record: 1 / (1 + Σ c).

    Parameters
    ----------
    where : ndarray of shape (n_votes,), which tells records apart
    annotator : ndarray of shape (n_votes,)
    redundant : csr_array, as `Pairs.redundancy` returns it

    >>> pair = sparse.csr_array(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    >>> independent_share(np.array([0, 0, 0, 1]), np.array([0, 1, 2, 0]), pair)
    array([0.5, 0.5, 1. , 1. ])
    """
    found = np.flatnonzero(np.isin(annotator, np.unique(redundant.indices)))
    load = np.ones(len(annotator))
    if len(found):
        rows, record = np.unique(where[found], return_inverse=True)
        shape = (len(rows), redundant.shape[0])
        voters = sparse.csr_array((np.ones(len(found)), (record, annotator[found])), shape=shape)
        repeated = (voters @ redundant).tocsr()
        load[found] += np.asarray(repeated[record, annotator[found]]).ravel()
    return 1 / load
