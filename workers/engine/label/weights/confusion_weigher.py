"""Weights by Dawid and Skene: every annotator has a confusion matrix with a hierarchical prior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import logit

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.reliability import expected_accuracy
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.weights.weigher import DIGITS, CrowdEstimate, Weigher


class ConfusionWeigher(Weigher):
    """The log of each annotator's confusion matrix, whose rows have a Dirichlet prior.

    With ``N[j, k, l]`` the expected count of j's votes l where k was true::

        w[j, l, k] = log θ[j, k, l]
        θ[j, k, l] = (N[j, k, l] + s · m[j, k, l]) / (Σ_l N[j, k, l] + s)

    s is the prior's strength and m its mean: the annotator's own accuracy (`expected_accuracy`) on
    the diagonal, and beside it what the whole crowd gives when it errs. With `ease_votes`, the
    diagonal is that accuracy moved, in log-odds, by how much easier than others the label is
    (`ease_of`): who answered few records of a label is expected to get it right as others do.

    Parameters
    ----------
    strength : float, votes
        s: how many votes a row's prior weighs.
    ease_votes : float or None, votes
        How many votes a label's ease is drawn toward that of all by; None: labels are as easy as
        each other.

    Attributes
    ----------
    ease_ : ndarray of shape (n_labels,), nats, or None
        As of the last full fit.

    Examples
    --------
    One annotator of a crowd that is right in 8 of 10, without votes: the prior alone.

    >>> two = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> weigher = ConfusionWeigher()
    >>> weigher.crowd_ = CrowdEstimate(0.8, two, np.log([0.5, 0.5]))
    >>> np.exp(weigher.weights(np.zeros((2, 2)), np.array([0]))).round(6)
    array([[0.8, 0.2],
           [0.2, 0.8]])
    """

    ease_: Floats | None

    def __init__(self, strength: float = 4.0, ease_votes: float | None = None) -> None:
        self.strength = strength
        self.ease_votes = ease_votes
        self.ease_ = None

    def see_crowd(self, counts: Floats, labels: Floats) -> None:
        super().see_crowd(counts, labels)
        if self.ease_votes is not None:
            self.ease_ = ease_of(counts, self.crowd_.accuracy, self.ease_votes)

    def weights(self, counts: Floats, annotators: Ints) -> Floats:
        return log_confusion(counts, self.crowd_, self.strength, self.ease_)

    def state(self) -> dict[str, Any]:
        ease = {} if self.ease_ is None else {"ease": self.ease_}
        return super().state() | {"strength": self.strength} | ease

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        super().restore(tally, state)
        self.strength = float(state["strength"])
        self.ease_ = np.array(state["ease"], np.float64) if "ease" in state else None


def ease_of(counts: Floats, accuracy: float, votes: float) -> Floats:
    """How much easier each label is than all: the log-odds of its votes' being right, less the crowd's.

    The share of right votes of a label is drawn toward the crowd's accuracy as by `votes` votes.

    Parameters
    ----------
    counts : ndarray of shape (n_annotators · n_labels, n_labels), as `Tally.counts`
    accuracy : float in [0, 1], the crowd's

    Returns
    -------
    ndarray of shape (n_labels,), nats, by true label

    >>> counts = np.array([[12.0, 4.0], [0.0, 4.0]])  # where a is true: 12 of 12; b: 4 of 8
    >>> np.exp(ease_of(counts, 0.8, 8.0))  # (12 + 8 · 0.8) / 20 = 0.92, (4 + 8 · 0.8) / 16 = 0.65
    array([2.875     , 0.46428571])
    """
    k = counts.shape[1]
    cubes = counts.reshape(-1, k, k)
    hits, seen = np.einsum("jkk->k", cubes), np.einsum("jlk->k", cubes)
    right = (np.maximum(hits, 0.0) + votes * accuracy) / (np.maximum(seen, 0.0) + votes)
    return np.asarray((logit(right) - logit(accuracy)).round(DIGITS), np.float64)


def log_confusion(
    counts: Floats, crowd: CrowdEstimate, strength: float, ease: Floats | None = None
) -> Floats:
    """log θ, see `ConfusionWeigher`; arguments and result as `Weigher.weights` has them."""
    k = counts.shape[1]
    cubes = np.maximum(counts, 0.0).reshape(-1, k, k)  # [annotator, given, true]
    right = expected_accuracy(cubes, crowd.accuracy)[0][:, None]  # by true label, if at all
    if ease is not None:
        odds = right * np.exp(ease)
        right = odds / (odds + 1 - right)
    prior = (1 - right)[:, None] * crowd.errors.T
    prior[:, np.arange(k), np.arange(k)] = right if k > 1 else 1.0
    expected = cubes + strength * prior
    expected /= np.einsum("jlk->jk", expected)[:, None]
    weights: Floats = np.log(expected).round(DIGITS).reshape(-1, k)
    return weights
