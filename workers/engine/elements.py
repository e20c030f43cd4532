"""Label models of the elements that values of several parts are taken apart into.

`workers.engine.composite` says what elements are. Here is what the models of label questions lack
for them: posteriors of many elements at once, and voices for any two labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workers.engine.dawid_skene import DIGITS, DawidSkene
from workers.engine.label_model import Floats, LabelModel
from workers.engine.majority import Majority
from workers.engine.reliability import expected_accuracy
from workers.engine.shares import shares
from workers.engine.strategy import State

if TYPE_CHECKING:
    from typing_extensions import Self

ROW_VOTES = 4.0
"""How many votes the prior of a row of the crowd's confusion matrix weighs."""


class ElementModel(LabelModel):
    """A label model that can be asked about elements."""

    def posteriors(self, elements: Sequence[str]) -> Floats:
        """The posterior of these elements, known or not, shape (len(elements), n_labels)."""
        found = [self.votes_.find_row(element) for element in elements]
        known = np.array([i for i, row in enumerate(found) if row is not None], np.intp)
        rows = np.array([row for row in found if row is not None], np.intp)
        posterior = np.tile(self._unseen(), (len(elements), 1))
        if len(rows):
            posterior[known] = self._anchored(rows, self._posterior(rows))
        return posterior

    def degrees(self, elements: Sequence[str]) -> NDArray[np.intp]:
        """How many votes there are on these elements, known or not."""
        found = [self.votes_.find_row(element) for element in elements]
        degree = self.votes_.degree
        return np.array([0 if row is None else degree[row] for row in found], np.intp)

    def voices(self, element: str, one: int, other: int) -> dict[str, float]:
        """How far each annotator's vote speaks for label `one` against `other`, in nats."""
        row = self.votes_.find_row(element)
        if row is None:
            return {}
        slots = self.votes_.of_records(np.array([row]))[1].tolist()
        parts = self._reasons(slots, one, other)[1]
        annotator = self.votes_.columns()[1]
        names = self.votes_.annotators
        return {names[annotator[s]]: float(part) for s, part in zip(slots, parts, strict=True)}


class MajorityElements(ElementModel, Majority):
    """Every voice on an element weighs the same."""


class DawidSkeneElements(ElementModel, DawidSkene):
    """Everybody has a confusion matrix."""


class CrowdElements(ElementModel, DawidSkene):
    """Dawid and Skene's model for elements whose first label says that nothing is there.

    Who marks little misses much and is seldom wrong in what they mark: errors are not symmetric.
    So a row of an annotator's confusion matrix is drawn not toward an accuracy that is the same
    for every label, as in `DawidSkene`, but toward the same row of the whole crowd's matrix::

        c[k, l] = (Σ_j N[j, k, l] + prior) / …                the crowd's matrix, rows sum to 1
        m[j, k, k] = σ(logit c[k, k] + logit a[j] - logit a)  and the rest of the row in proportion

    with a[j] the annotator's expected accuracy (`expected_accuracy`) and a the crowd's.

    Where nobody marked anything there is no element; yet it is a place where nothing is, and where
    all agreed. For each element there are `background` such places: they are added to the counts
    of the first label, so that a mark is as telling as it is rare.

    Attributes
    ----------
    background : float
        Places that nobody marked, for each that somebody did.
    errors_ : ndarray of shape (n_labels, n_labels), rows sum to 1
        Here the whole matrix c, its diagonal included.
    """

    background: float = 0.0

    def _see_crowd(self, counts: Floats, responsibility: Floats) -> None:
        voted = self.votes_.degree > 0
        labels = responsibility[voted]
        empty = np.zeros((1, len(self.labels)))
        empty[0, 0] = self.background * len(labels)
        super()._see_crowd(self._with_background(counts), responsibility)
        k = len(self.labels)
        prior = np.full((k, k), (1 - self.crowd_) / max(k - 1, 1))
        prior[np.arange(k), np.arange(k)] = self.crowd_
        pooled = self._with_background(counts).reshape(-1, k, k).sum(axis=0).T
        self.errors_ = shares(pooled + ROW_VOTES * prior).round(DIGITS)
        p = labels.sum(axis=0) + empty[0] + 1.0
        self.log_prior_ = np.log(p / p.sum()).round(DIGITS)

    def _log_confusion(self, counts: Floats) -> Floats:
        k = len(self.labels)
        whole = self._with_background(np.maximum(counts, 0.0))
        cubes = whole.reshape(-1, k, k)  # [annotator, given, true]
        accuracy, _ = expected_accuracy(cubes, self.crowd_)
        shift = _logit(accuracy) - _logit(np.array(self.crowd_))
        right = np.diagonal(self.errors_)
        own = 1 / (1 + np.exp(-(_logit(right)[None] + shift[:, None])))  # [annotator, true]
        prior = self.errors_[None] * ((1 - own) / np.maximum(1 - right, 1e-9))[:, :, None]
        prior[:, np.arange(k), np.arange(k)] = own
        expected = cubes + self.strength * prior.transpose(0, 2, 1)
        expected /= expected.sum(axis=1, keepdims=True)
        weights: Floats = np.log(expected).round(DIGITS).reshape(-1, k)
        return weights

    def _with_background(self, counts: Floats) -> Floats:
        k = len(self.labels)
        cubes = counts.reshape(-1, k, k).copy()
        cubes[:, 0, 0] += self.background * cubes.sum(axis=(1, 2))
        return cubes.reshape(-1, k)

    def state(self) -> dict[str, Any]:
        return super().state() | {"background": self.background}

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        self.background = float(state["background"])
        return self


class MirroredElements(DawidSkeneElements):
    """Elements with three labels, of which the last is the first seen from the other side: > = <.

    Which of two items is written first must not matter, so ``θ[k, l] = θ[-k, -l]``. And the label
    in the middle must not collect all that is undecided: it is as frequent as annotators say it
    is, and what they give where it is true is not learned but the prior.
    """

    def _see_crowd(self, counts: Floats, responsibility: Floats) -> None:
        super()._see_crowd((counts + _mirrored(counts)) / 2, responsibility)
        given = counts.reshape(-1, 3, 3).sum(axis=(0, 2))
        level = float(given[1] + 1) / float(given.sum() + 3)
        self.log_prior_ = np.log([(1 - level) / 2, level, (1 - level) / 2]).round(DIGITS)

    def _log_confusion(self, counts: Floats) -> Floats:
        both = counts + _mirrored(counts)
        both[:, 1] = 0.0
        return super()._log_confusion(both)


def _mirrored(counts: Floats) -> Floats:
    return counts.reshape(-1, 3, 3)[:, ::-1, ::-1].reshape(-1, 3)


def _logit(p: Floats) -> Floats:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p) - np.log1p(-p), np.float64)
