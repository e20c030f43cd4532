"""How good annotators are expected to be, from expected counts of what they got right.

`workers.engine.contract.strategy.Reliability` is what a strategy answers about them.
"""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats

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
    hits, votes = np.einsum("jkk->j", counts), counts.sum(axis=(1, 2))
    strength = votes + ANNOTATOR_VOTES
    return (hits + ANNOTATOR_VOTES * crowd) / strength, strength
