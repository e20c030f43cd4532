"""Arrays with a row for each annotator and label, kept without the rows that say nothing.

With hundreds of labels nearly all rows belong to labels that an annotator never gave: kept whole, the
snapshot of a hundred annotators and 500 labels would take more than Redis takes as one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.label.votes.votes import Votes

MANY_LABELS = 20
"""From so many labels on an annotator has given few of them."""


def packed(name: str, array: Floats) -> dict[str, Any]:
    """The rows of `array` that are not all zero, and which they are.

    >>> packed("counts", np.array([[0.0, 0.0], [1.0, 0.0]]))["counts_rows"].tolist()
    [1]
    """
    rows = np.flatnonzero(array.any(axis=1))
    return {name: array[rows], f"{name}_rows": rows, f"{name}_size": len(array)}


def unpacked(name: str, state: Mapping[str, Any]) -> Floats:
    """The inverse of `packed`.

    >>> array = np.array([[0.0, 0.0], [1.0, 0.0]])
    >>> bool((unpacked("a", packed("a", array)) == array).all())
    True
    """
    kept = np.array(state[name], np.float64)
    array = np.zeros((int(state[f"{name}_size"]), kept.shape[1]))
    array[np.array(state[f"{name}_rows"], np.intp)] = kept
    return array


def worth_keeping(votes: Votes) -> Ints:
    """Which rows are kept of an array whose other rows follow from counts: all, and of MANY_LABELS those
    whose label the annotator gave.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> few, many = (tuple(f"label{n}" for n in range(labels)) for labels in (2, 20))
    >>> for labels in (few, many):
    ...     said = [Vote("r1", "ann", "label1"), Vote("r2", "ben", "label0")]
    ...     print(worth_keeping(Votes.of(labels, said)).tolist())
    [0, 1, 2, 3]
    [1, 20]
    """
    k = len(votes.labels)
    if k < MANY_LABELS:
        return np.arange(len(votes.annotators) * k)
    _, annotator, label = votes.columns()
    return np.unique(annotator.astype(np.intp) * k + label)
