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
TRAINED = f"`learned`, {ADJUDICATIONS} adjudications"

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


def ours(question: Question, facts: Sequence[Fact]) -> Iterator[tuple[str, Strategy]]:
    """Those of our strategies that answer the question, fitted."""
    for name in OURS:
        try:
            model = registry.create(name, question)
        except UnsuitedStrategy:
            continue
        yield f"`{name}`", model.fit(facts)


def leaders(model: Strategy, records: Sequence[str]) -> dict[str, Value]:
    """What each record is decided for, sure or not."""
    return {d.record: d.leader for d in model.decide(records)}


def trained(
    question: Question,
    facts: Sequence[Fact],
    truth: Mapping[str, Value],
    score: Callable[[Mapping[str, Value], Sequence[str]], Sequence[float]],
    draws: int,
) -> Row:
    """`learned` with adjudications: the mean over draws."""
    records, found = sorted(truth), []
    for draw in range(draws):
        known = np.random.default_rng(draw).choice(records, ADJUDICATIONS, replace=False).tolist()
        rest = sorted(truth.keys() - set(known))
        adjudications = [Adjudication(record, truth[record]) for record in sorted(known)]
        model = registry.create("learned", question).fit([*facts, *adjudications])
        found.append(score(leaders(model, rest), rest))
    return TRAINED, list(np.mean(found, axis=0))
