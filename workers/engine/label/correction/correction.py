"""What is added to what votes say, and the examples that it is learned from.

How it is learned, and whether it helps, is `fitting`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.label.votes import given_rows


@dataclass(frozen=True, slots=True)
class Examples:
    """Adjudicated records as the untrained model has them, each with its own adjudication left out.

    Attributes
    ----------
    evidence : ndarray of shape (n, n_labels), nats, tempered
    votes : csr_array of shape (n, n_annotators · n_labels), each vote's worth, tempered
    content : ndarray of shape (n, n_labels), nats, what the texts say
    """

    evidence: Floats
    votes: sparse.csr_array
    content: Floats

    def of(self, rows: Ints) -> Examples:
        return Examples(self.evidence[rows], self.votes[rows], self.content[rows])


@dataclass(frozen=True, slots=True)
class Correction:
    """What is added to the untrained model's log posterior.

    ``log P = scale · evidence + votes · (own + cells) + trust · content + bias``

    Attributes
    ----------
    scale, trust : float
    bias : ndarray of shape (n_labels,), nats
    added : ndarray of shape (n_annotators · n_labels, n_labels), nats, in the layout of the weights
    """

    scale: float
    trust: float
    bias: Floats
    added: Floats

    def state(self) -> dict[str, Any]:
        """What an archive of arrays can hold, by the keys of release 0.1; `restore` is the inverse."""
        return {
            "lesson_scale": self.scale,
            "lesson_trust": self.trust,
            "lesson_bias": self.bias,
            **given_rows.packed("lesson_added", self.added),
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Correction:
        return cls(
            float(state["lesson_scale"]),
            float(state["lesson_trust"]),
            np.array(state["lesson_bias"], np.float64),
            given_rows.unpacked("lesson_added", state),
        )

    def log_odds(self, examples: Examples) -> Floats:
        log = self.scale * examples.evidence + self.trust * examples.content + self.bias
        return np.asarray(log + examples.votes @ self.added, np.float64)


def joined(one: Examples, other: Examples) -> Examples:
    """The rows of both."""
    return Examples(
        np.concatenate([one.evidence, other.evidence]),
        sparse.csr_array(sparse.vstack([one.votes, other.votes])),
        np.concatenate([one.content, other.content]),
    )


def no_correction(n_labels: int, n_cells: int) -> Correction:
    """The correction that changes nothing.

    >>> no_correction(2, 0).bias
    array([0., 0.])
    """
    return Correction(1.0, 1.0, np.zeros(n_labels), np.zeros((n_cells, n_labels)))


def mixed(corrections: Sequence[Correction], weights: Floats) -> Correction:
    """The corrections' mean, which is the log-linear pool of what they say."""
    return Correction(
        float(sum(w * each.scale for w, each in zip(weights, corrections, strict=True))),
        float(sum(w * each.trust for w, each in zip(weights, corrections, strict=True))),
        sum((w * each.bias for w, each in zip(weights, corrections, strict=True)), np.zeros(1)),
        sum((w * each.added for w, each in zip(weights, corrections, strict=True)), np.zeros(1)),
    )
