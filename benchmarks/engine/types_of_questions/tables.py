"""What the benchmarks of all types of questions share: our strategies, and a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isnan

import numpy as np

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import UnsuitedStrategy

OURS = ("majority", "dawid_skene", "learned", "nearest", "alignment")
ADJUDICATIONS = 50
Row = tuple[str, Sequence[float]]


def show(title: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A markdown table."""
    print(f"\n### {title}\n")
    print("| method | " + " | ".join(columns) + " |")
    print("| --- " * (len(columns) + 1) + "|")
    for name, cells in rows:
        print(
            f"| {name} | "
            + " | ".join("" if isnan(cell) else f"{cell:.3f}" for cell in cells)
            + " |",
            flush=True,
        )


def fitting(question: Question) -> list[str]:
    """Those of our strategies that answer the question."""
    found = []
    for name in OURS:
        try:
            registry.create(name, question)
        except UnsuitedStrategy:
            continue
        found.append(name)
    return found


def ours(question: Question, facts: Sequence[Fact]) -> Iterator[tuple[str, Strategy]]:
    """The same, fitted."""
    for name in fitting(question):
        yield f"`{name}`", registry.create(name, question).fit(facts)


def leaders(model: Strategy, records: Sequence[str]) -> dict[str, Value]:
    """What each record is decided for, sure or not."""
    return {d.record: d.leader for d in model.decide(records)}


def trained(
    question: Question,
    facts: Sequence[Fact],
    truth: Mapping[str, Value],
    score: Callable[[Mapping[str, Value], Sequence[str]], Sequence[float]],
    draws: int,
) -> Iterator[Row]:
    """Our strategies with adjudications: the means over draws."""
    records = sorted(truth)
    for name in fitting(question):
        found = []
        for draw in range(draws):
            chosen = np.random.default_rng(draw).choice(records, ADJUDICATIONS, replace=False)
            known = set(chosen.tolist())
            rest = sorted(truth.keys() - known)
            adjudications = [Adjudication(record, truth[record]) for record in sorted(known)]
            model = registry.create(name, question).fit([*facts, *adjudications])
            found.append(score(leaders(model, rest), rest))
        yield f"`{name}`, {ADJUDICATIONS} adjudications", list(np.mean(found, axis=0))
