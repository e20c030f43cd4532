"""How sure decisions are, as histograms, and how far a value is right.

How often they are right only audits tell: `audits`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from argilla_distill.domain.report import Bin
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.measures.difference import difference, texts

BINS = 10

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
