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

    ``log P = scale · evidence + votes · (added + common) + trust · content + bias``

    Attributes
    ----------
    scale, trust : float
    bias : ndarray of shape (n_labels,), nats
    added : ndarray of shape (n_annotators · n_labels, n_labels), nats, in the layout of the weights
        Each annotator's own.
    common : ndarray of shape (n_labels, n_labels), nats, [given, label]
        Everybody's, also of who came later.
    """

    scale: float
    trust: float
    bias: Floats
    added: Floats
    common: Floats

    def state(self) -> dict[str, Any]:
        """What an archive of arrays can hold, `restore` is the inverse.

        Release 0.1 had all of these keys but one: what is common to all annotators was not learned.
        """
        return {
            "lesson_scale": self.scale,
            "lesson_trust": self.trust,
            "lesson_bias": self.bias,
            "lesson_common": self.common,
            **given_rows.packed("lesson_added", self.added),
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Correction:
        bias = np.array(state["lesson_bias"], np.float64)
        nothing = np.zeros((len(bias), len(bias)))
        return cls(
            float(state["lesson_scale"]),
            float(state["lesson_trust"]),
            bias,
            given_rows.unpacked("lesson_added", state),
            np.array(state.get("lesson_common", nothing), np.float64),
        )

    def log_odds(self, examples: Examples) -> Floats:
        log = self.scale * examples.evidence + self.trust * examples.content + self.bias
        every = np.arange(len(self.added))
        return np.asarray(log + examples.votes @ self.of_cells(every), np.float64)

    def of_cells(self, cells: Ints) -> Floats:
        """What is added to these rows of weights; of annotators who came later, what is everybody's.

        Returns
        -------
        ndarray of shape (len(cells), n_labels), nats
        """
        found = self.common[cells % len(self.common)]
        known = cells < len(self.added)
        found[known] += self.added[cells[known]]
        return found


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
    nothing = np.zeros((n_labels, n_labels))
    return Correction(1.0, 1.0, np.zeros(n_labels), np.zeros((n_cells, n_labels)), nothing)


def multiplied(correction: Correction, by: float) -> Correction:
    """All that the correction says, more or less sure.

    >>> multiplied(no_correction(2, 0), 0.5).scale
    0.5
    """
    return mixed([correction], np.array([by]))


def mixed(corrections: Sequence[Correction], weights: Floats) -> Correction:
    """The corrections' mean, which is the log-linear pool of what they say."""
    pairs = list(zip(weights.tolist(), corrections, strict=True))
    return Correction(
        sum(w * each.scale for w, each in pairs),
        sum(w * each.trust for w, each in pairs),
        sum((w * each.bias for w, each in pairs), np.zeros(1)),
        sum((w * each.added for w, each in pairs), np.zeros(1)),
        sum((w * each.common for w, each in pairs), np.zeros(1)),
    )
