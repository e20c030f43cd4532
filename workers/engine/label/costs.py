"""What mistakes cost: labels are decided by expected cost instead of by probability.

What settings write, ``"no->yes" = 5``, is read by `workers.engine.contract.terms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats


class Costs:
    """What it costs to say one label where another is right.

    With c[k, t] the cost of saying k where t is right, 1 for mistakes of which nothing is said and 0 for
    what is right, the expected cost of saying k is ``E[k] = Σ_t P(t) c[k, t]``; the label of the least
    expected cost is decided for (Berger, Statistical Decision Theory and Bayesian Analysis, 1985, §1.3).
    Of two labels k leads over t where ``log P(k)/P(t) + log c[t, k]/c[k, t] > 0``.

    Parameters
    ----------
    labels : tuple of str
    written : mapping of ``(said, right)`` to the cost, above 0

    Attributes
    ----------
    matrix : ndarray of shape (n_labels, n_labels), ``matrix[said, right]``

    To miss a yes costs five times as much as any other mistake, so a yes that is improbable leads.

    >>> costs = Costs(("no", "yes"), {("no", "yes"): 5.0})
    >>> costs.expected(np.array([[0.75, 0.25], [0.9, 0.1]]))
    array([[1.25, 0.75],
           [0.5 , 0.9 ]])
    """

    def __init__(self, labels: tuple[str, ...], written: Mapping[tuple[str, str], float]) -> None:
        self.labels = labels
        self.written = dict(written)
        self.matrix = np.ones((len(labels), len(labels)))
        np.fill_diagonal(self.matrix, 0.0)
        for (said, right), cost in written.items():
            self.matrix[labels.index(said), labels.index(right)] = cost

    def expected(self, posterior: Floats) -> Floats:
        """The expected cost of saying each label, of the shape of `posterior`."""
        return np.asarray(posterior @ self.matrix.T, np.float64)

    def preference(self, posterior: Floats, adjudicated: NDArray[np.bool_]) -> Floats:
        """What leads where it is highest: expected savings, but P where a reviewer decided.

        Parameters
        ----------
        posterior : ndarray of shape (n_records, n_labels), rows sum to 1
        adjudicated : ndarray of shape (n_records,)
        """
        return np.where(adjudicated[:, None], posterior, -self.expected(posterior))

    def state(self) -> list[list[object]]:
        """What JSON can hold; `of_state` is the inverse."""
        return [[*pair, cost] for pair, cost in sorted(self.written.items())]

    @classmethod
    def of_state(cls, labels: tuple[str, ...], state: Iterable[Any]) -> Costs:
        """Read `state`."""
        return cls(labels, {(said, right): float(cost) for said, right, cost in state})

    def log_odds(self, posterior: Floats, first: int, second: int) -> float:
        """What costs add to the log odds of the first label against the second, in nats.

        They then add up to the log of what it is expected to cost to say the second, as a multiple of
        what it costs to say the first.

        >>> round(Costs(("no", "yes"), {("no", "yes"): 5.0}).log_odds(np.array([0.7, 0.3]), 1, 0), 3)  # log 5
        1.609
        """
        expected = np.maximum(self.expected(posterior[None])[0], np.finfo(float).tiny)
        odds = np.log(posterior[first]) - np.log(posterior[second])
        return float(np.log(expected[second]) - np.log(expected[first]) - odds)


def preferred(costs: Costs | None, posterior: Floats, adjudicated: NDArray[np.bool_]) -> Floats:
    """What leads where it is highest: the posterior, unless mistakes have costs."""
    return posterior if costs is None else costs.preference(posterior, adjudicated)
