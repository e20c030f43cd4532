"""Which corrections are believed, and how far: cross-validation on the adjudicated records.

Several are learned, from poor to rich (`fitting`). When one is learned again is
`adjudication_learner`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.correction.correction import (
    Correction,
    Examples,
    joined,
    mixed,
    no_correction,
)
from argilla_distill.workers.engine.label.correction.fitting import (
    CAPACITIES,
    Capacity,
    Targets,
    fitted,
)

FOLDS = 5


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
    capacities = [each.on_such_records(examples.votes) for each in capacities]
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
