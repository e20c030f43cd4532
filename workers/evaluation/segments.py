"""Suspicion over all segments of a dataset: rounds, guidelines, weeks, models, annotators, and so on.

What one kind of segments is to be believed is `suspicion`. Of kinds that part records (rounds, …) each
segment is foretold by models that were trained without it; of annotators and sources, who share records, by
models that were trained on other records, as are records of no segment, which tell what is usual. Texts are
read once for all kinds.

A model is sure of texts that it does not know, too: by the words that it has seen. Where the outputs of a
later model are all good, others learn from them that whatever is about their topics is good; and the failures
of an earlier model, whose words nobody said again, contradict that, all labels right. So a model is not asked
about texts of which it knows too little: in squares of TF-IDF, which sum to 1 over the words and pairs of a
text, the part that it saw in several texts, beside the same part of records that are left out at random.
Elsewhere this is called the domain of applicability: Netzeva et al., Current status of methods for defining
the applicability domain of (quantitative) structure-activity relationships, ATLA 33 (2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.evaluation.gate import Gate, gate
from argilla_distill.workers.evaluation.proxy import folds, hard, train
from argilla_distill.workers.evaluation.suspicion import (
    FEWEST,
    SURE,
    Suspicion,
    discovered,
    suspicions,
)
from argilla_distill.workers.evaluation.tf_idf import Matrix, TfIdf

FOLDS = 5
"""So many models foretell the segments of one kind, at most."""

MAX_TRAINED = 5_000
"""On so many records a model is trained, at most: a random part of those that it may see."""

KNOWN = 0.75
"""A model is asked about texts of which it knows so large a part of what models know of a usual one."""

OFTEN = 2
"""It knows words, and pairs of words, that so many of the texts have on which it was trained."""

MIN_SMALL = 10
"""Of one annotator in one round so few claims tell something."""

SURE_SMALL = 0.5
"""Their claims are few, so that those count on which the model is less sure, too."""


@dataclass(frozen=True)
class Kind:
    """Segments of one kind.

    Attributes
    ----------
    name : such as `round`
    names : of the segments, by number
    record, code, segment : ndarray of shape (n_claims,)
        What is claimed of which record, in which segment; -1 for none.
    part : ndarray of shape (n_records,)
        What of the records is held out together; -1: a random part; None: nothing but random parts.
    small : whether segments of few claims are looked at, too.
    """

    name: str
    names: Sequence[str]
    record: Ints
    code: Ints
    segment: Ints
    part: Ints | None = None
    small: bool = False


@dataclass(frozen=True)
class LookedAt:
    """The gate, and kind → its segments, the most suspect first; empty where the gate is shut."""

    gate: Gate
    found: dict[str, list[Suspicion]]


def look(
    texts: Sequence[str],
    labels: Ints,
    n_labels: int,
    groups: Sequence[str],
    kinds: Sequence[Kind],
) -> LookedAt:
    """Look at all segments.

    Parameters
    ----------
    labels : ndarray of shape (n_records,), the record's label; -1 for none.
    groups : of records that belong together, such as replies to one prompt.
    """
    rows, targets = TfIdf().fit_transform(texts), hard(labels, n_labels)
    fold = folds(groups, FOLDS)
    strength = train(*_sample(rows, targets, np.arange(len(labels)))).strength
    squares = rows.multiply(rows).tocsr()
    apart, usual = _foretold(rows, squares, targets, fold, strength)
    least = KNOWN * float(np.median(usual)) if len(usual) else 0.0
    codes = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    passed = gate(apart, targets, fold, codes)
    if not passed.informative:
        return LookedAt(passed, {})
    foretold: dict[bytes, tuple[Floats, Floats]] = {}
    found: dict[str, list[Suspicion]] = {}
    for kind in kinds:
        predicted, known = apart, usual
        if kind.part is not None:
            packed = _packed(kind.part, fold)
            key = packed.tobytes()
            if key not in foretold:
                foretold[key] = _foretold(rows, squares, targets, packed, strength)
            held = packed >= 0
            predicted = np.where(held[:, None], foretold[key][0], apart)
            known = np.where(held, foretold[key][1], usual)
        predicted = np.where((known >= least)[:, None], predicted, 1 / n_labels)
        fewest, sure = (MIN_SMALL, SURE_SMALL) if kind.small else (FEWEST, SURE)
        columns = kind.record, kind.code, kind.segment
        found[kind.name] = suspicions(predicted, *columns, len(kind.names), fewest, sure, codes)
    return LookedAt(passed, _together(found))


def _together(found: dict[str, list[Suspicion]]) -> dict[str, list[Suspicion]]:
    """With false discoveries kept down over all kinds, each kind's most suspect first."""
    every = [(name, each) for name, some in found.items() for each in some]
    numbered = {id(each): name for name, each in every}
    order: dict[str, list[Suspicion]] = {name: [] for name in found}
    for before, after in discovered([each for _, each in every]):
        order[numbered[id(before)]].append(after)
    return order


def _foretold(
    rows: Matrix, squares: Matrix, targets: Floats, fold: Ints, strength: float
) -> tuple[Floats, Floats]:
    """What models that were trained without a record's fold say of it, and how much of it they know.

    Parameters
    ----------
    squares : the rows' entries, squared: of a row they sum to 1.
    fold : -1 is in all of them.

    Returns
    -------
    ndarray of shape (n_records, n_labels), and of shape (n_records,), in [0, 1].
    """
    found, known = np.full(targets.shape, 1 / targets.shape[1]), np.zeros(len(targets))
    for code in np.unique(fold[fold >= 0]).tolist():
        out, within = np.flatnonzero(fold == code), np.flatnonzero(fold != code)
        some = within[targets[within].any(axis=1)]
        if len(some):
            read, taught = _sample(rows, targets, some)
            found[out] = train(read, taught, strength=strength).predict(rows[out])
            often = np.bincount(read.indices, minlength=read.shape[1]) >= OFTEN
            known[out] = squares[out] @ often.astype(np.float64)
    return found, known


def _sample(rows: Matrix, targets: Floats, some: Ints) -> tuple[Matrix, Floats]:
    if len(some) > MAX_TRAINED:
        some = np.sort(np.random.default_rng(len(some)).permutation(some)[:MAX_TRAINED])
    return rows[some], targets[some]


def _packed(part: Ints, fold: Ints) -> Ints:
    """Segments put together in at most `FOLDS` parts of much the same size: the largest first.

    A segment of more than half of all is held out in random parts, as nothing is left that could foretell it
    or tell what is usual: the few others would be the measure of the many.

    Parameters
    ----------
    fold : ndarray of shape (n_records,), random parts, from 0.

    >>> _packed(np.array([0, 0, 1, 1, 2, -1]), np.zeros(6, np.int64)).tolist()
    [0, 0, 1, 1, 2, -1]
    >>> _packed(np.array([0, 0, 0, 1, -1]), np.array([0, 1, 1, 0, 0])).tolist()
    [1, 2, 2, 0, -1]
    """
    known = part[part >= 0]
    sizes = np.bincount(known)
    most = int(sizes.argmax()) if len(sizes) else -1
    wide = part == most if most >= 0 and 2 * sizes[most] > len(part) else np.zeros(len(part), bool)
    if wide.any():
        sizes[most] = 0
    load, place = np.zeros(FOLDS), np.full(len(sizes), -1)
    for number in np.argsort(-sizes, kind="stable").tolist():
        place[number] = int(load.argmin())
        load[place[number]] += max(sizes[number], 1)
    packed = np.where(part >= 0, place[np.maximum(part, 0)] if len(place) else -1, -1)
    return np.where(wide, packed.max(initial=-1, where=~wide) + 1 + fold, packed)
