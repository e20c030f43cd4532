"""What annotators are judged by: the votes, and how far each label answers for each record.

The expected confusion counts follow the responsibilities, record by record; adjudications anchor
them. When this happens is `label_fold`'s business, and where responsibilities come from a `LabelModel`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.reliability import (
    ANNOTATOR_VOTES,
    crowd_accuracy,
    expected_accuracy,
)
from argilla_distill.workers.engine.label.votes import given_rows
from argilla_distill.workers.engine.label.votes.vote_weights import VoteWeights
from argilla_distill.workers.engine.label.votes.votes import Votes


class Tally:
    """Votes, responsibilities, anchors, and the confusion counts that follow from them.

    Parameters
    ----------
    votes : Votes
    anchor_worth : float
        How often an adjudicated record counts where annotators are judged.

    Attributes
    ----------
    responsibility : ndarray of shape (≥ n_records, n_labels), rows sum to 1
        How far each label answers for the record's votes when annotators are judged by them. What
        is published as posterior may be more careful, see `LabelModel.published`.
    counts : ndarray of shape (≥ n_annotators · n_labels, n_labels)
        Expected confusion counts: ``counts[annotator · n_labels + given, true]``, that is Aᵀ R of
        the votes' matrix A and the responsibilities R.
    anchors : ndarray of shape (≥ n_records,), int16
        The code of the label that a reviewer decided for; -1 where none did.

    Examples
    --------
    Ann says a, ben says b, and a answers for the record by three quarters.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> votes = Votes.of(("a", "b"), [Vote("r", "ann", "a"), Vote("r", "ben", "b")])
    >>> tally = Tally(votes)
    >>> tally.anchor_all([], [])
    >>> tally.make_room()
    >>> tally.renew(np.array([0]), np.array([[0.75, 0.25]]))  # whose counts are others now
    array([0, 1])
    >>> tally.counts[:4]  # ann·a, ann·b, ben·a, ben·b
    array([[0.75, 0.25],
           [0.  , 0.  ],
           [0.  , 0.  ],
           [0.75, 0.25]])
    """

    def __init__(self, votes: Votes, anchor_worth: float = 1.0) -> None:
        self.votes = votes
        self.anchor_worth = anchor_worth
        self.responsibility: Floats = np.zeros((0, len(votes.labels)))
        self.counts: Floats = np.zeros((0, len(votes.labels)))
        self.anchors = np.zeros(0, np.int16)

    @property
    def n_records(self) -> int:
        return len(self.votes.records)

    @property
    def n_annotators(self) -> int:
        return len(self.votes.annotators)

    @property
    def n_labels(self) -> int:
        return len(self.votes.labels)

    def anchor_all(self, rows: list[int], codes: list[int]) -> None:
        """Let these rows, and no others, be adjudicated as these codes."""
        self.anchors = np.full(self.n_records, -1, np.int16)
        self.anchors[rows] = codes

    def make_room(self) -> None:
        """Grow the arrays, by half at a time, to hold every record and annotator of the votes."""
        n, m, k = self.n_records, self.n_annotators, self.n_labels
        if n > len(self.responsibility):
            self.responsibility = _grown(self.responsibility, n + n // 2 + 8, 0.0)
        if n > len(self.anchors):
            self.anchors = _grown(self.anchors[:, None], n + n // 2 + 8, -1)[:, 0]
        if m * k > len(self.counts):
            self.counts = _grown(self.counts, (m + m // 2 + 8) * k, 0.0)

    def cubes(self) -> Floats:
        """The counts of all annotators, a view of shape (n_annotators, given, true)."""
        k = self.n_labels
        return self.counts[: self.n_annotators * k].reshape(-1, k, k)

    def cells(self, slots: AnyInts) -> Ints:
        """The row of `counts` that each vote counts in: annotator · n_labels + given."""
        _, annotator, label = self.votes.columns()
        return np.asarray(annotator[slots] * self.n_labels + label[slots], np.intp)

    def mass(self, rows: Ints | slice) -> Floats:
        """How often these rows count where annotators are judged."""
        return np.where(self.anchors[rows] >= 0, self.anchor_worth, 1.0)

    def heard(self, rows: Ints) -> NDArray[np.bool_]:
        """Whether there is a vote or an adjudication on these rows."""
        return (self.votes.degree[rows] > 0) | (self.anchors[rows] >= 0)

    def anchored(self, rows: Ints | slice, posterior: Floats) -> Floats:
        """The same (changed in place) with adjudicated rows as their adjudications have it.

        What the adjudication leaves over is shared as the votes would have it.
        """
        codes = self.anchors[rows]
        some = np.flatnonzero(codes >= 0)
        if len(some) and self.n_labels > 1:
            rest = np.maximum(posterior[some], np.finfo(float).tiny)
            rest[np.arange(len(some)), codes[some]] = 0.0
            posterior[some] = (1 - ADJUDICATED) * rest / rest.sum(axis=1, keepdims=True)
            posterior[some, codes[some]] = ADJUDICATED
        return posterior

    # -- what one record changes ------------------------------------------------------------

    def withdraw(self, rows: Ints) -> None:
        """Take what these rows' votes count out of the counts, before they change."""
        self._count(rows, -1.0)

    def renew(self, rows: Ints, responsibility: Floats) -> Ints:
        """Let this be the responsibility of rows that were withdrawn, but for anchors; count them.

        Returns the annotators with a vote there.
        """
        self.responsibility[rows] = self.anchored(rows, responsibility)
        self._count(rows, 1.0)
        return self.annotators_on(rows)

    def shift(self, rows: Ints, responsibility: Floats) -> Ints:
        """The same for rows that count, whose votes did not change."""
        where, slots = self.votes.of_records(rows)
        fresh = self.anchored(rows, responsibility)
        change = (fresh - self.responsibility[rows]) * self.mass(rows)[:, None]
        np.add.at(self.counts, self.cells(slots), change[where])
        self.responsibility[rows] = fresh
        return np.unique(self.votes.columns()[1][slots]).astype(np.intp)

    def annotators_on(self, rows: Ints) -> Ints:
        """The annotators with a vote on these rows."""
        _, slots = self.votes.of_records(rows)
        return np.unique(self.votes.columns()[1][slots]).astype(np.intp)

    def _count(self, rows: Ints, sign: float) -> None:
        where, slots = self.votes.of_records(rows)
        mass = self.responsibility[rows] * (sign * self.mass(rows))[:, None]
        np.add.at(self.counts, self.cells(slots), mass[where])

    # -- annotators -------------------------------------------------------------------------

    def accuracy(self) -> tuple[Floats, Floats]:
        """Each annotator's expected accuracy, and its worth in votes (Beta mean and strength)."""
        counts = self.cubes()
        return expected_accuracy(counts, crowd_accuracy(counts))

    def confusions(self) -> Floats:
        """confusion[annotator, true, given]: counts, and an even prior worth ANNOTATOR_VOTES."""
        k = self.n_labels
        wrong = (1 - self.accuracy()[0]) / max(k - 1, 1)
        prior = np.repeat(wrong, k * k).reshape(-1, k, k)
        prior += np.eye(k) * (1 - k * wrong)[:, None, None]
        confusion = np.maximum(self.cubes(), 0.0).transpose(0, 2, 1) + ANNOTATOR_VOTES * prior
        return np.asarray(confusion / confusion.sum(axis=2, keepdims=True), np.float64)

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What an archive of arrays can hold; `restore` is the inverse."""
        record, annotator, label = self.votes.columns()
        n = self.n_records
        return {
            "records": self.votes.records,
            "annotators": self.votes.annotators,
            "record": record,
            "annotator": annotator,
            "label": label,
            "sure": self.votes.sure,
            **({} if self.votes.weight is None else {"weight": self.votes.weight}),
            "responsibility": self.responsibility[:n],
            "anchors": self.anchors[:n],
            **given_rows.packed("counts", self.counts[: self.n_annotators * self.n_labels]),
        }

    @classmethod
    def restore(
        cls, labels: tuple[str, ...], state: Mapping[str, Any], anchor_worth: float = 1.0
    ) -> Tally:
        columns = ("records", "annotators", "record", "annotator", "label", "sure")
        votes = Votes.of_columns(labels, *(state[name] for name in columns))
        votes.weights = VoteWeights(state.get("weight"))
        self = cls(votes, anchor_worth)
        self.responsibility = np.array(state["responsibility"], np.float64)
        self.anchors = np.array(state["anchors"], np.int16)
        self.counts = given_rows.unpacked("counts", state)
        return self


def _grown(values: NDArray[Any], n: int, fill: float) -> NDArray[Any]:
    """A copy with `n` rows, the new ones filled."""
    grown = np.full((n, values.shape[1]), fill, values.dtype)
    grown[: len(values)] = values
    return grown
