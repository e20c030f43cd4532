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

    >>> reported = ReportedRows(2, 2)
    >>> heard = np.array([True, False])
    >>> reported.differing(np.array([0, 1]), np.array([[0.9, 0.1], [0.5, 0.5]]), heard, 0.02)
    array([0])
    >>> reported.differing(np.array([0]), np.array([[0.89, 0.11]]), heard[:1], 0.02)
    array([], dtype=int64)
    """

    def __init__(self, n_records: int, n_labels: int) -> None:
        self.posterior = np.full((n_records, n_labels), np.inf, np.float32)

    def make_room(self, n_records: int) -> None:
        """Grow to hold so many records."""
        more = n_records - len(self.posterior)
        if more > 0:
            fresh = np.full((more, self.posterior.shape[1]), np.inf, np.float32)
            self.posterior = np.concatenate([self.posterior, fresh])

    def differing(
        self, rows: Ints, now: Floats, heard: NDArray[np.bool_], tolerance: float
    ) -> Ints:
        """Return those of the rows whose decision moved since it was last reported, and note them.

        Moved: another label leads, or some probability differs by more than `tolerance`.

        Parameters
        ----------
        now : ndarray of shape (len(rows), n_labels), rows sum to 1
        heard : ndarray of shape (len(rows),)
            Whether there is a vote or an adjudication.
        """
        before = self.posterior[rows]
        known = np.isfinite(before[:, 0])
        differs = np.abs(now - before).max(axis=1, initial=0.0) > tolerance
        differs |= leaders(now, heard) != leaders(before.astype(np.float64), known)
        differs &= heard | known
        self.posterior[rows[differs]] = now[differs]
        return np.asarray(rows[differs], np.intp)

    def state(self, n_records: int) -> dict[str, Any]:
        """What an archive of arrays can hold; `restore` is the inverse."""
        return {"reported": self.posterior[:n_records]}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> ReportedRows:
        self = cls(0, 0)
        self.posterior = np.array(state["reported"], np.float32)
        return self
