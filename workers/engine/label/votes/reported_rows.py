"""What `moved` last reported of each record of a label question: a row of an array.

For other questions, and how this is used, see `workers.engine.contract.movement`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.shares import leaders


class ReportedRows:
    """The posteriors as they were last reported.

    Attributes
    ----------
    posterior : ndarray of shape (≥ n_records, n_labels), float32
        Infinite where none ever was.
    leading : ndarray of shape (≥ n_records,), int16, or None
        The leaders as they were last reported, if they do not follow from the posterior.

    >>> reported = ReportedRows(2, 2)
    >>> heard = np.array([True, False])
    >>> reported.differing(np.array([0, 1]), np.array([[0.9, 0.1], [0.5, 0.5]]), heard, 0.02)
    array([0])
    >>> reported.differing(np.array([0]), np.array([[0.89, 0.11]]), heard[:1], 0.02)
    array([], dtype=int64)
    """

    def __init__(self, n_records: int, n_labels: int) -> None:
        self.posterior = np.full((n_records, n_labels), np.inf, np.float32)
        self.leading: NDArray[np.int16] | None = None

    def make_room(self, n_records: int) -> None:
        """Grow to hold so many records."""
        more = n_records - len(self.posterior)
        if more > 0:
            fresh = np.full((more, self.posterior.shape[1]), np.inf, np.float32)
            self.posterior = np.concatenate([self.posterior, fresh])
            if self.leading is not None:
                self.leading = np.concatenate([self.leading, np.full(more, -1, np.int16)])

    def differing(
        self,
        rows: Ints,
        now: Floats,
        heard: NDArray[np.bool_],
        tolerance: float,
        leading: Ints | None = None,
    ) -> Ints:
        """Return those of the rows whose decision moved since it was last reported, and note them.

        Moved: another label leads, or some probability differs by more than `tolerance`.

        Parameters
        ----------
        now : ndarray of shape (len(rows), n_labels), rows sum to 1
        heard : ndarray of shape (len(rows),)
            Whether there is a vote or an adjudication.
        leading : ndarray of shape (len(rows),), or None
            Codes of the leaders, -1 for none, where it is not the most probable label that leads.
        """
        before = self.posterior[rows]
        known = np.isfinite(before[:, 0])
        differs = np.abs(now - before).max(axis=1, initial=0.0) > tolerance
        if leading is None:
            differs |= leaders(now, heard) != leaders(before.astype(np.float64), known)
        else:
            if self.leading is None:
                self.leading = np.full(len(self.posterior), -1, np.int16)
            differs |= leading != self.leading[rows]
        differs &= heard | known
        self.posterior[rows[differs]] = now[differs]
        if leading is not None and self.leading is not None:
            self.leading[rows[differs]] = leading[differs]
        return np.asarray(rows[differs], np.intp)

    def state(self, n_records: int) -> dict[str, Any]:
        """What an archive of arrays can hold; `restore` is the inverse."""
        led = {} if self.leading is None else {"reported_leading": self.leading[:n_records]}
        return {"reported": self.posterior[:n_records], **led}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> ReportedRows:
        self = cls(0, 0)
        self.posterior = np.array(state["reported"], np.float32)
        if "reported_leading" in state:
            self.leading = np.array(state["reported_leading"], np.int16)
        return self
