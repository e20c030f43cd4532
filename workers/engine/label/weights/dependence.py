"""How far the votes on a record depend on each other: what many votes are worth.

Which annotators in particular err together is `cliques`'s question.
"""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats

USUAL = 1.0
"""ρ of crowds that nothing is known of: however many agree, they count as one."""

TRUST = 0.35
"""How far the crowd's own ρ counts against the usual one, between 0 and 1. Not 1: all that misleads
everybody alike stays hidden from votes, so they make one another look more independent than they
are."""

GRID = np.array([0.02, 0.05, 0.1, 0.2, 0.4, 0.8])
"""The values of ρ that are tried."""


def discount(n_votes: AnyInts, dependence: float) -> Floats:
    """What each of a record's votes is worth, given how they depend: 1 / (1 + ρ · (n - 1)).

    Votes are not independent given the true label: what misleads one annotator about a record misleads
    the next. With a correlation ρ between the votes on a record, n votes are worth n / (1 + ρ(n - 1))
    independent ones, never more than 1/ρ: Kish's design effect (Survey Sampling, 1965).

    >>> discount(np.array([0, 1, 3]), 0.5)
    array([1. , 1. , 0.5])
    """
    return np.asarray(1 / (1 + dependence * np.maximum(n_votes - 1, 0)), np.float64)


def predictive(evidence: Floats, chance: Floats, n_others: AnyInts) -> Floats:
    """How well the other votes predict each vote, for every ρ of GRID: log likelihoods, summed.

    ``Σ_votes log Σ_k softmax(evidence · discount(n_others, ρ))[k] · chance[k]``

    Parameters
    ----------
    evidence : ndarray of shape (n_votes, n_labels), nats
        What the other votes on the vote's record say, with the record left out where their
        annotators were judged.
    chance : ndarray of shape (n_votes, n_labels)
        P(the vote | true label k).
    n_others : ndarray of shape (n_votes,)

    >>> sure, right = np.array([[4.0, 0.0]]), np.array([[0.9, 0.1]])
    >>> bool(np.diff(predictive(sure, right, np.array([5]))).max() < 0)  # so ρ had better be small
    True
    """
    found, evidence = [], evidence - evidence.max(axis=1, keepdims=True)
    for rho in GRID:
        believed = evidence * discount(n_others, rho)[:, None]
        believed = np.exp(believed, out=believed)
        predicted = np.einsum("vk,vk->v", believed, chance) / np.einsum("vk->v", believed)
        found.append(np.log(np.maximum(predicted, 1e-12)).sum())
    return np.array(found)


def between(likelihood: Floats, unexplained: float = 0.0) -> float:
    """ρ to publish with: the crowd's best, by TRUST, and the usual, as a geometric mean.

    As far as skill does not explain who votes like whom (`jury`), predicting votes tells of families
    and not of the truth, and the usual counts instead.

    The best is the vertex of a parabola through the best of GRID and its neighbours (in log ρ).

    >>> round(between(np.zeros(len(GRID))), 2), round(between(-np.arange(6.0)), 3)
    (1.0, 0.254)
    """
    if np.ptp(likelihood) == 0:
        return USUAL
    at = int(likelihood.argmax())
    best = np.log(GRID[at])
    if 0 < at < len(GRID) - 1:
        a, b, _ = np.polyfit(np.log(GRID[at - 1 : at + 2]) - best, likelihood[at - 1 : at + 2], 2)
        best += -b / (2 * a) if a < 0 else 0.0
    trust = TRUST * (1 - unexplained)
    return float(np.exp((1 - trust) * np.log(USUAL) + trust * best))
