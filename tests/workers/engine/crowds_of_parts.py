"""Made-up crowds that answer with values of several parts: sets of labels, orders, marked places."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Span, Value

QUESTIONS = {
    "multi_label": Question("multi_label", ("a", "b", "c", "d")),
    "ranking": Question("ranking", ("a", "b", "c", "d")),
    "span": Question("span", ("x", "y")),
    "overlapping": Question("span", ("x", "y"), overlapping=True),
}


def multi_label(rng: np.random.Generator) -> Value:
    return tuple(label for label in "abcd" if rng.random() < 0.4)


def ranking(rng: np.random.Generator) -> Value:
    order = [str(item) for item in rng.permutation(list("abcd"))]
    if rng.random() < 0.2:
        return (tuple(sorted(order[:2])), *((item,) for item in order[2:]))
    return tuple((item,) for item in order)


def span(rng: np.random.Generator) -> Value:
    found, at = [], 0
    while at < 40:
        at += int(rng.integers(1, 12))
        end = at + int(rng.integers(2, 9))
        if rng.random() < 0.6:
            found.append(Span(at, end, str(rng.choice(["x", "y"]))))
        at = end
    return tuple(found)


MAKERS: dict[str, Callable[[np.random.Generator], Value]] = {
    "multi_label": multi_label,
    "ranking": ranking,
    "span": span,
    "overlapping": span,
}


def crowd(case: str, seed: int, n_records: int = 30) -> tuple[list[Vote], dict[str, Value]]:
    """Votes in random order; five annotators say the truth more or less often."""
    rng = np.random.default_rng(seed)
    make = MAKERS[case]
    truth = {f"r{i}": make(rng) for i in range(n_records)}
    votes = [
        Vote(record, f"ann{j}", true if rng.random() < right else make(rng))
        for j, right in enumerate((0.9, 0.8, 0.7, 0.6, 0.4))
        for record, true in truth.items()
        if rng.random() < 0.8
    ]
    return [votes[i] for i in rng.permutation(len(votes))], truth
