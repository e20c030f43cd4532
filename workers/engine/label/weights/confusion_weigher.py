"""Weights by Dawid and Skene: every annotator has a confusion matrix with a hierarchical prior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

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
    the diagonal, and beside it what the whole crowd gives when it errs.

    Parameters
    ----------
    strength : float, votes
        s: how many votes a row's prior weighs.

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

    def __init__(self, strength: float = 4.0) -> None:
        self.strength = strength

    def weights(self, counts: Floats, annotators: Ints) -> Floats:
        return log_confusion(counts, self.crowd_, self.strength)

    def state(self) -> dict[str, Any]:
        return super().state() | {"strength": self.strength}

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        super().restore(tally, state)
        self.strength = float(state["strength"])


def log_confusion(counts: Floats, crowd: CrowdEstimate, strength: float) -> Floats:
    """log θ, see `ConfusionWeigher`; arguments and result as `Weigher.weights` has them."""
    k = counts.shape[1]
    cubes = np.maximum(counts, 0.0).reshape(-1, k, k)  # [annotator, given, true]
    accuracy, _ = expected_accuracy(cubes, crowd.accuracy)
    prior = (1 - accuracy)[:, None, None] * crowd.errors.T
    prior[:, np.arange(k), np.arange(k)] = accuracy[:, None] if k > 1 else 1.0
    expected = cubes + strength * prior
    expected /= np.einsum("jlk->jk", expected)[:, None]
    weights: Floats = np.log(expected).round(DIGITS).reshape(-1, k)
    return weights
