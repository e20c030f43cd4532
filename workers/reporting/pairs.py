"""Which values annotators take for each other: pairs of votes on one record that differ.

For multi-label questions by label, not by set: sets are many, and that {a, b} and {a, c} differ says less
than that b was taken for c.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from argilla_distill.domain.report import Pair
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.reporting.question_columns import Ints, QuestionColumns

MAX_PAIRS = 100


def pairs(question: QuestionColumns) -> tuple[Pair, ...]:
    """How often two annotators said this and that of one record, most first; not of free values."""
    if question.asked.type not in ("label", "multi_label", "rating"):
        return ()
    votes, k = question.votes, max(len(question.values.list), 1)
    shape = (question.n_records, k)
    said = sparse.csr_array((np.ones(len(votes.record)), (votes.record, votes.code)), shape=shape)
    every, still = _different(said), _different(said[np.flatnonzero(question.open)])
    if question.asked.type == "multi_label":
        members = _members(question)
        every, still = by_label(members, *every), by_label(members, *still)
        names = [*question.asked.labels, ""]
    else:
        names = [question.values.words(code) for code in range(len(question.values.list))]
    one, other, count = every
    is_open = {(i, j): n for i, j, n in zip(*(c.tolist() for c in still), strict=True)}
    order = np.lexsort((other, one, -count))[:MAX_PAIRS]
    return tuple(
        Pair(names[i], names[j], int(n), int(is_open.get((i, j), 0)))
        for i, j, n in zip(*(c[order].tolist() for c in every), strict=True)
    )


def by_label(members: Any, one: Ints, other: Ints, count: Floats) -> tuple[Ints, Ints, Floats]:
    """Pairs of sets as pairs of labels: one says a where the other says b, or says nothing instead.

    With S and T the two sets, every a of S - T is paired with every b of T - S; where T - S is empty,
    with the place behind the last label.

    Parameters
    ----------
    members : csr_array of shape (n_sets, n_labels), 1 where the label is in the set.
    one, other, count : how many pairs of votes gave the sets `one` and `other`.

    >>> sets = sparse.csr_array(np.array([[1, 1, 0], [1, 0, 1], [1, 0, 0]]))  # ab, ac, a
    >>> pairs = by_label(sets, np.array([0, 0]), np.array([1, 2]), np.array([3.0, 2.0]))
    >>> [column.tolist() for column in pairs]  # b and c three times; b or nothing twice
    [[1, 1], [2, 3], [3.0, 2.0]]
    """
    n = members.shape[1]
    ours, theirs = members[one], members[other]
    both = ours.multiply(theirs)
    ours, theirs = _with_none(ours - both, theirs - both), _with_none(theirs - both, ours - both)
    swapped = ours.T @ sparse.csr_array(theirs.multiply(count[:, None]))
    found = sparse.triu(swapped + swapped.T, 1).tocoo()
    kept = (found.data > 0) & (found.row < n)
    return found.row[kept], found.col[kept], found.data[kept]


def _with_none(labels: Any, instead: Any) -> Any:
    """One column more: whether there are no labels at all where the other set has some."""
    none = (labels.sum(axis=1) == 0) & (instead.sum(axis=1) > 0)
    return sparse.csr_array(sparse.hstack([labels, sparse.csr_array(none[:, None] * 1.0)]))


def _different(said: Any) -> tuple[Ints, Ints, Floats]:
    """Different values on one record: the two codes, the lesser first, and how many pairs of votes.

    `said` is of shape (n_records, n_values): how many votes say what.
    """
    both = sparse.triu(said.T @ said, 1).tocoo()
    return both.row, both.col, both.data


def _members(question: QuestionColumns) -> Any:
    place = {label: at for at, label in enumerate(question.asked.labels)}
    cells = [
        (code, place[label]) for code, labels in enumerate(question.values.list) for label in labels
    ]
    rows, columns = np.array(cells, np.int64).reshape(-1, 2).T
    shape = (max(len(question.values.list), 1), len(place))
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
