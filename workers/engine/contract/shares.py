"""Rows of probabilities: dividing by their sums, softmax, and which entry leads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats, Ints

TIE = 1e-9
"""Posteriors nearer than this are equal: the order of votes moves the last bits of a float."""


def shares(values: Floats) -> Floats:
    """Each row divided by its sum; `values` itself is overwritten."""
    values /= np.einsum("ik->i", values)[:, None]
    return values


def softmax(log: Floats) -> Floats:
    """Return exp(log), each row divided by its sum.

    >>> softmax(np.log([[1.0, 3.0]]))
    array([[0.25, 0.75]])
    """
    best = log[:, 0].copy()
    for column in log.T[1:]:  # much faster than max(axis=1): labels are few, records many
        np.maximum(best, column, out=best)
    raised = log - best[:, None]
    return shares(np.exp(raised, out=raised))


def leaders(posterior: Floats, voted: NDArray[np.bool_]) -> Ints:
    """Return the code of each row's most probable label; -1 in a tie, or where nobody voted.

    >>> leaders(np.array([[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]]), np.array([True, True, False]))
    array([ 1, -1, -1])
    """
    if not posterior.size:
        return np.empty(0, np.intp)
    best = posterior.max(axis=1, keepdims=True)
    single = (posterior > best - TIE).sum(axis=1) == 1
    return np.where(single & voted, posterior.argmax(axis=1), -1)
