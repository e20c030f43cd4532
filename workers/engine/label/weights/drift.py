"""Weights that changed since all records of their annotators heard of them."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.label.votes.votes import Votes


class Drift:
    """How far weights drifted from those that have reached every record of their annotators.

    If each of n votes moves the log-odds between two labels by d at most, a posterior moves by
    ``tanh(n · discount(n) · d / 4)`` at most. Drift is looked at per annotator and label given, and is
    the spread of what was added to a row of weights: what all labels gain alike changes no posterior.

    Parameters
    ----------
    settled : ndarray of shape (n_annotators · n_labels, n_labels), nats
        The weights that have reached all records.
    annotators : set of annotators whose weights may be others by now.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> said = [("r1", "ann", "yes"), ("r2", "ann", "no"), ("r2", "ben", "no")]
    >>> votes = Votes.of(("yes", "no"), [Vote(*each) for each in said])
    >>> drift = Drift(np.zeros((4, 2)), {0, 1})
    >>> now = np.array([[0.3, 0.0], [0.1, 0.1], [0.0, 0.0], [0.0, 0.0]])  # ann's yes is worth 0.3 more
    >>> drift.settle(now, votes, 0.2).tolist(), drift.settle(now, votes, 0.2).tolist()
    ([0], [])
    """

    def __init__(self, settled: Floats, annotators: set[int]) -> None:
        self.settled = settled
        self.annotators = annotators

    def make_room(self, weights: Floats) -> None:
        """Take in the rows of annotators who came since."""
        self.settled = np.concatenate([self.settled, weights[len(self.settled) :]])

    def settle(self, weights: Floats, votes: Votes, limit: float) -> Ints:
        """The records of weights that drifted by more than `limit`, from now on taken as settled."""
        k = weights.shape[1]
        annotators = np.array(sorted(self.annotators), np.intp)
        cells = annotators[:, None] * k + np.arange(k)
        drift = np.ptp(weights[cells] - self.settled[cells], axis=2)
        far = cells[drift > limit]
        self.settled[far] = weights[far]
        due = np.zeros(len(weights), bool)
        due[far] = True
        record, annotator, label = votes.columns()
        slots = [votes.of_annotator(j) for j in np.unique(far // k)]
        given = [s[due[annotator[s].astype(np.intp) * k + label[s]]] for s in slots]
        slot = np.concatenate(given) if given else far
        return np.unique(record[slot]).astype(np.intp)
