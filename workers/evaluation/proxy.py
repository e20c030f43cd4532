"""The proxy: a small model of texts, which shows in seconds what a set of labels teaches.

Logistic regression over TF-IDF (`tf_idf`), on hard labels or on soft ones::

    minimise  Σ_i w_i Σ_k T[i, k] (-log P[i, k]) + |W|² / (2 C),    P = softmax(X W + b)

A target row T[i] is a distribution over labels: one 1 for a hard label, the posterior for a soft one. That
is what repeating each record once for each label, weighted by its posterior, comes to, without the
repetition (Peterson, Battleday, Griffiths & Russakovsky, Human uncertainty makes classification more
robust, ICCV 2019). scikit-learn's classifiers take no soft labels.

How it is used:

>>> texts = ["good day", "good night", "bad day", "bad night"] * 20
>>> rows = TfIdf().fit_transform(texts)
>>> labels = np.array([0, 0, 1, 1] * 20)
>>> targets = hard(labels, 2)                      # or posteriors, of shape (n_records, n_labels)
>>> fold = folds([f"prompt {n % 8}" for n in range(80)])
>>> held_out = out_of_fold(rows, targets, fold)    # no record is predicted by a model that saw its group
>>> held_out.shape, bool((held_out.argmax(axis=1) == labels).all())
((80, 2), True)
>>> from argilla_distill.workers.evaluation.gate import gate
>>> gate(held_out, targets, fold).informative      # False: the text tells a small model nothing; stop
True
>>> model = train(rows, targets)                   # on all of them, for texts that come later
>>> model.predict(rows[:1]).round(1).tolist()
[[1.0, 0.0]]

`fold` may hold any codes: those of segments give, for each segment, what a model of the *other* segments
says of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.evaluation.tf_idf import Matrix, TfIdf

__all__ = ["FOLDS", "Proxy", "TfIdf", "compact", "folds", "hard", "out_of_fold", "train"]

FOLDS = 10

STRENGTHS = (1.0, 4.0, 16.0)
"""C: how far the data may pull the weights. Which one suits is found on records that are not predicted."""

CHOSEN_ON = 4_000
"""On so many records C is chosen at most."""

STEPS = 100
"""L-BFGS stops after so many steps, where it is not there before."""


@dataclass(frozen=True)
class Proxy:
    """A trained model.

    Attributes
    ----------
    weights : ndarray of shape (COLUMNS, n_labels)
    bias : ndarray of shape (n_labels,)
    strength : C
    """

    weights: Floats
    bias: Floats
    strength: float

    def predict(self, matrix: Matrix) -> Floats:
        """How probable each label is. ndarray of shape (n_texts, n_labels), rows sum to 1."""
        return np.asarray(softmax(_logits(matrix, self.weights, self.bias), axis=1), np.float64)


def hard(labels: Ints, n_labels: int) -> Floats:
    """Targets of one label each, from its number; -1 for none, whose row is 0 and teaches nothing.

    >>> hard(np.array([1, -1]), 2).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    return np.eye(n_labels + 1)[labels][:, :n_labels]


def folds(groups: Sequence[str], n: int = FOLDS) -> Ints:
    """The fold of each record, by its group, from 0 to n - 1: the same in every run.

    >>> fold = folds(["a", "b", "a"])
    >>> bool(fold[0] == fold[2])
    True
    """
    drawn = {
        g: int.from_bytes(blake2b(f"fold\0{g}".encode(), digest_size=8).digest(), "big")
        for g in groups
    }
    return np.array([drawn[group] % n for group in groups], np.int64)


def train(
    matrix: Matrix,
    targets: Floats,
    weights: Floats | None = None,
    strength: float | None = None,
    start: Proxy | None = None,
) -> Proxy:
    """Train on these records.

    Parameters
    ----------
    targets : ndarray of shape (n_records, n_labels)
        Each row a distribution over labels; a row of zeros teaches nothing.
    weights : ndarray of shape (n_records,), None: all alike
    strength : C; None: the one of `STRENGTHS` that suits best, by the log loss on a half of these records
        of a model that was trained on the other.
    start : a model to begin with, which must not have seen what is to be predicted.
    """
    rows = np.flatnonzero(targets.sum(axis=1) > 0)
    if len(rows) < len(targets):
        matrix, targets = matrix[rows], targets[rows]
        weights = None if weights is None else weights[rows]
    if strength is None:
        strength = _strength(matrix, targets, weights)
    return _trained(matrix, targets, weights, strength, start)


def out_of_fold(
    matrix: Matrix,
    targets: Floats,
    fold: Ints,
    weights: Floats | None = None,
    strength: float | None = None,
) -> Floats:
    """What models that were trained on the other folds say of each record.

    Parameters
    ----------
    targets, weights, strength : as `train` has them.
    fold : ndarray of shape (n_records,)
        Codes of what is held out together.

    Returns
    -------
    ndarray of shape (n_records, n_labels), rows sum to 1. Records without a target are predicted too.
    """
    found = np.full(targets.shape, 1 / max(targets.shape[1], 1))
    matrix = compact(matrix)
    for code in np.unique(fold).tolist():
        out, within = np.flatnonzero(fold == code), np.flatnonzero(fold != code)
        if not targets[within].any():
            continue
        some = None if weights is None else weights[within]
        found[out] = train(matrix[within], targets[within], some, strength).predict(matrix[out])
    return found


def _strength(matrix: Matrix, targets: Floats, weights: Floats | None) -> float:
    """The C that suits: each of two halves, drawn by chance, is predicted by the other."""
    n = len(targets)
    drawn = np.random.default_rng(0).permutation(n)[:CHOSEN_ON]
    halves = np.sort(drawn[::2]), np.sort(drawn[1::2])
    if min(map(len, halves)) < 2:
        return STRENGTHS[0]
    losses = []
    for strength in STRENGTHS:
        loss = 0.0
        for here, there in (halves, halves[::-1]):
            some = None if weights is None else weights[here]
            model = _trained(matrix[here], targets[here], some, strength, None)
            logs = np.log(np.clip(model.predict(matrix[there]), 1e-9, 1.0))
            loss -= float((targets[there] * logs).sum())
        losses.append(loss)
    return STRENGTHS[int(np.argmin(losses))]


def _trained(
    matrix: Matrix, targets: Floats, weights: Floats | None, strength: float, start: Proxy | None
) -> Proxy:
    """L-BFGS from the label prior, or from `start`.

    Two labels have one column of weights, v for the one and -v for the other.
    """
    k = targets.shape[1]
    sides = np.array([[-1.0, 1.0]]) if k == 2 else np.eye(k)
    used = _columns(matrix)
    compact = matrix[:, used]
    transposed = compact.T.tocsr()
    w = targets.sum(axis=1) * (1.0 if weights is None else weights)
    share = targets / np.maximum(targets.sum(axis=1, keepdims=True), 1e-300)
    total = max(float(w.sum()), 1e-300)
    w = (w / total)[:, None]
    ridge = len(sides[0]) / len(sides) / (strength * total)

    def loss(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(-1, len(sides))
        log_p = log_softmax(_logits(compact, table[:-1], table[-1]) @ sides, axis=1)
        off = (w * (np.exp(log_p) - share)) @ sides.T
        gradient = np.empty_like(table)
        gradient[:-1] = transposed @ off.astype(np.float32)
        gradient[:-1] += ridge * table[:-1]
        gradient[-1] = off.sum(axis=0)
        value = -float((w * share * log_p).sum()) + ridge / 2 * float(np.square(table[:-1]).sum())
        return value, gradient.ravel()

    prior = np.log((w * share).sum(axis=0) + 1 / (total + k))
    first = np.zeros((len(used) + 1, len(sides)))
    first[-1] = (prior - prior.mean()) @ np.linalg.pinv(sides)
    if start is not None:
        back = np.linalg.pinv(sides)
        first[:-1], first[-1] = start.weights[used] @ back, start.bias @ back
    found = minimize(
        loss,
        first.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": STEPS, "ftol": 1e-6, "gtol": 1e-7},
    )
    table = found.x.reshape(-1, len(sides)) @ sides
    whole = np.zeros((matrix.shape[1], k))
    whole[used] = table[:-1]
    return Proxy(whole, table[-1], strength)


def compact(matrix: Matrix) -> Matrix:
    """Without the columns that do not occur: faster, where many models are trained of the same texts."""
    return matrix[:, _columns(matrix)]


def _columns(matrix: Matrix) -> Ints:
    """The columns that occur: another one has no weight."""
    return np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]))


def _logits(matrix: Matrix, weights: Floats, bias: Floats) -> Floats:
    return np.asarray(matrix @ weights.astype(np.float32), np.float64) + bias
