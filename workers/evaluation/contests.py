"""Contests of versions: on the labels of audits, and on small models that are trained on each version.

What comes in are columns of records; where they come from is `workers.use_cases.comparisons`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

import numpy as np

from argilla_distill.domain.versions.contest import ALIKE, Aspect, Contest, held_against_pairs
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.measures.audit_estimate import share
from argilla_distill.workers.evaluation.gate import gate
from argilla_distill.workers.evaluation.paired import compare
from argilla_distill.workers.evaluation.proxy import compact, folds, hard, out_of_fold, train
from argilla_distill.workers.evaluation.tf_idf import Matrix

MIN_AUDITS = 10
"""With fewer audits nothing is compared."""

GATED_ON = 3_000
"""On so many records is looked, at most, whether texts tell anything."""

KNOWS = 0.05
"""A model knows something if it is better than the most frequent value, with this p-value."""


Between: TypeAlias = Callable[[], None]
"""Called between two pieces of long work."""


@dataclass(frozen=True)
class Audits:
    """The records that both sides of a contest are measured on.

    Attributes
    ----------
    pi : ndarray of shape (n,), the probability with which each was drawn.
    groups : ndarray of shape (n,), codes of prompts.
    """

    pi: Floats
    groups: Ints


@dataclass(frozen=True)
class Taught:
    """What a version teaches about one question.

    Attributes
    ----------
    labels : ndarray of shape (n_records,), the number of each record's label; -1 for none.
    posteriors : ndarray of shape (n_records, n_labels); rows of zeros where there is no label.
    """

    labels: Ints
    posteriors: Floats


def of_rights(
    blank: Contest,
    rights: Mapping[str, Floats],
    audits: Audits,
    usual: Floats | None = None,
    trained_on: int | None = None,
) -> list[Contest]:
    """Each pair of versions, by how far each is right on each audit.

    Parameters
    ----------
    blank : what is contested.
    rights : version → ndarray of shape (n_audits,), in [0, 1].
    usual : how far the most frequent value is right, where models are compared.
    trained_on : so many records each of them was trained on, where they stand for their labels.
    """
    n = len(audits.pi)
    knows = usual is None or any(_knows(right, usual, audits) for right in rights.values())
    within = {name: _within(right, audits) for name, right in rights.items()}
    found = []
    for one, other in combinations(rights, 2):
        pair = replace(blank, one=one, other=other)
        if n < MIN_AUDITS:
            few = f"Not compared: {n} of at least {MIN_AUDITS} audits are there."
            found.append(replace(pair, audits=n, stopped=few))
            continue
        paired = rights[one], rights[other], audits.pi, audits.groups
        got = compare(*paired, ALIKE, trained_on=trained_on)
        figures = {k: v for k, v in vars(got).items() if k != "records"}
        common = 0.0 if usual is None else float(np.average(usual, weights=1 / audits.pi))
        (one_low, one_high), (other_low, other_high) = within[one], within[other]
        found.append(
            replace(
                pair,
                audits=got.records,
                usual_right=common,
                knows=knows,
                trained_on=trained_on or 0,
                one_low=one_low,
                one_high=one_high,
                other_low=other_low,
                other_high=other_high,
                **figures,
            )
        )
    return found


def of_models(
    blank: Contest,
    matrix: Matrix,
    taught: Mapping[str, Taught],
    truth: Ints,
    fold: Ints,
    prompts: Sequence[str],
    pi: Floats,
    aspects: Sequence[Aspect] = ("hard", "soft"),
    between: Between = lambda: None,
) -> list[Contest]:
    """Each pair of versions, by the small models that they make: on hard and on soft labels.

    Parameters
    ----------
    matrix : of all records (`tf_idf`).
    taught : version → what it teaches.
    truth : ndarray of shape (n_records,)
        The number of each audit's true label; -1 where a record is no audit.
    fold : ndarray of shape (n_records,)
        No model sees a record of a fold that holds an audit, and is measured on it.
    prompts : each record's group.
    pi : ndarray of shape (n_records,), 1 where a record is no audit.
    aspects : `hard`, `soft`, or both.
    between : called before each model that is trained.
    """
    places, matrix = np.flatnonzero(truth >= 0), compact(matrix)
    groups = np.unique(list(prompts), return_inverse=True)[1].astype(np.int64)
    audits = Audits(pi[places], groups[places])
    stopped = (
        "" if len(places) < MIN_AUDITS else _gated(matrix, taught, fold, truth, prompts, between)
    )
    found: list[Contest] = []
    for aspect in aspects:
        named = replace(blank, aspect=aspect)
        if stopped:
            for one, other in combinations(taught, 2):
                pair = replace(named, one=one, other=other, audits=len(places), stopped=stopped)
                found.append(pair)
            continue
        rights = {n: np.zeros(len(places)) for n in taught}
        if len(places) >= MIN_AUDITS:
            rights = {
                name: _right(matrix, _targets(each, aspect), truth, fold, places, between)
                for name, each in taught.items()
            }
        usual = _usual(truth[places], pi[places])
        found += of_rights(named, rights, audits, usual, _trained_on(taught, fold, places))
    return found


def _trained_on(taught: Mapping[str, Taught], fold: Ints, places: Ints) -> int:
    """On how many records the model was trained that had the fewest, whichever fold was held out."""
    labelled = [each.labels >= 0 for each in taught.values()]
    held_out = np.unique(fold[places]).tolist()
    return min((int(has[fold != code].sum()) for has in labelled for code in held_out), default=0)


def _within(right: Floats, audits: Audits) -> tuple[float, float]:
    """The interval that holds how often one is right 9 times in 10, by its own audits alone."""
    n = len(right)
    found = share(right, audits.pi, np.zeros(n), np.zeros(0), audits.groups)
    return (0.0, 1.0) if found is None else (found.low, found.high)


def decided(contests: Sequence[Contest]) -> tuple[Contest, ...]:
    """The contests, their p-values held against the number of pairs."""
    return tuple(held_against_pairs(contests))


def _targets(each: Taught, aspect: str) -> Floats:
    return hard(each.labels, each.posteriors.shape[1]) if aspect == "hard" else each.posteriors


def _right(
    matrix: Matrix, targets: Floats, truth: Ints, fold: Ints, places: Ints, between: Between
) -> Floats:
    """How far a model that saw no record of an audit's fold is right about it."""
    right = np.zeros(len(places))
    for code in np.unique(fold[places]).tolist():
        here = np.flatnonzero(fold[places] == code)
        within = np.flatnonzero(fold != code)
        if targets[within].any():
            between()
            predicted = train(matrix[within], targets[within]).predict(matrix[places[here]])
            right[here] = predicted.argmax(axis=1) == truth[places[here]]
    return right


def _gated(
    matrix: Matrix,
    taught: Mapping[str, Taught],
    fold: Ints,
    truth: Ints,
    prompts: Sequence[str],
    between: Between,
) -> str:
    """Why models are not compared; "" where texts tell one of them something about its labels."""
    rng = np.random.default_rng(0)
    chosen = np.sort(rng.permutation(len(truth))[:GATED_ON])
    groups = [prompts[n] for n in chosen.tolist()]
    codes = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    by_group, rows, said = folds(groups), matrix[chosen], ""
    for each in taught.values():
        between()
        targets = _targets(each, "hard")[chosen]
        seen = gate(out_of_fold(rows, targets, by_group), targets, by_group, codes)
        if seen.informative:
            return ""
        said = seen.sentence
    return f"Models are not compared. {said}"


def _usual(truth: Ints, pi: Floats) -> Floats:
    """How far the value is right that is most frequent among the audits."""
    counts = np.bincount(truth, 1 / pi) if len(truth) else np.ones(1)
    usual: Floats = (truth == int(counts.argmax())).astype(np.float64)
    return usual


def _knows(right: Floats, usual: Floats, audits: Audits) -> bool:
    if len(right) < MIN_AUDITS:
        return True
    found = compare(right, usual, audits.pi, audits.groups, ALIKE)
    return found.difference > 0 and found.p < KNOWS
