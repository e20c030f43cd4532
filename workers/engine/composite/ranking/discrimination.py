"""How sharply each annotator of rankings tells the merits of items apart.

The merits, given that, are `merits`' question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from argilla_distill.workers.engine.composite.ranking.merits import (
    Merits,
    PairVotes,
    posterior_merits,
)
from argilla_distill.workers.engine.contract.numbers import Floats

USUAL = 1.2
VARIANCE = 0.5
"""Before a crowd's first rankings: how sharp its annotators are, and how much that varies."""

PRIOR_ANNOTATORS = 2.0
"""How many annotators what is believed of that variance is worth."""

VERDICT = 5.0
"""How sharp a reviewer is taken to be."""

ITERATIONS = 30
NEAR = 0.01
"""Rounds of EM at most, each a step of Newton's method for merits and one for annotators; it ends when
nobody's sharpness moves by more."""

NODES = np.array([-np.sqrt(3.0), 0.0, np.sqrt(3.0)])
SHARES = np.array([1.0, 4.0, 1.0]) / 6
"""Where a normal distribution is looked at, and with which weight (Gauss and Hermite's rule)."""


class Discrimination(NamedTuple):
    """How sharp annotators are.

    Attributes
    ----------
    sharp : ndarray of shape (n_annotators,)
        β of each, see `posterior_merits`.
    usual : float
        That of somebody of whom nothing is known.
    """

    sharp: Floats
    usual: float


def discrimination(groups: Sequence[PairVotes], n_annotators: int) -> Discrimination:
    """Learn how sharp annotators are, and the items' merits, from each other (EM).

    With merits normal as `posterior_merits` has them, d = s[a] - s[b], and w the votes' weights::

        β[j] = argmax Σ w E[y log σ(β d) + (1 - y) log σ(-β d)] - (β - μ)² / 2τ²
        μ    = (Σ β / τ² + USUAL / VARIANCE) / (n / τ² + 1 / VARIANCE)
        τ²   = (Σ ((β - μ)² + var β) + PRIOR_ANNOTATORS · VARIANCE) / (n + PRIOR_ANNOTATORS)

    So how much annotators differ is learned too, and nobody is told apart from the others by a few
    votes: Lee, Steyvers & Miller, A cognitive model for aggregating people's rankings, PLoS ONE 9
    (2014), where the model is Thurstone's. The expectation keeps whoever agrees with merits that are
    hardly known from being taken for an expert.

    Parameters
    ----------
    groups : for each number of items, the votes on records of so many
        The annotator numbered n_annotators is the reviewer.

    Two rank five items of forty records as they are, one the other way round:

    >>> cell = np.tile(np.arange(400), 3)
    >>> said = np.repeat([1.0, 1.0, 0.0], 400)
    >>> votes = PairVotes.of(40, 5, cell, np.repeat([0, 1, 2], 400), said)
    >>> found = discrimination([votes], 3)
    >>> bool(found.sharp[0] == found.sharp[1] > 2), bool(found.sharp[2] < -2)
    (True, True)
    """
    sharp = np.append(np.full(n_annotators, USUAL), VERDICT)
    usual, variance = USUAL, VARIANCE
    starts: list[Floats | None] = [None] * len(groups)
    for _ in range(ITERATIONS):
        found = [
            posterior_merits(said, sharp[said.annotator], start, rounds=1)
            for said, start in zip(groups, starts, strict=True)
        ]
        starts = [merits.mean for merits in found]
        new, bend = _sharper(groups, found, sharp, usual, variance)
        usual = (new.sum() / variance + USUAL / VARIANCE) / (n_annotators / variance + 1 / VARIANCE)
        spread = ((new - usual) ** 2 + 1 / bend).sum() + PRIOR_ANNOTATORS * VARIANCE
        variance = spread / (n_annotators + PRIOR_ANNOTATORS)
        far = np.abs(new - sharp[:-1]).max(initial=0.0)
        sharp[:-1] = new
        if far < NEAR:
            break
    return Discrimination(sharp[:-1], float(usual))


def _sharper(
    groups: Sequence[PairVotes],
    found: Sequence[Merits],
    sharp: Floats,
    usual: float,
    variance: float,
) -> tuple[Floats, Floats]:
    """Each annotator's β given the merits, and minus the second derivative there; not the reviewer's."""
    n = len(sharp)
    slope, bend = (usual - sharp) / variance, np.full(n, 1 / variance)
    for said, merits in zip(groups, found, strict=True):
        mean, spread = (each.ravel()[said.cell] for each in merits.apart())
        deviation, beta = np.sqrt(spread), sharp[said.annotator]
        for node, share in zip(NODES, SHARES, strict=True):
            d = mean + node * deviation
            q = expit(beta * d)
            weight = share * said.weight * d
            slope += np.bincount(said.annotator, weight * (said.first - q), n)
            bend += np.bincount(said.annotator, weight * d * q * (1 - q), n)
    return (sharp + np.clip(slope / bend, -1.0, 1.0))[:-1], bend[:-1]
