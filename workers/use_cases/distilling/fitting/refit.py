"""Refit: fit the models anew from the current votes, and begin new fits where votes have grown."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.errors import DatasetBusy
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.engine.errors import StrategyFailed
from argilla_distill.workers.models import question_model
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.failed_strategies import forgive
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.use_cases.distilling.annotators import NumberedAnnotators
from argilla_distill.workers.use_cases.distilling.fitting import fit_beside
from argilla_distill.workers.use_cases.distilling.run import Run, RunOutcome
from argilla_distill.workers.use_cases.world import LEASE_WAIT_S, World, patiently


def begin_due_fits(run: Run, over: Callable[[], bool]) -> bool:
    """Begin a new fit of every small model whose votes have changed enough since its last.

    False if the time was over before that was done.
    """
    for model in run.models.by_question.values():
        if model.outgrown and not model.large:
            if over():
                return False
            begin_fits(run, [model])
    return True


def begin_fits(run: Run, models: list[Model]) -> None:
    """Refit these models and begin a new fit of each, with an entry in the history."""
    if not models:
        return
    for model in models:
        model.refit()
    entries = [model.begin_fit() for model in models]
    ids = run.store.history.ids(run.dataset.id, run.store.now(), len(entries))
    filed = [e.filed(i) for e, i in zip(entries, ids, strict=True)]

    def write(pipe: Any) -> None:
        run.store.history.append(pipe, run.dataset.id, filed)
        run.models.write(pipe, run.store, models, packed={})

    for model, entry in zip(models, filed, strict=True):
        model.position = entry.id
    run.lease.commit(write)
    for model in models:
        model.written()
    run.store.moved.note_near(run.dataset.id)


def refit(world: World, dataset_id: str) -> dict[str, int | str]:
    """Fit a dataset's models anew on demand; returns each question's fit, or why it failed.

    Strategies that failed earlier are tried again.

    Raises
    ------
    DatasetBusy : the distiller did not give the dataset's lease back in time.
    """
    forgive(world.store, dataset_id)
    if any(
        info.votes >= question_model.LARGE for info in world.store.models.all(dataset_id).values()
    ):
        return _beside(world, dataset_id)
    dataset = world.gateway.dataset(dataset_id)
    plan = world.plan(dataset.full_name)
    lease = patiently(world.store, dataset_id)
    try:
        fits = None
        while fits is None:
            fits = _refit(world, dataset, plan, lease)
    finally:
        lease.release()
    world.dispatch.wake(dataset_id)
    return fits


def _beside(world: World, dataset_id: str) -> dict[str, int | str]:
    """The same of large models, without keeping answers waiting meanwhile."""
    world.store.fits.forgive(dataset_id)
    end = time.monotonic() + LEASE_WAIT_S
    while (outcome := fit_beside.fit(world, dataset_id, every=True)).status != fit_beside.DONE:
        if time.monotonic() >= end:
            raise DatasetBusy(f"dataset {dataset_id}: {outcome.status}")
        time.sleep(1.0)
    return outcome.fits


def _refit(
    world: World, dataset: Dataset, plan: DatasetSettings, lease: Lease
) -> dict[str, int | str] | None:
    """The same, with the lease; None if a strategy failed in the middle: to be done without it."""
    annotators = NumberedAnnotators(
        world.store, world.gateway, dataset.id, world.settings.plan.sources
    )
    models = Models.load(world.store, dataset, plan, annotators.by_number)
    try:
        run = Run(world, lease, dataset, plan, annotators, models, RunOutcome(dataset.id))
        begin_fits(run, list(models.by_question.values()))
        world.store.dirty.make_stale(dataset.id, models.moved(plan.tolerance))
        lease.commit(
            lambda pipe: models.write(pipe, world.store, models.by_question.values(), packed={})
        )
        for model in models.by_question.values():
            model.written()
        models.look_at_lacking(world.store)
        models.forget_failures(world.store)
    except StrategyFailed:
        return None
    finally:
        models.keep_failures(world.store)
        models.close()
    return {name: model.fit for name, model in models.by_question.items()} | models.failed
