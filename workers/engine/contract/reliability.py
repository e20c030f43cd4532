"""How good annotators are expected to be, from expected counts of what they got right.

`workers.engine.contract.strategy.Reliability` is what a strategy returns about them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import betaincinv

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.strategy import Reliability

CROWD_ACCURACY = 0.7
CROWD_VOTES = 20.0
"""Before a crowd's first vote: its accuracy, and how many votes that belief is worth."""

ANNOTATOR_VOTES = 8.0
"""How many votes of an annotator's own weigh as much as what the crowd is like."""


def crowd_accuracy(counts: Floats) -> float:
    """Share of true votes, drawn toward CROWD_ACCURACY as by CROWD_VOTES votes.

    >>> round(crowd_accuracy(np.array([[[2.0, 0.0], [0.0, 4.0]]])), 4)  # (6 + 20 · 0.7) / (6 + 20)
    0.7692
    """
    hits = float(np.einsum("jkk->", counts))
    return (hits + CROWD_VOTES * CROWD_ACCURACY) / (float(counts.sum()) + CROWD_VOTES)


def expected_accuracy(counts: Floats, crowd: float | Floats) -> tuple[Floats, Floats]:
    """Each annotator's expected accuracy, drawn toward the crowd's as by ANNOTATOR_VOTES votes.

    ``accuracy[j] = (hits[j] + s · crowd) / (votes[j] + s)``, s = ANNOTATOR_VOTES: an annotator
    never seen is as good as the crowd.

    Parameters
    ----------
    counts : ndarray of shape (n_annotators, n_labels, n_labels)
        Expected confusion counts; the orientation does not matter.
    crowd : float in [0, 1], or one for each annotator

    Returns
    -------
    accuracy : ndarray of shape (n_annotators,)
    strength : ndarray of shape (n_annotators,)
        Votes that the accuracy rests on: it is the mean of Beta(a · s, (1 - a) · s).

    >>> expected_accuracy(np.array([[[2.0, 0.0], [0.0, 4.0]]]), 0.8)[0]  # (6 + 8 · 0.8) / (6 + 8)
    array([0.88571429])
    """
    hits, votes = np.einsum("jkk->j", counts), np.einsum("jkl->j", counts)
    strength = votes + ANNOTATOR_VOTES
    return (hits + ANNOTATOR_VOTES * crowd) / strength, strength


def believed(
    annotator: str,
    accuracy: float,
    strength: float,
    n_votes: int,
    traits: Mapping[str, float] | None = None,
) -> Reliability:
    """Return a reliability whose accuracy is the mean of a Beta worth `strength` votes.

    >>> believed("ann", 0.8, 10.0, 2).low < 0.8 < believed("ann", 0.8, 10.0, 2).high
    True
    """
    accuracy = min(max(accuracy, 0.001), 0.999)
    low, high = interval(accuracy, strength)
    return Reliability(annotator, accuracy, float(low), float(high), n_votes, None, traits or {})


def interval(accuracy: Any, strength: Any) -> tuple[Any, Any]:
    """Return the ends of the interval that holds the accuracy with probability 0.9.

    The accuracy is the mean of Beta(a · s, (1 - a) · s); numbers, or arrays of one shape.

    >>> [round(float(end), 2) for end in interval(0.5, 2.0)]  # Beta(1, 1): all are as probable
    [0.05, 0.95]
    """
    hits, misses = accuracy * strength, (1 - accuracy) * strength
    return betaincinv(hits, misses, 0.05), betaincinv(hits, misses, 0.95)
