"""How counts of what annotators got right become weights of their votes: one half of EM.

The other half, from weights to how far each label answers for a record, is `em`'s.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from argilla_distill.workers.engine.contract.facts import Fact
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.reliability import crowd_accuracy
from argilla_distill.workers.engine.contract.shares import shares
from argilla_distill.workers.engine.label.votes.tally import Tally

DIGITS = 10
"""Weights are rounded to so many decimals: EM would blow the last bit of a float up to a decision
where votes are symmetric, and that bit depends on the order of the votes."""


class CrowdEstimate(NamedTuple):
    """What all annotators share, as of the last full fit.

    Attributes
    ----------
    accuracy : float in [0, 1]
    errors : ndarray of shape (n_labels, n_labels), rows sum to 1
        ``errors[true, given]``: what the crowd gives instead of the true label; diagonal 0.
    log_prior : ndarray of shape (n_labels,), nats
        The log of how frequent the labels are.
    """

    accuracy: float
    errors: Floats
    log_prior: Floats

    @classmethod
    def of(cls, counts: Floats, labels: Floats) -> CrowdEstimate:
        """The M-step of what all annotators share; labels are smoothed by one record each.

        Parameters
        ----------
        counts : ndarray of shape (n_annotators · n_labels, n_labels), as `Tally.counts`
        labels : ndarray of shape (n_labels,), how many records each answers for

        >>> crowd = CrowdEstimate.of(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([3.0, 1.0]))
        >>> crowd.accuracy, np.exp(crowd.log_prior).round(3)  # (6 + 20 · 0.7) / 26; (3 + 1) / 6
        (0.7692307692, array([0.667, 0.333]))
        """
        k = len(labels)
        cubes = counts.reshape(-1, k, k)
        errors = (cubes.sum(axis=0).T + 1.0) * (1 - np.eye(k))
        log_prior = np.round(np.log((labels + 1) / (labels.sum() + k)), DIGITS)
        accuracy = round(crowd_accuracy(cubes), DIGITS)
        return cls(accuracy, shares(errors) if k > 1 else errors, log_prior)

    def state(self) -> dict[str, Any]:
        return {"crowd": self.accuracy, "errors": self.errors, "log_prior": self.log_prior}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> CrowdEstimate:
        errors, log_prior = (np.array(state[key], np.float64) for key in ("errors", "log_prior"))
        return cls(float(state["crowd"]), errors, log_prior)


class Weigher(ABC):
    """What a vote weighs, given its annotator's confusion counts and the crowd's.

    Attributes
    ----------
    tally : Tally
        Read where more than counts is needed; a weigher never changes it.
    crowd_ : CrowdEstimate
    """

    tally: Tally
    crowd_: CrowdEstimate

    def begin(self, tally: Tally, facts: list[Fact]) -> None:
        """Forget everything; from now on weigh the votes of this tally."""
        self.tally = tally

    def prepare(self, unexplained: float = 0.0) -> None:
        """Take in, before a full fit, what does not change with the responsibilities.

        Parameters
        ----------
        unexplained : as in `Jury`
        """
        return

    def see_crowd(self, counts: Floats, labels: Floats) -> None:
        """M-step of what all annotators share, see `CrowdEstimate.of`."""
        self.crowd_ = CrowdEstimate.of(counts, labels)

    @abstractmethod
    def weights(self, counts: Floats, annotators: Ints) -> Floats:
        """M-step of some annotators' weights.

        Parameters
        ----------
        counts : ndarray of shape (len(annotators) · n_labels, n_labels), as `Tally.counts`

        Returns
        -------
        ndarray like `counts`, nats: ``weights[annotator · n_labels + given, true]``
        """

    def accuracy(self) -> tuple[Floats, Floats]:
        """Each annotator's expected accuracy, and its worth in votes (Beta mean and strength)."""
        return self.tally.accuracy()

    def confusions(self, weights: Floats) -> Floats:
        """confusion[annotator, true, given] of all annotators, rows sum to 1.

        Parameters
        ----------
        weights : ndarray of shape (≥ n_annotators · n_labels, n_labels), their weights
        """
        k, n = self.tally.n_labels, self.tally.n_annotators
        cubes = weights[: n * k].reshape(n, k, k)
        return np.asarray(np.exp(cubes.transpose(0, 2, 1)), np.float64)

    def state(self) -> dict[str, Any]:
        return self.crowd_.state()

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        self.tally = tally
        self.crowd_ = CrowdEstimate.restore(state)
