"""Records that are decided differently since the models have learned from others: they become stale."""

from __future__ import annotations

from collections.abc import Sequence

from argilla_distill.domain.state.decision import Decisions
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.models.values import json_of
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.committing import limits
from argilla_distill.workers.use_cases.distilling.steps.stored_decision import (
    published_confidence,
    stored_posterior,
)

DECIDE_AT_ONCE = 500
"""So many records are decided and compared in one step, so that a fresh answer does not wait long."""

NEAR = 25
"""Of the records that were decided near a limit, so many are compared after every batch, at random: what an
answer costs must not grow with the dataset. A record whose posterior moved by more than `HEED` of the
tolerance is compared at once, so what may wait has crossed a limit by less than that. All of them are
compared with a new fit, and with every sweep. Others are drawn only once more was said: what is refreshed
teaches nothing, and among those near a limit of a large dataset there is nearly always one more."""

HEED = 0.25
"""Records are looked at again when they moved by this share of the tolerance since we last looked:
what a model last reported of a record need not be what was last written."""

ROUNDING = 0.001
"""Posteriors are stored to so much: what differs by no more is the same."""


def make_moved_stale(run: Run) -> bool:
    """Look at some records that may be decided differently now; whether others are left to be looked at."""
    moved, dataset_id = run.store.moved, run.dataset.id
    noted = moved.take(dataset_id, DECIDE_AT_ONCE)
    if noted:
        _look_at(run, noted)
        moved.clear(dataset_id, noted)
        return True
    again = set(run.decided)
    if run.decided and run.outcome.entries > run.entries_at_draw:
        again.update(run.store.datasets.near(dataset_id, NEAR))
        run.entries_at_draw = run.outcome.entries
    run.decided.clear()
    found = list(dict.fromkeys([*run.models.moved(run.plan.tolerance * HEED), *sorted(again)]))
    now, later = found[:DECIDE_AT_ONCE], found[DECIDE_AT_ONCE:]
    moved.note(dataset_id, later)
    _look_at(run, now)
    return bool(later)


def _look_at(run: Run, ids: Sequence[str]) -> None:
    """Have those of these records refreshed that we decide differently now; not those set aside."""
    aside = run.store.dirty.poisoned(run.dataset.id) if ids else {}
    run.store.dirty.make_stale(run.dataset.id, differing(run, [i for i in ids if i not in aside]))


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
    tolerance, asked = max(run.plan.tolerance, ROUNDING), run.models.by_question[question].asked
    was, now = old[question], round(decision.confidence, 6)  # as it is stored
    told = was.confidence, published_confidence(was)  # on pages, and in Argilla
    before, after = was.posterior, stored_posterior(asked, decision)
    return (
        was.value != json_of(asked, decision.value)
        or any(abs(confidence - decision.confidence) > tolerance for confidence in told)
        or any((was.confidence >= at) != (now >= at) for at in limits(run, question))
        or any(
            abs(before.get(each, 0.0) - after.get(each, 0.0)) > tolerance
            for each in before.keys() | after.keys()
        )
    )
