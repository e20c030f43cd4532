"""Which scenario is played, and how fast: the options applied to what `crowd` and `recorded` offer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from demo.options import Options
from demo.scenarios import crowd
from demo.scenarios.recorded import RecordedAnnotator, recorded
from demo.scenarios.scenario import Assignment, Scenario

BUILT_IN_SPEED = 3.0
"""The built-in plan takes people four minutes."""

BUILT_IN_OVERLAP = 5
MAX_INCOMPLETE = 4

COMPLETING = 0.9
"""The share of recorded records that must have answers enough to complete."""


@dataclass(frozen=True)
class Programme:
    """A scenario, how many times as fast as its plan, and how many answers were left out of it."""

    scenario: Scenario
    speed: float
    left_out: int = 0


def programme(options: Options) -> Programme:
    """What is to be played.

    Raises
    ------
    ValueError : the options cannot be met, or the folder cannot be replayed; the message says why.
    """
    if options.answers is None:
        return Programme(_built_in(options), options.speed or BUILT_IN_SPEED)
    return _replayed(options, options.answers)


def _replayed(options: Options, folder: Path) -> Programme:
    whole = recorded(folder, options.overlap, options.records)
    overlap = options.overlap or usual_overlap(whole.plan)
    scenario = without_surplus(whole, overlap)
    if not scenario.completed():
        raise ValueError(f"{folder}: no record has {overlap} answers; none would complete")
    left_out = len(whole.plan) - len(scenario.plan)
    return Programme(scenario, options.speed or math.inf, left_out)


def _built_in(options: Options) -> Scenario:
    overlap = options.overlap or BUILT_IN_OVERLAP
    scenario = crowd.support_chatbot(options.seed, incomplete=0)
    items = scenario.items[: options.records]
    kept = {item.id for item in items}
    incomplete = min(MAX_INCOMPLETE, len(items) // 10) if overlap > 1 else 0
    return replace(
        scenario,
        items=items,
        suggestions=tuple(s for s in scenario.suggestions if s.item in kept),
        plan=crowd.assignments(items, scenario.annotators, overlap, options.seed, incomplete),
        truth={item.id: item.truth for item in items},
        overlap=overlap,
    )


def usual_overlap(plan: Iterable[Assignment]) -> int:
    """The highest overlap that still lets nearly all records complete (see COMPLETING).

    The record with the fewest answers would set it too low: a single one with one answer, and
    every record would be completed, and shown our label, after its first.

    >>> usual_overlap(Assignment(0, str(n), f"r{i}") for i in range(10) for n in range(1 + 2 * i))
    3
    """
    answers = Counter(Counter(assignment.item for assignment in plan).values())
    enough, total = 0, answers.total()
    for overlap in sorted(answers, reverse=True):
        enough += answers[overlap]
        if enough >= COMPLETING * total:
            return overlap
    raise ValueError("there are no answers")


def without_surplus(scenario: Scenario, overlap: int) -> Scenario:
    """The scenario without answers to records that are complete already.

    Argilla takes a completed record out of everybody's queue: nobody would have given them.
    """
    seen: Counter[str] = Counter()
    plan, kept = [], set()
    for assignment in scenario.plan:
        seen[assignment.item] += 1
        if seen[assignment.item] <= overlap:
            plan.append(assignment)
            kept.add((assignment.annotator, assignment.item))
    annotators = []
    for annotator in scenario.annotators:
        if isinstance(annotator, RecordedAnnotator):
            given = {i: a for i, a in annotator.answers.items() if (annotator.name, i) in kept}
            if not given:
                continue
            annotator = replace(annotator, answers=given)
        annotators.append(annotator)
    return replace(scenario, plan=tuple(plan), annotators=tuple(annotators), overlap=overlap)
