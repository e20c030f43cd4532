"""EM on the votes of a label question: how weights of votes and responsibilities of labels explain
each other, from scratch.

What the weights are made of is a `Weigher`'s; the formulas are in
`workers.engine.label.additive_model.AdditiveModel`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.votes.tally import Tally
from argilla_distill.workers.engine.label.votes.vote_matrix import Block, majority
from argilla_distill.workers.engine.label.weights.weigher import Weigher

MAX_ITERATIONS = 200

TOLERANCE = 1e-4
"""EM has converged when no responsibility moves by more than this (a probability)."""


class Start(NamedTuple):
    """Where EM of two models of the same votes begins, and how far it goes.

    Attributes
    ----------
    first, second : ndarray of shape (n_records, n_labels), rows sum to 1, or None for the majority's
        Responsibilities by either model; they are overwritten.
    iterations : int or None
        At most so many of each; None: what is usual.
    parts : list of Block, or None
        The votes' matrix, where it is made already.
    """

    first: Floats | None = None
    second: Floats | None = None
    iterations: int | None = None
    parts: list[Block] | None = None


ANEW = Start()
"""From the majority on, until nothing moves."""


def expectation_maximisation(
    tally: Tally,
    weigher: Weigher,
    parts: list[Block],
    tempering: Floats,
    consensus: float = 0.0,
    start: Floats | None = None,
    iterations: int | None = None,
) -> Floats:
    """Set the tally's responsibilities and counts; no responsibility moves by more than TOLERANCE.

    Both steps are a product of the votes' matrix A, Aᵀ r and A w, and go through it in blocks.

    Dempster, Laird & Rubin, Maximum likelihood from incomplete data via the EM algorithm, JRSS B 39
    (1977).

    Parameters
    ----------
    parts : the votes' matrix
    tempering : ndarray of shape (n_records,)
        What the evidence on each record is multiplied by.
    consensus : float in [0, 1]
        How far annotators are judged by the majority, rather than by what the model makes of it.
    start : ndarray of shape (n_records, n_labels), rows sum to 1, or None for the majority's
        The first responsibilities; they are overwritten.
    iterations : int or None
        At most so many; None: MAX_ITERATIONS.

    Returns
    -------
    ndarray of shape (n_annotators · n_labels, n_labels), nats, as `Weigher.weights` has them

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.label.votes.vote_matrix import blocks
    >>> from argilla_distill.workers.engine.label.votes.votes import Votes
    >>> from argilla_distill.workers.engine.label.weights.confusion_weigher import ConfusionWeigher
    >>> said = {"ann": "abab", "ben": "abab", "cas": "baba"}  # cas has it upside down
    >>> votes = [Vote(f"r{i}", who, what) for who in said for i, what in enumerate(said[who])]
    >>> tally, weigher = Tally(Votes.of(("a", "b"), votes)), ConfusionWeigher()
    >>> tally.anchor_all([], [])
    >>> weights = expectation_maximisation(tally, weigher, blocks(tally.votes), np.ones(4))
    >>> bool((tally.responsibility[:, 0].round() == [1, 0, 1, 0]).all())
    True
    >>> bool(weights[4, 0] < weights[4, 1])  # when cas says a, it speaks for b
    True
    """
    tally.responsibility = np.zeros((0, tally.n_labels))  # memory, while it is made anew
    n, annotators = tally.n_records, np.arange(tally.n_annotators)
    held = majority(parts, n, tally.n_labels)
    r = tally.anchored(slice(n), held.copy()) if start is None else start
    shares = held.astype(np.float32) if consensus else None
    del held
    counts, labels = _seen(tally, parts, r)
    for _ in range(MAX_ITERATIONS if iterations is None else iterations):
        weigher.see_crowd(counts, labels)
        weights = weigher.weights(counts, annotators)
        near = shares, consensus
        change = _expect(tally, parts, r, weights, weigher.crowd_.log_prior, tempering, near)
        counts, labels = _seen(tally, parts, r)
        if change < TOLERANCE:
            break
    tally.responsibility, tally.counts = r, counts
    return weigher.weights(counts, annotators)


def held_near(
    responsibility: Floats, majority: NDArray[np.floating] | None, consensus: float
) -> Floats:
    """The responsibility, held near the majority's shares by `consensus`; changed in place.

    >>> held_near(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]), 0.2)
    array([[0.9, 0.1]])
    """
    if majority is not None:
        responsibility *= 1 - consensus
        responsibility += consensus * majority
    return responsibility


def _expect(
    tally: Tally,
    parts: list[Block],
    r: Floats,
    weights: Floats,
    log_prior: Floats,
    tempering: Floats,
    near: tuple[NDArray[np.float32] | None, float],
) -> float:
    """E-step: renew `r` in place; return how far it moved where there are votes.

    `near` has the majority's shares, and how far responsibilities are held near them.
    """
    moved, voted, (shares, consensus) = 0.0, tally.votes.degree > 0, near
    for block in parts:
        rows = block.rows
        fresh: Floats = block.worth @ weights
        fresh += log_prior
        fresh *= tempering[rows, None]
        fresh = held_near(softmax(fresh), None if shares is None else shares[rows], consensus)
        fresh = tally.anchored(rows, fresh)
        change, some = np.abs(fresh - r[rows]), voted[rows]
        moved = max(moved, float((change if some.all() else change[some]).max(initial=0.0)))
        r[rows] = fresh
    return moved


def _seen(tally: Tally, parts: list[Block], r: Floats) -> tuple[Floats, Floats]:
    """The counts as they follow from `r`, and how many records each label answers for."""
    counts, labels = np.zeros((parts[0].votes.shape[1], r.shape[1])), np.zeros(r.shape[1])
    anchored, voted = bool((tally.anchors >= 0).any()), tally.votes.degree > 0
    for block in parts:
        rows = block.rows
        heavy = r[rows] * tally.mass(rows)[:, None] if anchored else r[rows]
        counts += block.turned @ heavy
        labels += voted[rows].astype(np.float64) @ heavy
    return counts, labels
