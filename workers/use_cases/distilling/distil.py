"""Distil: observe the dirty records of one dataset, learn, decide, publish the difference.

One distiller per dataset at a time. It works in batches until nothing waits or its slice of time is
over. Whatever interrupts it (a killed process, Redis or Argilla away) leaves the records dirty, and
every step may be repeated: observing twice adds nothing, publishing compares with what Argilla shows.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping

from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    DatasetBusy,
    LeaseLost,
    NotInArgilla,
)
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store.datasets import DELETED
from argilla_distill.plugin.store.work.first_look import FirstLook
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.engine.errors import StrategyFailed
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.use_cases.connecting import late_writes
from argilla_distill.workers.use_cases.distilling.ahead import Ahead, FirstRecords
from argilla_distill.workers.use_cases.distilling.annotators import NumberedAnnotators
from argilla_distill.workers.use_cases.distilling.dataset_news import is_new, note_news
from argilla_distill.workers.use_cases.distilling.fitting import fit_beside
from argilla_distill.workers.use_cases.distilling.forwarding import forward
from argilla_distill.workers.use_cases.distilling.run import DatasetChanged, Run, RunOutcome
from argilla_distill.workers.use_cases.distilling.time_slice import CAREFUL_TRIES, TimeSlice
from argilla_distill.workers.use_cases.remains import is_surely_gone
from argilla_distill.workers.use_cases.reports import report_due
from argilla_distill.workers.use_cases.reviews import review_of
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.distil")

SLICE_S = 30.0

MAX_REST_S = 20
"""After a failure Argilla is left alone for twice as long as after the one before, at most so long."""

GONE = "deleted in Argilla; its history is kept"

LEFT = (
    "{} is left there: nobody reads what is answered in it any more, so it may be deleted as well"
)
"""What `status` says of the review dataset of a deleted dataset."""


def distil(world: World, dataset_id: str, slice_s: float = SLICE_S) -> RunOutcome:
    """Work on one dataset until nothing waits, or `slice_s` seconds and the batch in hand are over.

    The time begins when the models are loaded, and a slice does one batch at least: so it gets on,
    however long loading takes.

    Failures that time may mend end the run with another status; the records stay dirty.
    """
    outcome = RunOutcome(dataset_id)
    lease, look = world.store.begin(dataset_id)
    if lease is None:
        outcome.status = "busy"
        return outcome
    rest_s = 0
    try:
        if look.original is not None:
            outcome.status = "forwarded"
            outcome.records = forward(world, dataset_id, look.original)
            return outcome
        _work(world, dataset_id, lease, look, outcome, slice_s)
    except LeaseLost:
        outcome.status = "lease lost"
    except (ArgillaUnavailable, ArgillaRefused) as error:
        # Of a dataset that is deleted in the middle of the work Argilla says 404, or 500.
        if is_surely_gone(world, dataset_id):
            _let_go(world, outcome)
        else:
            rest_s = _failed(world, dataset_id, error)
            outcome.status, outcome.waiting = "failed", False
            outcome.errors.append(str(error))
    finally:
        lease.release(rest_s)
    _take_back(world, outcome)
    return outcome


def _trouble(run: Run) -> str:
    """What is wrong with the dataset's models for now, for `status`."""
    found = {**run.models.failed, **dict.fromkeys(sorted(run.models.coming), fit_beside.COMING)}
    trouble = [f"{name}: {why}" for name, why in found.items()]
    if run.models.fit_wanted:
        trouble += fit_beside.trouble(run.world, run.dataset.id)
    return "; ".join(trouble)


def _take_back(world: World, outcome: RunOutcome) -> None:
    """Take back what landed after a `disconnect`; what fails is tried again when the cron looks."""
    try:
        late_writes.take_back(world, outcome.dataset_id)
    except (ArgillaUnavailable, ArgillaRefused, NotInArgilla, LeaseLost, DatasetBusy) as error:
        outcome.errors.append(str(error))


def _work(
    world: World,
    dataset_id: str,
    lease: Lease,
    look: FirstLook,
    outcome: RunOutcome,
    slice_s: float,
) -> None:
    """The run; begun anew where the dataset has changed, or, without it, where a strategy of a team's own
    fails in the middle."""
    while (run := begin(world, dataset_id, lease, look, outcome)) is not None:
        try:
            run.models.look_at_lacking(world.store)
            TimeSlice(run, time.monotonic() + slice_s).work()
            run.models.forget_failures(world.store)
            world.store.datasets.note(dataset_id, failing=0, word=_trouble(run))
            report_due.ask(world, dataset_id)
            world.kept.put(run.models)
            return
        except DatasetChanged:
            look = world.store.look(dataset_id)
        except StrategyFailed as error:
            outcome.errors.append(str(error))
            look = world.store.look(dataset_id)
        finally:
            run.models.keep_failures(world.store)
            run.models.close()


def _let_go(world: World, outcome: RunOutcome) -> None:
    """Nothing is to be done any more with a dataset that was deleted; what is known of it is kept.

    Attempts that failed since the last one that did not were its first signs: Argilla stumbles over a
    dataset that it is deleting before it says that it is gone. They are not counted.
    """
    datasets, dataset_id = world.store.datasets, outcome.dataset_id
    outcome.status, outcome.waiting = "deleted", False
    world.store.dirty.drop(dataset_id)
    known = datasets.info(dataset_id)
    if "name" in known:
        review = world.store.reviews.of(dataset_id)
        word = GONE if review is None or review.gone else f"{GONE}. {LEFT.format(review.name)}"
        datasets.note(dataset_id, state=DELETED, word=word)
        if signs := int(known.get("failing", 0)):
            failures = max(int(known.get("failures", 0)) - signs, 0)
            datasets.note(dataset_id, failing=0, failures=failures)
    else:
        datasets.forget(dataset_id)


def _failed(world: World, dataset_id: str, error: Exception) -> int:
    """Note a failed attempt; returns for how many seconds to leave Argilla alone."""
    datasets = world.store.datasets
    failing = int(datasets.info(dataset_id).get("failing", 0)) + 1
    failures = int(datasets.info(dataset_id).get("failures", 0)) + 1
    datasets.note(dataset_id, failing=failing, failures=failures, word=str(error))
    world.store.dirty.end(dataset_id)
    return int(min(2 ** min(failing, 10), MAX_REST_S))


def begin(
    world: World, dataset_id: str, lease: Lease, look: FirstLook, outcome: RunOutcome
) -> Run | None:
    """Get to know the dataset; None where there is nothing to be done with it."""
    if not look.connected:
        outcome.status = "disconnected"
        return None
    with Ahead(world, dataset_id) as ahead:
        return _begun(world, dataset_id, lease, look.facts, outcome, ahead)


def _begun(
    world: World,
    dataset_id: str,
    lease: Lease,
    known: Mapping[str, str],
    outcome: RunOutcome,
    ahead: Ahead,
) -> Run | None:
    datasets = world.store.datasets
    # Argilla cannot rename a workspace
    names = {known["workspace_id"]: known["workspace"]} if "workspace_id" in known else {}
    before = world.kept.dataset(dataset_id)
    first = ahead.records(CAREFUL_TRIES) if before else FirstRecords()
    asked = ahead.dataset(names, first)
    annotators = NumberedAnnotators(
        world.store, world.gateway, dataset_id, world.settings.plan.sources
    )
    annotators.rename()
    review = review_of(world, dataset_id)
    if before and (first.reading is None or not _is_as_noted(world, before, known)):
        before = None
    try:
        dataset = before or asked.result()
    except NotInArgilla:
        _let_go(world, outcome)
        return None
    if world.is_twin(dataset):
        outcome.status = "ignored: the twin of a version"
        world.store.dirty.drop(dataset_id)
        return None
    if "name" not in known:
        datasets.add(dataset_id)
    plan = world.plan(dataset.full_name)
    state = "active" if plan.distil and dataset.status == "ready" else "ignored"
    if state == "active":
        note_news(world, lease, dataset, plan, known, annotators)
    people = annotators.by_number
    kept = world.kept.take(world.store, dataset, plan, people)
    models, decided = kept or (Models.load(world.store, dataset, plan, people, at_once=True), [])
    facts = _facts(dataset, models, plan, state)
    if facts := {name: fact for name, fact in facts.items() if known.get(name) != str(fact)}:
        datasets.note(dataset_id, **facts)
    if state == "ignored" or (not (models.by_question or models.absent)):
        outcome.status = "ignored"
        world.store.dirty.drop(dataset_id)
        models.close()
        return None
    run = Run(world, lease, dataset, plan, annotators, models, outcome, first, review=review)
    run.asked = asked if before else None
    run.failing = int(known.get("failing", 0))
    run.decided.update(decided)
    return run


def _is_as_noted(world: World, dataset: Dataset, known: Mapping[str, str]) -> bool:
    """Whether the facts of a dataset are those of the dataset as it was: else somebody knows it better."""
    plan = world.plan(dataset.full_name)
    return known.get("name") == dataset.full_name and not is_new(dataset, plan, known)


def _facts(
    dataset: Dataset, models: Models, plan: DatasetSettings, state: str
) -> dict[str, str | int | float]:
    questions = {
        q.name: {
            "type": q.type,
            "labels": list(q.labels),
            "field": q.field,
            "word": models.left_alone.get(q.name, "distilled"),
            **({"failed": models.failed[q.name]} if q.name in models.failed else {}),
        }
        for q in dataset.questions
    }
    return {
        "name": dataset.full_name,
        "workspace": dataset.workspace,
        "workspace_id": dataset.workspace_id,
        "state": state,
        "publish": plan.publish,
        "overlap": dataset.min_submitted,
        "review_share": plan.review_share,
        "review_audits": plan.review_audits,
        "explains": plan.explanation_question,
        "questions": json.dumps(questions),
    }
