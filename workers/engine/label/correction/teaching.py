"""What adjudications teach the pool: a few weights, drawn toward doing nothing.

Several lessons are learned, from poor to rich; cross-validation tells how far each is believed, and
whether any of them is. What a lesson is, is `lesson`'s business, and that adjudications also anchor
the annotators' confusion matrices is `learned`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.label.correction.correction import (
    Lesson,
    Reading,
    mixed,
    untaught,
)

ENOUGH = 10
"""Adjudications that it takes."""

GROWTH = 0.1
"""Changed adjudications, as a share of those that were learned from, from which on a lesson is due again."""

FOLDS = 5

SCALE_PENALTY = 4.0
BIAS_PENALTY = 4.0
"""1 / variance of what is expected of the scale (round 1) and of each bias (round 0, nats)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What may be learned. Penalties are 1 / variance of what is expected; infinite: nothing.

    Attributes
    ----------
    own : float
        Of how much more each annotator's word counts for the label given.
    cells : float
        Of everything that each annotator's word may count for each label.
    """

    name: str
    own: float = np.inf
    cells: float = np.inf


PLANS = (
    Plan("a scale and a bias per label"),
    Plan("a weight per annotator", own=1.0),
    Plan("a weight per annotator, more freely", own=0.3),
    Plan("a weight per annotator and label", own=2.0, cells=2.0),
)


def taught(reading: Reading, true: Ints, plan: Plan) -> Lesson:
    """Multinomial logistic regression with a Gaussian prior around `untaught` (L-BFGS).

    Parameters
    ----------
    true : ndarray of shape (n,), codes of the adjudicated labels

    >>> reading = Reading(np.zeros((8, 2)), sparse.csr_array((8, 0)), np.zeros((8, 2)))
    >>> taught(reading, np.zeros(8, np.intp), PLANS[0]).bias.round(2)  # it is always the first
    array([ 0.52, -0.52])
    """
    k, cells = reading.evidence.shape[1], reading.votes.shape[1]
    m = cells // k
    heard = np.zeros(m, bool)  # only of annotators who voted here anything is learned
    heard[np.unique(reading.votes.indices) // k] = True
    some = int(heard.sum())
    wanted = np.repeat(heard, k)
    votes = sparse.csr_array(reading.votes[:, wanted]) if cells else reading.votes
    turned = sparse.csr_array(votes.T)
    given = np.tile(np.eye(k), (some, 1))
    hit = np.eye(k)[true]
    n_own = some if np.isfinite(plan.own) else 0
    n_cells = some * k * k if np.isfinite(plan.cells) else 0

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
        log = a[0] * reading.evidence + a[1] * reading.content + b
        log = log + votes @ added(own, of_cells)
        log -= log.max(axis=1, keepdims=True)
        total = np.log(np.exp(log).sum(axis=1, keepdims=True))
        error = np.exp(log - total) - hit
        value = float((total[:, 0] - (log * hit).sum(axis=1)).sum())
        value += SCALE_PENALTY / 2 * float(((a - 1) ** 2).sum()) + BIAS_PENALTY / 2 * float(b @ b)
        slope = np.array([(error * reading.evidence).sum(), (error * reading.content).sum()])
        slopes = [slope + SCALE_PENALTY * (a - 1), error.sum(axis=0) + BIAS_PENALTY * b]
        by_cell = turned @ error
        if n_own:
            value += plan.own / 2 * float(own @ own)
            slopes.append((by_cell * given).sum(axis=1).reshape(some, k).sum(axis=1))
            slopes[-1] += plan.own * own
        if n_cells:
            value += plan.cells / 2 * float((of_cells**2).sum())
            slopes.append((by_cell + plan.cells * of_cells).ravel())
        return value, np.concatenate(slopes)

    start = np.zeros(2 + k + n_own + n_cells)
    start[:2] = 1.0
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    a, b, own, of_cells = unfold(np.asarray(found, np.float64))
    table = np.zeros((cells, k))
    table[wanted] = added(own, of_cells)
    return Lesson(float(a[0]), float(a[1]), b, table)


def losses(log_odds: Floats, true: Ints) -> Floats:
    """Log loss of each record, nats."""
    p = softmax(log_odds)
    return np.asarray(-np.log(np.clip(p[np.arange(len(true)), true], 1e-6, 1)), np.float64)


def validated(reading: Reading, true: Ints, plan: Plan, group: Ints | None = None) -> Floats:
    """Each record's log-odds when taught by the other folds, shape (n, n_labels).

    Records go to FOLDS folds in turn, from those that the untrained pool gets most wrong to those
    that it gets right: the folds are equally hard, and neither order nor names matter. What has the
    same number in `group` stays together.
    """
    before = untaught(reading.evidence.shape[1], reading.votes.shape[1]).log_odds(reading)
    group = np.arange(len(true)) if group is None else group
    hard = np.bincount(group, losses(before, true)) / np.maximum(np.bincount(group), 1)
    order = np.argsort(hard.round(9), kind="stable")
    fold = np.empty(len(hard), np.intp)
    fold[order] = np.arange(len(hard)) % FOLDS
    fold, found = fold[group], np.empty_like(before)
    for turn in range(FOLDS):
        out, rest = np.flatnonzero(fold == turn), np.flatnonzero(fold != turn)
        found[out] = taught(reading.of(rest), true[rest], plan).log_odds(reading.of(out))
    return found


def due(changed: int, learned_from: int) -> bool:
    """Whether so many adjudications changed since a lesson that the next one may be another.

    >>> due(0, 0), due(1, 0), due(1, 50), due(5, 50)
    (False, True, False, True)
    """
    return changed > 0 and changed >= GROWTH * learned_from


def too_few(n: int) -> Training:
    """Before it can be taught anything.

    >>> too_few(3).word
    'Not trained yet: 3 adjudications of the 10 that it takes.'
    """
    word = f"Not trained yet: {n} adjudications of the {ENOUGH} that it takes."
    return Training(n, False, None, None, None, None, word)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying to teach.

    Attributes
    ----------
    lesson : Lesson
        What is to be taught; `untaught` where that was the best of all.
    used : bool
        Whether it is anything else.
    plan : Plan, the best one
    before, after : ndarray of shape (n, n_labels), nats
        Log-odds without the lesson, and cross-validated with it; where it is not used, with the
        best one's.
    """

    lesson: Lesson
    used: bool
    plan: Plan
    before: Floats
    after: Floats

    @property
    def chosen(self) -> Floats:
        """Of `before` and `after` what decides."""
        return self.after if self.used else self.before


def tried(
    reading: Reading,
    true: Ints,
    plans: Sequence[Plan] = PLANS,
    group: Ints | None = None,
) -> Trial:
    """Find out what is to be taught, or nothing.

    Lessons, and the untrained pool as one of them, are mixed by ``exp(-n · log loss)``, n the
    adjudications and the log loss cross-validated (pseudo-Bayesian model averaging: Geisser & Eddy,
    JASA 74 (1979)): picking the best one outright would follow chance. Where the untrained pool is
    the best of all, it stays as it is.

    Parameters
    ----------
    true : ndarray of shape (n,), codes of the adjudicated labels
    group : ndarray of shape (n,), or None
        Which adjudication each row is from, 0, 1, …; None: each from one of its own.
    """
    n = len(true) if group is None else int(group.max()) + 1
    none = untaught(reading.evidence.shape[1], reading.votes.shape[1])
    said = [none.log_odds(reading), *(validated(reading, true, plan, group) for plan in plans)]
    loss = np.array([losses(each, true).mean() for each in said]).round(9)
    plan = int(loss[1:].argmin())
    if not loss.argmin():
        return Trial(none, False, plans[plan], said[0], said[plan + 1])
    weights = softmax(-n * loss[None])[0]
    together = sum((w * each for w, each in zip(weights, said, strict=True)), np.zeros(1))
    lesson = mixed([none, *(taught(reading, true, each) for each in plans)], weights)
    return Trial(lesson, True, plans[plan], said[0], np.asarray(together, np.float64))


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


def best(reading: Reading, true: Ints, votes: AnyInts) -> tuple[Lesson, Training]:
    """What is to be taught, see `tried`, and what there is to say about it.

    Parameters
    ----------
    true : ndarray of shape (n,), codes of the adjudicated labels
    votes : ndarray of shape (n, n_labels), how many voted for each
    """
    trial, majority = tried(reading, true), float(agreeing(votes, true).mean())
    before, after = (float(losses(each, true).mean()) for each in (trial.before, trial.after))
    accuracy = float((trial.chosen.argmax(axis=1) == true).mean())
    word = told(len(true), trial.used, trial.plan.name, before, after)
    return trial.lesson, Training(len(true), trial.used, before, after, accuracy, majority, word)


def told(n: int, used: bool, what: str, before: float, after: float) -> str:
    """What has come of n adjudications, in a sentence.

    >>> told(12, True, "a scale", 0.4, 0.31)
    'Trained on 12 adjudications, a scale: log loss 0.40 before and 0.31 after, cross-validated.'
    """
    figures = f"log loss {before:.2f} before and {after:.2f} after"
    if used:
        return f"Trained on {n} adjudications, {what}: {figures}, cross-validated."
    return (
        f"{n} adjudications, but training does not help yet: {figures}, "
        "cross-validated; so the untrained model decides."
    )
