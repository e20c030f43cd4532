"""How much each vote counts, beside what annotators are worth: a column that most questions do not need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats


class VoteWeights:
    """Weights in (0, 1], by slot of `Votes`; nothing is held until one vote counts less than wholly.

    >>> weights = VoteWeights(None)
    >>> weights.put(0, 1.0, 4)
    >>> weights.first(2) is None
    True
    >>> weights.put(1, 0.5, 4)
    >>> weights.first(2)
    array([1. , 0.5], dtype=float32)
    >>> weights.times(np.array([2.0, 2.0]), np.array([0, 1]))
    array([2., 1.])
    """

    def __init__(self, weight: NDArray[np.floating] | None) -> None:
        self._column = None if weight is None else np.array(weight, np.float32)

    def first(self, n: int) -> NDArray[np.float32] | None:
        """Those of the first `n` slots, a view and not a copy; None: all count wholly."""
        return None if self._column is None else self._column[:n]

    def times(self, worth: Floats | None, slots: AnyInts) -> Floats | None:
        """What the votes in these slots are worth beside each other, times their weights; None: 1 each."""
        if self._column is None:
            return worth
        own = self._column[slots].astype(np.float64)
        return own if worth is None else worth * own

    def put(self, slot: int, weight: float, n: int) -> None:
        """Let the vote in this slot, of `n`, count so much."""
        if self._column is None and weight != 1:
            self._column = np.ones(n, np.float32)
        if self._column is not None:
            self._column[slot] = weight

    def move(self, source: int, target: int) -> None:
        if self._column is not None:
            self._column[target] = self._column[source]

    def reach(self, n: int) -> None:
        """Grow to `n` slots; new ones count wholly."""
        if self._column is not None:
            more = np.ones(n - len(self._column), np.float32)
            self._column = np.concatenate([self._column, more])
