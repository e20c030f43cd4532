"""What may be taught to a pool of votes: what is added to it, and what it is learned from.

How it is learned, and whether it helps, is `teaching`'s.
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
class Reading:
    """Records as the untrained pool reads them, each with its own adjudication left out.

    Attributes
    ----------
    evidence : ndarray of shape (n, n_labels), nats, tempered
    votes : csr_array of shape (n, n_annotators · n_labels), each vote's worth, tempered
    content : ndarray of shape (n, n_labels), nats, what the texts say
    """

    evidence: Floats
    votes: sparse.csr_array
    content: Floats

    def of(self, rows: Ints) -> Reading:
        return Reading(self.evidence[rows], self.votes[rows], self.content[rows])


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is added to the pool.

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
        return {
            "lesson_scale": self.scale,
            "lesson_trust": self.trust,
            "lesson_bias": self.bias,
            **given_rows.packed("lesson_added", self.added),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Lesson:
        return cls(
            float(state["lesson_scale"]),
            float(state["lesson_trust"]),
            np.array(state["lesson_bias"], np.float64),
            given_rows.unpacked("lesson_added", state),
        )

    def log_odds(self, reading: Reading) -> Floats:
        told = self.scale * reading.evidence + self.trust * reading.content + self.bias
        return np.asarray(told + reading.votes @ self.added, np.float64)


def untaught(n_labels: int, n_cells: int) -> Lesson:
    """The lesson that changes nothing.

    >>> untaught(2, 0).bias
    array([0., 0.])
    """
    return Lesson(1.0, 1.0, np.zeros(n_labels), np.zeros((n_cells, n_labels)))


def mixed(lessons: Sequence[Lesson], weights: Floats) -> Lesson:
    """The lessons' mean, which is the log-linear pool of what they say."""
    return Lesson(
        float(sum(w * each.scale for w, each in zip(weights, lessons, strict=True))),
        float(sum(w * each.trust for w, each in zip(weights, lessons, strict=True))),
        sum((w * each.bias for w, each in zip(weights, lessons, strict=True)), np.zeros(1)),
        sum((w * each.added for w, each in zip(weights, lessons, strict=True)), np.zeros(1)),
    )
