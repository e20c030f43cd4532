"""The votes as a sparse matrix, some records at a time.

With A[record, annotator · n_labels + label] = 1 for every vote, all that a strategy has to know of
the votes is a product with A: ``A w`` adds up the weights of a record's votes, ``Aᵀ r`` what
annotators gave where a label is likely. Taken in blocks, neither needs more memory than its result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import Floats, Ints, ShortInts
from argilla_distill.workers.engine.contract.shares import shares
from argilla_distill.workers.engine.label.votes.votes import Votes

ROWS = 50_000
"""Records at a time, where all of them are gone through."""

Worth = Callable[[Ints, ShortInts], Floats | None]
"""What the votes in some slots are worth, given which record each is on; None: 1 each."""


class Block(NamedTuple):
    """Some rows of A.

    Attributes
    ----------
    rows : slice, the records
    votes : csr_array of shape (n_rows, n_annotators · n_labels), 1 for every vote
    turned : csc_array, the transpose of `votes`, of the same numbers
    worth : the same with what each vote is worth; `votes` itself where all are worth 1
    """

    rows: slice
    votes: sparse.csr_array
    turned: sparse.csc_array
    worth: sparse.csr_array


def blocks(votes: Votes, worth: Worth | None = None, size: int = ROWS) -> list[Block]:
    """All of A, `size` records at a time; one block at least.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> said = [("r1", "ann", "yes"), ("r1", "ben", "no"), ("r2", "ben", "no")]
    >>> votes = Votes.of(("yes", "no"), [Vote(*each) for each in said])
    >>> [block] = blocks(votes)
    >>> block.votes.toarray()  # columns: ann·yes, ann·no, ben·yes, ben·no
    array([[1., 0., 0., 1.],
           [0., 0., 0., 1.]])
    """
    _, annotator, label = votes.columns()
    n, k = len(votes.records), len(votes.labels)
    order, width = votes.by_record(), len(votes.annotators) * k
    ends = np.concatenate([[0], np.cumsum(votes.degree)])
    starts = range(0, max(n, 1), size)
    ones = np.ones(max(int(ends[min(at + size, n)] - ends[at]) for at in starts))
    found = []
    for at in starts:
        rows = slice(at, min(at + size, n))
        place = ends[at : rows.stop + 1] - ends[at]
        slots = order[ends[at] : ends[rows.stop]]
        cells, shape = annotator[slots] * np.int32(k) + label[slots], (rows.stop - at, width)
        a = sparse.csr_array((ones[: len(slots)], cells, place.astype(np.int32)), shape=shape)
        where = np.repeat(np.arange(shape[0]), np.diff(place))
        weight = None if worth is None else worth(where, slots)
        if weight is None:
            found.append(Block(rows, a, a.T, a))
        else:
            weighed = sparse.csr_array((weight, a.indices, a.indptr), shape=shape)
            found.append(Block(rows, a, a.T, weighed))
    return found


def majority(parts: list[Block], n_records: int, n_labels: int, *, weighed: bool = False) -> Floats:
    """Each record's shares of votes, with one more that is spread evenly.

    Parameters
    ----------
    weighed : whether votes count what they are worth; otherwise 1 each.

    Returns
    -------
    ndarray of shape (n_records, n_labels), rows sum to 1
    """
    shares = np.empty((n_records, n_labels))
    for block in parts:
        given = np.tile(np.eye(n_labels), (block.votes.shape[1] // n_labels, 1))
        votes = (block.worth if weighed else block.votes) @ given + 1 / n_labels
        shares[block.rows] = votes / votes.sum(axis=1, keepdims=True)
    return shares


def majority_of(votes: Votes, rows: Ints) -> Floats:
    """The same of these records alone.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> votes = Votes.of(("yes", "no"), [Vote("r1", "ann", "yes"), Vote("r2", "ann", "no")])
    >>> majority_of(votes, np.array([1])).tolist()
    [[0.25, 0.75]]
    """
    k = len(votes.labels)
    where, slots = votes.of_records(rows)
    cells = where * k + votes.columns()[2][slots]
    given = np.bincount(cells, minlength=len(rows) * k).reshape(-1, k)
    return shares(np.asarray(given + 1 / k, np.float64))


def counted(parts: list[Block], responsibility: Floats) -> Floats:
    """Aᵀ r, shape (n_annotators · n_labels, n_labels).

    Parameters
    ----------
    responsibility : ndarray of shape (n_records, n_labels)
    """
    counts = np.zeros((parts[0].votes.shape[1], responsibility.shape[1]))
    for block in parts:
        counts += block.turned @ responsibility[block.rows]
    return counts


def gathered(
    weights: Floats,
    where: Ints,
    cells: Ints,
    worth: Floats | None,
    n_records: int,
) -> Floats:
    """Each record's votes' rows of `weights`, by what the votes are worth, summed.

    >>> gathered(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0, 0]), np.array([0, 1]), None, 1)
    array([[4., 6.]])
    """
    summed = np.empty((n_records, weights.shape[1]))
    for label, column in enumerate(weights.T):  # much faster than numpy.add.at
        part = column[cells] if worth is None else column[cells] * worth
        summed[:, label] = np.bincount(where, part, n_records)
    return summed
