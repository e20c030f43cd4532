"""How a correction is learned from adjudications: a few weights, drawn toward doing nothing.

Several are learned, from poor to rich; cross-validation tells how far each is believed, and whether
any of them is. What a correction is, is `correction`'s business, and when one is learned again
`adjudication_learner`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.correction.correction import (
    Correction,
    Examples,
    mixed,
    no_correction,
)

FOLDS = 5

SCALE_PENALTY = 4.0
BIAS_PENALTY = 4.0
"""1 / variance of what is expected of the scale (round 1) and of each bias (round 0, nats)."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a correction may learn. Penalties are 1 / variance of what is expected; infinite: nothing.

    Attributes
    ----------
    own : float
        Of how much more each annotator's vote counts for the label given.
    cells : float
        Of everything that each annotator's vote may count for each label.
    """

    name: str
    own: float = np.inf
    cells: float = np.inf


CAPACITIES = (
    Capacity("a scale and a bias per label"),
    Capacity("a weight per annotator", own=1.0),
    Capacity("a weight per annotator, more freely", own=0.3),
    Capacity("a weight per annotator and label", own=2.0, cells=2.0),
)


def fitted(examples: Examples, true: Ints, capacity: Capacity) -> Correction:
    """Multinomial logistic regression with a Gaussian prior around `no_correction` (L-BFGS).

    Parameters
    ----------
    true : ndarray of shape (n,), codes of the adjudicated labels

    >>> examples = Examples(np.zeros((8, 2)), sparse.csr_array((8, 0)), np.zeros((8, 2)))
    >>> fitted(examples, np.zeros(8, np.intp), CAPACITIES[0]).bias.round(2)  # it is always the first
    array([ 0.52, -0.52])
    """
    k, cells = examples.evidence.shape[1], examples.votes.shape[1]
    m = cells // k
    heard = np.zeros(m, bool)  # only of annotators who voted here anything is learned
    heard[np.unique(examples.votes.indices) // k] = True
    some = int(heard.sum())
    wanted = np.repeat(heard, k)
    votes = sparse.csr_array(examples.votes[:, wanted]) if cells else examples.votes
    turned = sparse.csr_array(votes.T)
    given = np.tile(np.eye(k), (some, 1))
    hit = np.eye(k)[true]
    n_own = some if np.isfinite(capacity.own) else 0
    n_cells = some * k * k if np.isfinite(capacity.cells) else 0

    def unfold(x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        ends = np.cumsum([2, k, n_own, n_cells])[:-1]
        a, b, own, of_cells = np.split(x, ends)
        return a, b, own, of_cells.reshape(-1, k)

    def added(own: Floats, of_cells: Floats) -> Floats:
        table = np.zeros((some * k, k))
        if n_own:
            table += given * np.repeat(own, k)[:, None]
        return table + of_cells if n_cells else table

    def loss(x: Floats) -> tuple[float, Floats]:
        a, b, own, of_cells = unfold(x)
        log = a[0] * examples.evidence + a[1] * examples.content + b
        log = log + votes @ added(own, of_cells)
        log -= log.max(axis=1, keepdims=True)
        total = np.log(np.exp(log).sum(axis=1, keepdims=True))
        error = np.exp(log - total) - hit
        value = float((total[:, 0] - (log * hit).sum(axis=1)).sum())
        value += SCALE_PENALTY / 2 * float(((a - 1) ** 2).sum()) + BIAS_PENALTY / 2 * float(b @ b)
        slope = np.array([(error * examples.evidence).sum(), (error * examples.content).sum()])
        slopes = [slope + SCALE_PENALTY * (a - 1), error.sum(axis=0) + BIAS_PENALTY * b]
        by_cell = turned @ error
        if n_own:
            value += capacity.own / 2 * float(own @ own)
            slopes.append((by_cell * given).sum(axis=1).reshape(some, k).sum(axis=1))
            slopes[-1] += capacity.own * own
        if n_cells:
            value += capacity.cells / 2 * float((of_cells**2).sum())
            slopes.append((by_cell + capacity.cells * of_cells).ravel())
        return value, np.concatenate(slopes)

    start = np.zeros(2 + k + n_own + n_cells)
    start[:2] = 1.0
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    a, b, own, of_cells = unfold(np.asarray(found, np.float64))
    table = np.zeros((cells, k))
    table[wanted] = added(own, of_cells)
    return Correction(float(a[0]), float(a[1]), b, table)


def losses(log_odds: Floats, true: Ints) -> Floats:
    """Log loss of each record, nats."""
    p = softmax(log_odds)
    return np.asarray(-np.log(np.clip(p[np.arange(len(true)), true], 1e-6, 1)), np.float64)


def validated(
    examples: Examples, true: Ints, capacity: Capacity, group: Ints | None = None
) -> Floats:
    """Each record's log-odds when corrected by the other folds, shape (n, n_labels).

    Records go to FOLDS folds in turn, from those that the untrained model gets most wrong to those
    that it gets right: the folds are equally hard, and neither order nor names matter. What has the
    same number in `group` stays together.
    """
    k, cells = examples.evidence.shape[1], examples.votes.shape[1]
    before = no_correction(k, cells).log_odds(examples)
    group = np.arange(len(true)) if group is None else group
    hard = np.bincount(group, losses(before, true)) / np.maximum(np.bincount(group), 1)
    order = np.argsort(hard.round(9), kind="stable")
    fold = np.empty(len(hard), np.intp)
    fold[order] = np.arange(len(hard)) % FOLDS
    fold, found = fold[group], np.empty_like(before)
    for turn in range(FOLDS):
        out, rest = np.flatnonzero(fold == turn), np.flatnonzero(fold != turn)
        correction = fitted(examples.of(rest), true[rest], capacity)
        found[out] = correction.log_odds(examples.of(out))
    return found


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying to learn a correction.

    Attributes
    ----------
    correction : Correction
        `no_correction` where that was the best of all.
    used : bool
        Whether it is anything else.
    capacity : Capacity, the best one
    before, after : ndarray of shape (n, n_labels), nats
        Log-odds without a correction, and cross-validated with it; where it is not used, with the
        best one's.
    """

    correction: Correction
    used: bool
    capacity: Capacity
    before: Floats
    after: Floats

    @property
    def chosen(self) -> Floats:
        """Of `before` and `after` what decides."""
        return self.after if self.used else self.before


def tried(
    examples: Examples,
    true: Ints,
    capacities: Sequence[Capacity] = CAPACITIES,
    group: Ints | None = None,
) -> Trial:
    """Learn a correction, or find that none helps.

    Corrections, and none as one of them, are mixed by ``exp(-n · log loss)``, n the adjudications
    and the log loss cross-validated (pseudo-Bayesian model averaging: Geisser & Eddy, JASA 74
    (1979)): picking the best one outright would follow chance. Where the untrained model is the
    best of all, it stays as it is.

    Parameters
    ----------
    true : ndarray of shape (n,), codes of the adjudicated labels
    group : ndarray of shape (n,), or None
        Which adjudication each row is from, 0, 1, …; None: each from one of its own.
    """
    n = len(true) if group is None else int(group.max()) + 1
    none = no_correction(examples.evidence.shape[1], examples.votes.shape[1])
    with_each = [validated(examples, true, each, group) for each in capacities]
    log_odds = [none.log_odds(examples), *with_each]
    loss = np.array([losses(each, true).mean() for each in log_odds]).round(9)
    best = int(loss[1:].argmin())
    if not loss.argmin():
        return Trial(none, False, capacities[best], log_odds[0], log_odds[best + 1])
    weights = softmax(-n * loss[None])[0]
    together = sum((w * each for w, each in zip(weights, log_odds, strict=True)), np.zeros(1))
    correction = mixed([none, *(fitted(examples, true, each) for each in capacities)], weights)
    after = np.asarray(together, np.float64)
    return Trial(correction, True, capacities[best], log_odds[0], after)


def agreeing(votes: AnyInts, true: Ints) -> Floats:
    """How far majority vote agrees with the adjudications, shape (n,): in a tie in part.

    Parameters
    ----------
    votes : ndarray of shape (n, n_labels), how many voted for each

    >>> agreeing(np.array([[2, 1], [1, 1]]), np.array([0, 0]))
    array([1. , 0.5])
    """
    most = votes == votes.max(axis=1, keepdims=True)
    return np.asarray(most[np.arange(len(true)), true] / most.sum(axis=1), np.float64)
