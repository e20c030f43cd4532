"""How often confidences were right: histograms, and what reviewers say of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from argilla_distill.domain.report import Bin
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.measures.difference import difference, texts

BINS = 10

DRAWS = 200
"""So many bootstrap samples are drawn."""

SAME_TEXT = 0.1
"""A text is right that differs from the reviewer's in at most this share of its words."""


def histogram(confidence: Floats) -> tuple[Bin, ...]:
    """How many confidences there are in each tenth.

    >>> [each.count for each in histogram(np.array([0.95, 1.0, 0.42]))]
    [0, 0, 0, 0, 1, 0, 0, 0, 0, 2]
    """
    where = _bin(confidence)
    return tuple(
        Bin(*_bounds(b), int(some.sum()), float(confidence[some].mean()) if some.any() else None)
        for b, some in ((b, where == b) for b in range(BINS))
    )


def calibration(confidence: Floats, right: Floats) -> tuple[Bin, ...]:
    """The same bins, of reviewed records: `right` is the share of each value that was confirmed."""
    where = _bin(confidence)
    return tuple(
        Bin(*_bounds(b), n, float(confidence[some].mean()), n, round(float(right[some].sum())))
        if (n := int((some := where == b).sum()))
        else Bin(*_bounds(b), 0)
        for b in range(BINS)
    )


def calibration_error(confidence: Floats, right: Floats) -> float | None:
    """Expected calibration error: how far confidence is from the share that is right, on average.

    ``Σ_b n_b / n · |mean confidence of b - share right of b|``. Naeini, Cooper & Hauskrecht,
    Obtaining well calibrated probabilities using Bayesian binning, AAAI (2015).

    >>> calibration_error(np.array([0.9, 0.9, 0.6]), np.array([1.0, 1.0, 0.0]))  # (2·.1 + .6) / 3
    0.26666666666666666
    """
    if not len(confidence):
        return None
    gap = np.bincount(_bin(confidence), confidence - right, BINS)
    return float(np.abs(gap).sum() / len(confidence))


def calibration_interval(confidence: Floats, right: Floats) -> tuple[float, float] | None:
    """What the expected calibration error would be between, 9 times in 10, on other reviews like these.

    The middle nine tenths of DRAWS bootstrap samples (Efron, Annals of Statistics 7 (1979)), drawn from
    the same seed each time.

    >>> calibration_interval(np.array([0.9] * 8), np.array([1.0] * 8))
    (0.1, 0.1)
    """
    n = len(confidence)
    if not n:
        return None
    drawn = np.random.default_rng(n).integers(n, size=(DRAWS, n))
    errors = [calibration_error(confidence[rows], right[rows]) or 0.0 for rows in drawn]
    low, high = np.quantile(errors, (0.05, 0.95))
    return round(float(low), 4), round(float(high), 4)


def share_right(question: Question, value: Value, truth: Value) -> float:
    """How far a value is right, as its confidence means it.

    A confidence tells how probable the value is to be right; of several parts (labels, spans,
    places), the share of parts that are.

    >>> share_right(Question("multi_label", ("a", "b", "c")), ("a", "b"), ("b", "c"))
    0.5
    """
    if question.type == "text":
        return float(texts(value, truth) <= SAME_TEXT)
    if question.type == "ranking":
        return 1 - difference(question)(value, truth)
    if question.type in ("multi_label", "span"):
        return _share(value, truth)
    return float(value == truth)


def _share(parts: Sequence[Value], truth: Sequence[Value]) -> float:
    if not parts:
        return float(not truth)
    return len(set(parts).intersection(truth)) / len(set(parts))


def _bin(confidence: Floats) -> np.typing.NDArray[np.intp]:
    return np.clip((confidence * BINS).astype(np.intp), 0, BINS - 1)


def _bounds(b: int) -> tuple[float, float]:
    return b / BINS, (b + 1) / BINS
