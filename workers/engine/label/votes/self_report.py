"""How sure annotators said they were, and what that has proved to be worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats

SURENESS = 6
"""Kinds of votes by how sure their annotators said they were: 0 where nobody asked, 1 … 5 for
confidences about 0, 1/4, 1/2, 3/4 and 1."""

VOTES = 20.0
"""How many votes the belief that saying so means nothing is worth."""

MAX_WEIGHT = 3.0
"""No vote counts more than so many others."""


def sureness(confidence: float | None) -> int:
    """The kind of a vote with this confidence, a probability.

    >>> sureness(None), sureness(0.0), sureness(0.7), sureness(1.0)
    (0, 1, 4, 5)
    """
    if confidence is None or confidence != confidence:  # not a number is no confidence
        return 0
    return 1 + round(4 * min(max(confidence, 0.0), 1.0))


class Proof:
    """What a vote of each kind is worth: its log-odds of being right, against those expected.

    ``worth[s] = logit a[s] / logit e[s]``, a the share of right votes of kind s, drawn toward what
    was expected as by VOTES votes, and e what was expected; from 0 to MAX_WEIGHT. Votes whose sureness
    nobody asked are worth 1.

    >>> proof = Proof()
    >>> kinds = np.repeat(np.array([1, 5], np.int8), 80)  # not sure at all, quite sure
    >>> proof.add(kinds, np.repeat([0.6, 1.0], 80), np.full(160, 0.8))
    >>> proof.worth().round(2)
    array([1.  , 0.42, 1.  , 1.  , 1.  , 2.29])
    """

    def __init__(self) -> None:
        self.n, self.hits, self.hoped = np.zeros((3, SURENESS))

    def add(self, kinds: NDArray[np.int8], right: Floats, expected: Floats) -> None:
        """Take in some votes.

        Parameters
        ----------
        kinds : ndarray of shape (n_votes,)
        right : ndarray of shape (n_votes,), the probability that the vote is right
        expected : ndarray of shape (n_votes,), the annotator's accuracy
        """
        self.n += np.bincount(kinds, minlength=SURENESS)
        self.hits += np.bincount(kinds, right, SURENESS)
        self.hoped += np.bincount(kinds, expected, SURENESS)

    def worth(self) -> Floats:
        """Shape (SURENESS,)."""
        hoped = self.hoped / np.maximum(self.n, 1)
        found = (self.hits + VOTES * hoped) / (self.n + VOTES)
        worth = np.ones(SURENESS)
        for kind in np.flatnonzero(self.n[1:]) + 1:
            odds = _logit(hoped[kind])
            if odds > 0.1:  # those who are hardly better than chance say nothing about sureness
                worth[kind] = np.clip(_logit(found[kind]) / odds, 0.0, MAX_WEIGHT)
        return worth


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return float(np.log(p / (1 - p)))
