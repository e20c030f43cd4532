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
    joined,
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


@dataclass(frozen=True, slots=True)
class Targets:
    """What examples should come to.

    Attributes
    ----------
    probability : ndarray of shape (n, n_labels), rows sum to 1
    weight : ndarray of shape (n,), what each example counts
    group : ndarray of shape (n,)
        Which record each is from, 0, 1, …; what is of one stays together.
    """

    probability: Floats
    weight: Floats
    group: Ints

    @classmethod
    def of(cls, true: Ints, n_labels: int, group: Ints | None = None) -> Targets:
        """Codes of adjudicated labels, each counting once, or in part where a record has several."""
        own = np.arange(len(true)) if group is None else group
        return cls(np.eye(n_labels)[true], np.ones(len(true)), own)

    def of_rows(self, rows: Ints) -> Targets:
        return Targets(self.probability[rows], self.weight[rows], self.group[rows])

    def losses(self, log_odds: Floats) -> Floats:
        """Cross-entropy of each example, nats, unweighed."""
        log = np.log(np.clip(softmax(log_odds), 1e-6, 1))
        return np.asarray(-(log * self.probability).sum(axis=1), np.float64)


def fitted(examples: Examples, targets: Targets, capacity: Capacity) -> Correction:
    """Multinomial logistic regression with a Gaussian prior around `no_correction` (L-BFGS).

    >>> examples = Examples(np.zeros((8, 2)), sparse.csr_array((8, 0)), np.zeros((8, 2)))
    >>> first = Targets.of(np.zeros(8, np.intp), 2)  # it is always the first
    >>> fitted(examples, first, CAPACITIES[0]).bias.round(2)
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
    hit, weight = targets.probability, targets.weight
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
        error = (np.exp(log - total) - hit) * weight[:, None]
        value = float(weight @ (total[:, 0] - (log * hit).sum(axis=1)))
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


def validated(examples: Examples, targets: Targets, capacity: Capacity) -> Floats:
    """Each record's log-odds when corrected by the other folds, shape (n, n_labels).

    Records go to FOLDS folds in turn, from those that the untrained model gets most wrong to those
    that it gets right: the folds are equally hard, and neither order nor names matter.
    """
    k, cells = examples.evidence.shape[1], examples.votes.shape[1]
    before = no_correction(k, cells).log_odds(examples)
    group = targets.group
    hard = np.bincount(group, targets.losses(before)) / np.maximum(np.bincount(group), 1)
    order = np.argsort(hard.round(9), kind="stable")
    fold = np.empty(len(hard), np.intp)
    fold[order] = np.arange(len(hard)) % FOLDS
    fold, found = fold[group], np.empty_like(before)
    for turn in range(FOLDS):
        out, rest = np.flatnonzero(fold == turn), np.flatnonzero(fold != turn)
        correction = fitted(examples.of(rest), targets.of_rows(rest), capacity)
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


@dataclass(frozen=True, slots=True)
class Untouched:
    """Records without a review whose posterior a correction should leave as it is.

    Attributes
    ----------
    examples : Examples
    weight : ndarray of shape (n,), what each counts beside an adjudicated one
    """

    examples: Examples
    weight: Floats


def tried(
    examples: Examples,
    true: Ints,
    capacities: Sequence[Capacity] = CAPACITIES,
    group: Ints | None = None,
    untouched: Untouched | None = None,
) -> Trial:
    """Learn a correction, or find that none helps.

    Corrections, and none as one of them, are mixed by ``exp(-n · log loss)``, n the adjudications
    and the log loss cross-validated (pseudo-Bayesian model averaging: Geisser & Eddy, JASA 74
    (1979)): picking the best one outright would follow chance. Where the untrained model is the
    best of all, it stays as it is.

    Of records that nobody reviewed, the untrained model's posterior is all that is known. Those
    given as `untouched` should keep it, in learning as in cross-validation: so a correction that is
    right on hard records, which are reviewed first, is believed as far as it leaves the others alone.

    Parameters
    ----------
    true : ndarray of shape (n,), codes of the adjudicated labels
    group : ndarray of shape (n,), or None
        Which adjudication each row is from, 0, 1, …; None: each from one of its own.
    untouched : Untouched or None
    """
    n, k = len(true), examples.evidence.shape[1]
    none = no_correction(k, examples.votes.shape[1])
    targets = Targets.of(true, k, group)
    each_counts = 1.0 if group is None else (int(group.max()) + 1) / n
    if untouched is not None:
        keep = softmax(none.log_odds(untouched.examples))
        more = n + np.arange(len(keep))
        examples = joined(examples, untouched.examples)
        targets = Targets(
            np.concatenate([targets.probability, keep]),
            np.concatenate([targets.weight, untouched.weight]),
            np.concatenate([targets.group, more]),
        )
    with_each = [validated(examples, targets, each) for each in capacities]
    log_odds = [none.log_odds(examples), *with_each]
    total = [float(targets.weight @ targets.losses(each)) for each in log_odds]
    loss = np.array(total).round(9) * each_counts
    best = int(loss[1:].argmin())
    if not loss.argmin():
        return Trial(none, False, capacities[best], log_odds[0][:n], log_odds[best + 1][:n])
    weights = softmax(-loss[None])[0]
    together = sum((w * each for w, each in zip(weights, log_odds, strict=True)), np.zeros(1))
    correction = mixed([none, *(fitted(examples, targets, each) for each in capacities)], weights)
    after = np.asarray(together, np.float64)[:n]
    return Trial(correction, True, capacities[best], log_odds[0][:n], after)


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
