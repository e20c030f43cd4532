"""Label models of the elements that values of several parts are taken apart into.

`workers.engine.composite.composite` says what elements are. Here is what the models of label questions lack
for them: posteriors of many elements at once, and voices for any two labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy.special import expit, logit

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.reliability import (
    ANNOTATOR_VOTES,
    CROWD_ACCURACY,
    CROWD_VOTES,
)
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import State
from argilla_distill.workers.engine.label.dawid_skene import DawidSkene
from argilla_distill.workers.engine.label.em_model import DIGITS
from argilla_distill.workers.engine.label.label_model import LabelModel
from argilla_distill.workers.engine.label.majority import Majority
from argilla_distill.workers.engine.label.votes.vote_matrix import gathered

if TYPE_CHECKING:
    from typing_extensions import Self

ROW_VOTES = 4.0
OVERLOOKED = 0.3
MADE_UP = 0.1
"""Before a crowd's first marks: how often it overlooks something, how often it makes something up,
and how many votes these beliefs are worth."""


FREQUENCY_RECORDS = 20.0
"""How many adjudications tell as much of how often a label holds as all votes together."""

LEAST = 0.02
"""What the vote of an annotator weighs at least who is no better than chance."""


class ElementModel(LabelModel):
    """A label model that can be asked about elements."""

    def posteriors(self, elements: Sequence[str]) -> Floats:
        """The posterior of these elements, known or not, shape (len(elements), n_labels)."""
        known, rows = self._known(elements)
        posterior = np.tile(self._unseen(), (len(elements), 1))
        if len(rows):
            posterior[known] = self._anchored(rows, self._posterior(rows))
        return posterior

    def _known(self, elements: Sequence[str]) -> tuple[Ints, Ints]:
        """Which of these elements are known, and their rows."""
        found = [self.votes_.find_row(element) for element in elements]
        known = np.array([i for i, row in enumerate(found) if row is not None], np.intp)
        return known, np.array([row for row in found if row is not None], np.intp)

    def n_saying(self, elements: Sequence[str]) -> Ints:
        """How many gave each label to these elements, shape (len(elements), n_labels)."""
        k = len(self.labels)
        known, rows = self._known(elements)
        where, slots = self.votes_.of_records(rows)
        cells = known[where] * k + self.votes_.columns()[2][slots]
        return np.bincount(cells, minlength=len(elements) * k).reshape(-1, k)

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

    def left_out(self, elements: Sequence[str], group: Ints) -> Floats:
        """What votes alone say of these elements, known or not.

        Neither their adjudications count, nor anything said of elements of the same `group` where
        annotators are judged.

        Parameters
        ----------
        group : ndarray of shape (len(elements),), 0, 1, …

        Returns
        -------
        ndarray of shape (len(elements), n_labels), rows sum to 1
        """
        k, posterior = len(self.labels), np.tile(self._unseen(), (len(elements), 1))
        known, rows = self._known(elements)
        where, slots = self.votes_.of_records(rows)
        one, said = (column[slots] for column in self.votes_.columns()[1:])
        whose = group[known][where] * len(self.votes_.annotators) + one
        each, of = np.unique(whose, return_inverse=True)
        own = np.zeros((len(each), k, k))
        np.add.at(own, (of, said), (self.responsibility_[rows] * self._mass(rows)[:, None])[where])
        cubes = np.maximum(self.counts_.reshape(-1, k, k)[one] - own[of], 0.0)
        weights = self._log_confusion(cubes.reshape(-1, k)).reshape(-1, k, k)
        at = np.arange(len(slots))
        evidence = gathered(weights[at, said], where, at, None, len(rows)) + self.log_prior_
        tempering = self._tempering(self.votes_.degree[rows])
        posterior[known] = softmax(evidence * tempering[:, None])
        return posterior


class HeldElements(DawidSkeneElements):
    """Annotators are judged by the majority too, not only by what the model makes of it.

    A label that few hold and few agree on would else become a class of whatever is marked now and
    then, and hold for records where nobody marked it. So in the fit r, what each label answers
    for, is drawn toward the majority's shares: ``consensus · shares + (1 - consensus) · r``.
    And a label is as frequent as annotators say it is, and as reviewers found it: their adjudications
    count against what all votes say as against FREQUENCY_RECORDS of them.
    """

    consensus: ClassVar[float] = 0.05

    def _see_crowd(self, counts: Floats, labels: Floats) -> None:
        super()._see_crowd(counts, labels)
        k, anchors = len(self.labels), self.anchors_[self.anchors_ >= 0]
        given = np.bincount(self.votes_.columns()[2], minlength=k) + 1.0
        found = np.bincount(anchors, minlength=k)
        frequency = FREQUENCY_RECORDS * given / given.sum() + found
        self.log_prior_ = np.log(frequency / frequency.sum()).round(DIGITS)

    def _published(self, rows: Ints) -> Floats:
        return self._posterior(rows)


class MarkedElements(DawidSkeneElements):
    """Dawid and Skene's model for elements whose first label, 0, says that nothing is there.

    Who marks little overlooks much and is seldom wrong in what they mark, so errors are not
    symmetric. And labels may be rare: a matrix with a free row for each would let EM explain a
    frequent label by two. So the rows of a confusion matrix are made of few rates::

        θ[j, 0, 0] = 1 - f[j],  θ[j, 0, l] = f[j] · q[l]            f: makes something up
        θ[j, k, 0] = m[j, k]                                        m: overlooks a k
        θ[j, k, k] = (1 - m[j, k]) · h[j]                           h: names right what they mark
        θ[j, k, l] = (1 - m[j, k]) · (1 - h[j]) · e[k, l]

    Each is the posterior mean under a Beta round the crowd's rate, `strength` votes strong; that of
    m[j, k] round the crowd's for k, shifted in log-odds by how much more j overlooks on the whole.
    What is made up, and what is given for k by mistake, q and e, is the whole crowd's.

    Where nobody marked anything there is no element; yet it is a place where nothing is, and where
    all agreed. For each element there are `background` such places: they are added to the counts
    of the first label, so that a mark is as telling as it is rare.

    Attributes
    ----------
    background : float
        Places that nobody marked, for each that somebody did.
    errors_ : ndarray of shape (n_labels, n_labels), rows sum to 1
        Here the crowd's whole matrix, ``errors_[true, given]``, its diagonal included.
    """

    background: float = 0.0

    def _see_crowd(self, counts: Floats, labels: Floats) -> None:
        super()._see_crowd(counts, labels)
        c = self._with_background(counts).sum(axis=0)  # [given, true]
        there, overlooked, inner = c[:, 1:].sum(axis=0), c[0, 1:], c[1:, 1:]
        usual = (overlooked.sum() + ROW_VOTES * OVERLOOKED) / (there.sum() + ROW_VOTES)
        made_up, instead = c[1:, 0] + 1.0, (inner.T + 1.0) * (1 - np.eye(len(inner)))
        self.errors_ = _matrices(
            (c[1:, 0].sum() + ROW_VOTES * MADE_UP) / (c[:, 0].sum() + ROW_VOTES),
            (overlooked + ROW_VOTES * usual) / (there + ROW_VOTES),
            (np.trace(inner) + CROWD_VOTES * CROWD_ACCURACY) / (inner.sum() + CROWD_VOTES),
            made_up / made_up.sum(),
            instead / np.maximum(instead.sum(axis=1, keepdims=True), 1.0),
        ).round(DIGITS)
        p = labels + 1.0
        p[0] += self.background * np.count_nonzero(self.votes_.degree)
        self.log_prior_ = np.log(p / p.sum()).round(DIGITS)

    def _log_confusion(self, counts: Floats) -> Floats:
        n, s = self._with_background(np.maximum(counts, 0.0)), self.strength
        false, miss = 1 - self.errors_[0, 0], self.errors_[1:, 0]
        told = self.errors_[1:, 1:] / (1 - miss)[:, None]
        instead = told * (1 - np.eye(len(told)))
        instead /= np.maximum(instead.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        there, overlooked, inner = n[:, :, 1:].sum(axis=1), n[:, 0, 1:], n[:, 1:, 1:]
        usual = (there @ miss + miss.mean()) / (there.sum(axis=1) + 1.0)
        own = (overlooked.sum(axis=1) + ANNOTATOR_VOTES * usual) / (
            there.sum(axis=1) + ANNOTATOR_VOTES
        )
        expected = expit(logit(miss) + (logit(own) - logit(usual))[:, None])
        rates = _matrices(
            (n[:, 1:, 0].sum(axis=1) + s * false) / (n[:, :, 0].sum(axis=1) + s),
            (overlooked + s * expected) / (there + s),
            (np.einsum("jkk->j", inner) + s * told[0, 0]) / (inner.sum(axis=(1, 2)) + s),
            self.errors_[0, 1:] / false,
            instead,
        )
        weights: Floats = np.log(rates.transpose(0, 2, 1)).round(DIGITS)
        return weights.reshape(-1, len(self.labels))

    def _with_background(self, counts: Floats) -> Floats:
        """Counts as [annotator, given, true], with what nobody marked."""
        k = len(self.labels)
        cubes = counts.reshape(-1, k, k).copy()
        cubes[:, 0, 0] += self.background * cubes.sum(axis=(1, 2))
        return np.asarray(cubes, np.float64)

    def state(self) -> dict[str, Any]:
        return super().state() | {"background": self.background}

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        self.background = float(state["background"])
        return self


def _matrices(false: Floats, miss: Floats, hit: Floats, made_up: Floats, instead: Floats) -> Floats:
    """Confusion matrices […, true, given] of these rates, for one annotator or for many."""
    k = miss.shape[-1]
    found = np.empty((*miss.shape[:-1], k + 1, k + 1))
    found[..., 0, 0], found[..., 1:, 0] = 1 - false, miss
    found[..., 0, 1:] = np.asarray(false)[..., None] * made_up
    right = np.asarray(hit if k > 1 else np.ones_like(hit))[..., None, None]
    found[..., 1:, 1:] = (right * np.eye(k) + (1 - right) * instead) * (1 - miss)[..., None]
    return found


class MirroredElements(DawidSkeneElements):
    """Elements with three labels, of which the last is the first seen from the other side: > = <.

    Which of two items is written first must not matter, so ``θ[k, l] = θ[-k, -l]``. And the label
    in the middle must not collect all that is undecided: it is as frequent as annotators say it
    is, and what they give where it is true is not learned but the prior.
    """

    def _see_crowd(self, counts: Floats, labels: Floats) -> None:
        super()._see_crowd((counts + _mirrored(counts)) / 2, labels)
        given = counts.reshape(-1, 3, 3).sum(axis=(0, 2))
        level = float(given[1] + 1) / float(given.sum() + 3)
        self.log_prior_ = np.log([(1 - level) / 2, level, (1 - level) / 2]).round(DIGITS)

    def _log_confusion(self, counts: Floats) -> Floats:
        both = counts + _mirrored(counts)
        both[:, 1] = 0.0
        return super()._log_confusion(both)

    def said(self, elements: Sequence[str]) -> tuple[Floats, Floats]:
        """Which share of the votes on each element is for its first label, and their weight.

        The middle label counts half. A vote weighs by how much its annotator is better than chance,
        ``P(> | >) - P(> | <)`` over their sum, as a multiple of what one as accurate as the crowd is.
        """
        known, rows = self._known(elements)
        where, slots = self.votes_.of_records(rows)
        _, annotator, label = self.votes_.columns()
        given = self.weights_.reshape(-1, 3, 3)[annotator[slots], 0]
        worth = np.tanh((given[:, 0] - given[:, 2]) / 2)
        weight = np.maximum(worth, LEAST) / max(2 * self.crowd_ - 1, LEAST)
        place, n = known[where], len(elements)
        total = np.bincount(place, weight, n).astype(np.float64)
        first = np.bincount(place, weight * (1 - label[slots] / 2), n).astype(np.float64)
        return first / np.maximum(total, np.finfo(float).tiny), total


def _mirrored(counts: Floats) -> Floats:
    return counts.reshape(-1, 3, 3)[:, ::-1, ::-1].reshape(-1, 3)
