"""Records that are decided differently since the models have learned from others: they become stale."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from argilla_distill.domain.state.decision import Decisions
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.models.values import json_of
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.committing import limits
from argilla_distill.workers.use_cases.distilling.steps.stored_decision import (
    published_confidence,
)

DECIDE_AT_ONCE = 2_000

HEED = 0.25
"""Records are looked at again when they moved by this share of the tolerance since we last looked:
what a model last reported of a record need not be what was last written."""

ROUNDING = 0.001
"""Posteriors are stored to so much: what differs by no more is the same."""


def make_moved_stale(run: Run, over: Callable[[], bool]) -> None:
    """Find the records that are decided differently now; when the time is over, take all that may be."""
    dirty, dataset_id = run.store.dirty, run.dataset.id
    aside = dirty.poisoned(dataset_id)
    near = sorted(run.decided.union(run.store.datasets.near(dataset_id)))
    run.decided.clear()
    found = dict.fromkeys([*run.models.moved(run.plan.tolerance * HEED), *near])
    moved = [i for i in found if i not in aside]
    for start in range(0, len(moved), DECIDE_AT_ONCE):
        part = moved[start : start + DECIDE_AT_ONCE]
        dirty.make_stale(dataset_id, part if over() else differing(run, part))


def differing(run: Run, ids: Sequence[str]) -> list[str]:
    """Those of the records that we decide differently now than we last did."""
    decided = run.models.decide(ids, run.plan)
    before = run.store.datasets.decisions(run.dataset.id, ids)
    return [
        record_id
        for record_id, old in zip(ids, before, strict=True)
        if old is not None  # gone, or waiting for its first look anyway
        and any(_differs(run, q, decision, old) for q, decision in decided[record_id].items())
    ]


def _differs(run: Run, question: str, decision: Decision, old: Decisions) -> bool:
    if question not in old:
        return True
    tolerance = max(run.plan.tolerance, ROUNDING)
    was, now = old[question], round(decision.confidence, 6)  # as it is stored
    parts = was.posterior.items() if decision.scores is not None else ()
    return (
        was.value != json_of(run.models.by_question[question].asked, decision.value)
        or abs(published_confidence(was) - decision.confidence) > tolerance
        or any((was.confidence >= at) != (now >= at) for at in limits(run, question))
        or any(abs(decision.posterior.get(part, p) - p) > tolerance for part, p in parts)
    )
