"""What the votes on elements weigh: Dawid and Skene's matrices, made for what elements are like.

`elements` has the models that weigh votes so, `composite` says what elements are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit, logit

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.reliability import (
    ANNOTATOR_VOTES,
    CROWD_ACCURACY,
    CROWD_VOTES,
)
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.weights.confusion_weigher import log_confusion
from argilla_distill.workers.engine.label.weights.weigher import DIGITS, CrowdEstimate, Weigher

STRENGTH = 4.0
"""How many votes the prior of a row of a confusion matrix weighs."""

ROW_VOTES = 4.0
OVERLOOKED = 0.3
MADE_UP = 0.1
"""Before a crowd's first marks: how often it overlooks something, how often it makes something up,
and how many votes these beliefs are worth."""

FREQUENCY_RECORDS = 20.0
"""How many adjudications tell as much of how often a label holds as all votes together."""


class FrequencyWeigher(Weigher):
    """Confusion matrices, and labels that are as frequent as annotators and reviewers say they are.

    A label that few hold and few agree on would else become a class of whatever is marked now and
    then, and hold for records where nobody marked it. So a label's frequency is its share of the
    votes, and the adjudications count against what all votes say as against FREQUENCY_RECORDS of
    them.
    """

    def see_crowd(self, counts: Floats, labels: Floats) -> None:
        k, anchors = len(labels), self.tally.anchors[self.tally.anchors >= 0]
        given = np.bincount(self.tally.votes.columns()[2], minlength=k) + 1.0
        found = np.bincount(anchors, minlength=k)
        frequency = FREQUENCY_RECORDS * given / given.sum() + found
        log_prior = np.log(frequency / frequency.sum()).round(DIGITS)
        self.crowd_ = CrowdEstimate.of(counts, labels)._replace(log_prior=log_prior)

    def weights(self, counts: Floats, annotators: Ints) -> Floats:
        return log_confusion(counts, self.crowd_, STRENGTH)

    def state(self) -> dict[str, Any]:
        return super().state() | {"strength": STRENGTH}


class MarkWeigher(Weigher):
    """Confusion matrices for elements whose first label, 0, says that nothing is there.

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
    crowd_ : CrowdEstimate
        Here `errors` is the crowd's whole matrix, its diagonal included.
    """

    background: float = 0.0

    def see_crowd(self, counts: Floats, labels: Floats) -> None:
        c = self._with_background(counts).sum(axis=0)  # [given, true]
        there, overlooked, inner = c[:, 1:].sum(axis=0), c[0, 1:], c[1:, 1:]
        usual = (overlooked.sum() + ROW_VOTES * OVERLOOKED) / (there.sum() + ROW_VOTES)
        made_up, instead = c[1:, 0] + 1.0, (inner.T + 1.0) * (1 - np.eye(len(inner)))
        errors = _matrices(
            (c[1:, 0].sum() + ROW_VOTES * MADE_UP) / (c[:, 0].sum() + ROW_VOTES),
            (overlooked + ROW_VOTES * usual) / (there + ROW_VOTES),
            (np.trace(inner) + CROWD_VOTES * CROWD_ACCURACY) / (inner.sum() + CROWD_VOTES),
            made_up / made_up.sum(),
            instead / np.maximum(instead.sum(axis=1, keepdims=True), 1.0),
        ).round(DIGITS)
        p = labels + 1.0
        p[0] += self.background * np.count_nonzero(self.tally.votes.degree)
        log_prior = np.log(p / p.sum()).round(DIGITS)
        accuracy = CrowdEstimate.of(counts, labels).accuracy
        self.crowd_ = CrowdEstimate(accuracy, errors, log_prior)

    def weights(self, counts: Floats, annotators: Ints) -> Floats:
        n, s, errors = self._with_background(np.maximum(counts, 0.0)), STRENGTH, self.crowd_.errors
        false, miss = 1 - errors[0, 0], errors[1:, 0]
        named = errors[1:, 1:] / (1 - miss)[:, None]
        instead = named * (1 - np.eye(len(named)))
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
            (np.einsum("jkk->j", inner) + s * named[0, 0]) / (inner.sum(axis=(1, 2)) + s),
            errors[0, 1:] / false,
            instead,
        )
        weights: Floats = np.log(rates.transpose(0, 2, 1)).round(DIGITS)
        return weights.reshape(-1, counts.shape[1])

    def _with_background(self, counts: Floats) -> Floats:
        """Counts as [annotator, given, true], with what nobody marked."""
        k = counts.shape[1]
        cubes = counts.reshape(-1, k, k).copy()
        cubes[:, 0, 0] += self.background * cubes.sum(axis=(1, 2))
        return np.asarray(cubes, np.float64)

    def state(self) -> dict[str, Any]:
        return super().state() | {"strength": STRENGTH, "background": self.background}

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        super().restore(tally, state)
        self.background = float(state["background"])


def _matrices(false: Floats, miss: Floats, hit: Floats, made_up: Floats, instead: Floats) -> Floats:
    """Confusion matrices […, true, given] of these rates, for one annotator or for many."""
    k = miss.shape[-1]
    found = np.empty((*miss.shape[:-1], k + 1, k + 1))
    found[..., 0, 0], found[..., 1:, 0] = 1 - false, miss
    found[..., 0, 1:] = np.asarray(false)[..., None] * made_up
    right = np.asarray(hit if k > 1 else np.ones_like(hit))[..., None, None]
    found[..., 1:, 1:] = (right * np.eye(k) + (1 - right) * instead) * (1 - miss)[..., None]
    return found


class MirrorWeigher(Weigher):
    """Confusion matrices for three labels, of which the last is the first seen from the other side: > = <.

    Which of two items is written first must not matter, so ``θ[k, l] = θ[-k, -l]``. And the label
    in the middle must not collect all that is undecided: it is as frequent as annotators say it
    is, and what they give where it is true is not learned but the prior.
    """

    def see_crowd(self, counts: Floats, labels: Floats) -> None:
        given = counts.reshape(-1, 3, 3).sum(axis=(0, 2))
        level = float(given[1] + 1) / float(given.sum() + 3)
        log_prior = np.log([(1 - level) / 2, level, (1 - level) / 2]).round(DIGITS)
        crowd = CrowdEstimate.of((counts + _mirrored(counts)) / 2, labels)
        self.crowd_ = crowd._replace(log_prior=log_prior)

    def weights(self, counts: Floats, annotators: Ints) -> Floats:
        both = counts + _mirrored(counts)
        both[:, 1] = 0.0
        return log_confusion(both, self.crowd_, STRENGTH)

    def state(self) -> dict[str, Any]:
        return super().state() | {"strength": STRENGTH}


def _mirrored(counts: Floats) -> Floats:
    return counts.reshape(-1, 3, 3)[:, ::-1, ::-1].reshape(-1, 3)
