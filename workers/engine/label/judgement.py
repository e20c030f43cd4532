"""What annotators are judged by: how far each label answers for each record.

The expected confusion counts follow the responsibilities, record by record; adjudications anchor
them. When this happens, and what becomes of it, is `label_model`'s.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.reliability import (
    ANNOTATOR_VOTES,
    crowd_accuracy,
    expected_accuracy,
)
from argilla_distill.workers.engine.label.votes.votes import Votes


class Judgement(ABC):
    """Responsibilities, anchors, and the confusion counts that follow from them.

    Attributes
    ----------
    labels : tuple of str
    votes_ : Votes
    responsibility_ : ndarray of shape (≥ n_records, n_labels), rows sum to 1
        How far each label answers for the record's votes when annotators are judged by them. What
        is published as posterior may be more careful, see `LabelModel._published`.
    counts_ : ndarray of shape (≥ n_annotators · n_labels, n_labels)
        Expected confusion counts: ``counts_[annotator · n_labels + given, true]``, that is Aᵀ R of
        the votes' matrix A and the responsibilities R.
    anchors_ : ndarray of shape (≥ n_records,), int16
        The code of the label that a reviewer decided for; -1 where none did.
    """

    anchor_worth: ClassVar[float] = 1.0
    """How often an adjudicated record counts where annotators are judged."""

    labels: tuple[str, ...]
    votes_: Votes
    responsibility_: Floats
    counts_: Floats
    anchors_: NDArray[np.int16]

    @abstractmethod
    def _responsibility(self, rows: Ints) -> Floats:
        """What these rows' `responsibility_` is under the model as it is now."""

    @abstractmethod
    def _follow(self, annotators: Ints) -> None:
        """Take in that the counts of these annotators changed."""

    def _make_room(self) -> None:
        """Grow the arrays, by half at a time, to hold every record and annotator of the votes."""
        n, m, k = len(self.votes_.records), len(self.votes_.annotators), len(self.labels)
        if n > len(self.responsibility_):
            self.responsibility_ = grown(self.responsibility_, n + n // 2 + 8, 0.0)
            self.anchors_ = grown(self.anchors_[:, None], n + n // 2 + 8, -1)[:, 0]
        if m * k > len(self.counts_):
            self.counts_ = grown(self.counts_, (m + m // 2 + 8) * k, 0.0)

    def _cells(self, slots: AnyInts) -> Ints:
        """The row of `counts_` that each vote counts in: annotator · n_labels + given."""
        _, annotator, label = self.votes_.columns()
        return np.asarray(annotator[slots] * len(self.labels) + label[slots], np.intp)

    def _count(self, rows: Ints, sign: float) -> None:
        where, slots = self.votes_.of_records(rows)
        mass = self.responsibility_[rows] * (sign * self._mass(rows))[:, None]
        np.add.at(self.counts_, self._cells(slots), mass[where])

    def _mass(self, rows: Ints | slice) -> Floats:
        """How often these rows count where annotators are judged."""
        return np.where(self.anchors_[rows] >= 0, self.anchor_worth, 1.0)

    def _heard(self, rows: Ints) -> NDArray[np.bool_]:
        """Whether there is a vote or an adjudication on these rows."""
        return (self.votes_.degree[rows] > 0) | (self.anchors_[rows] >= 0)

    def _anchored(self, rows: Ints | slice, posterior: Floats) -> Floats:
        """The same (changed in place) with adjudicated rows as their adjudications have it.

        What the adjudication leaves over is shared as the votes would have it.
        """
        codes = self.anchors_[rows]
        some = np.flatnonzero(codes >= 0)
        if len(some) and len(self.labels) > 1:
            rest = np.maximum(posterior[some], np.finfo(float).tiny)
            rest[np.arange(len(some)), codes[some]] = 0.0
            posterior[some] = (1 - ADJUDICATED) * rest / rest.sum(axis=1, keepdims=True)
            posterior[some, codes[some]] = ADJUDICATED
        return posterior

    def _anchor(self, row: int, code: int) -> None:
        """Let the row be adjudicated so from now on; -1: no longer."""
        self._count(np.array([row]), -1.0)
        self.anchors_[row] = code
        self._recount(row, None)

    def _recount(self, row: int, column: int | None) -> None:
        """Decide the record again, whose counts were taken out, and count it.

        `column` is that of the annotator whose vote changed, who may have none there any more.
        """
        rows = np.array([row])
        self.responsibility_[rows] = self._anchored(rows, self._responsibility(rows))
        self._count(rows, 1.0)
        _, slots = self.votes_.of_records(rows)
        concerned = [] if column is None else [column]
        self._follow(np.union1d(self.votes_.columns()[1][slots], concerned).astype(np.intp))

    def _shift(self, rows: Ints) -> None:
        """Decide these records again, and let their annotators' counts follow."""
        where, slots = self.votes_.of_records(rows)
        fresh = self._anchored(rows, self._responsibility(rows))
        change = (fresh - self.responsibility_[rows]) * self._mass(rows)[:, None]
        np.add.at(self.counts_, self._cells(slots), change[where])
        self.responsibility_[rows] = fresh
        self._follow(np.unique(self.votes_.columns()[1][slots]).astype(np.intp))

    def _accuracy(self) -> tuple[Floats, Floats]:
        """Each annotator's expected accuracy, and its worth in votes (Beta mean and strength)."""
        k = len(self.labels)
        counts = self.counts_[: len(self.votes_.annotators) * k].reshape(-1, k, k)
        return expected_accuracy(counts, crowd_accuracy(counts))

    def _confusions(self) -> Floats:
        """confusion[annotator, true, given]: counts, and an even prior worth ANNOTATOR_VOTES."""
        k = len(self.labels)
        counts = self.counts_[: len(self.votes_.annotators) * k].reshape(-1, k, k)
        wrong = (1 - self._accuracy()[0]) / max(k - 1, 1)
        prior = np.repeat(wrong, k * k).reshape(-1, k, k)
        prior += np.eye(k) * (1 - k * wrong)[:, None, None]
        confusion = np.maximum(counts, 0.0).transpose(0, 2, 1) + ANNOTATOR_VOTES * prior
        return np.asarray(confusion / confusion.sum(axis=2, keepdims=True), np.float64)


def grown(values: NDArray[Any], n: int, fill: float) -> NDArray[Any]:
    grown = np.full((n, values.shape[1]), fill, values.dtype)
    grown[: len(values)] = values
    return grown
