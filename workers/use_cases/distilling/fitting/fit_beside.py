"""Large models are fitted beside the workers, and answers are decided by the fit before until that is done.

A run that finds a fit due asks for it (`ask`). A job of its own begins a process beside the worker (`turn`)
and goes away. The process loads the models as everybody does, fits them, and takes the dataset's lease only
to save them (`fit`). What was said meanwhile is in the history, behind the position that the saved models
know: whoever loads them reads it. A process that is killed leaves nothing behind, and is asked for again.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.state.model_info import ModelInfo
from argilla_distill.plugin.dispatch import FIT
from argilla_distill.plugin.errors import DistillError
from argilla_distill.plugin.store import Store, StoreError
from argilla_distill.plugin.store.work.fits import RENEW_S
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.failed_strategies import lacking
from argilla_distill.workers.use_cases.beside import folder_of
from argilla_distill.workers.use_cases.distilling import saving
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.world import World, patiently
from argilla_distill.workers.versions.aside import RESULT, Aside, WorkFailed, within_limits

log = logging.getLogger("distill.fit")

COMING = "is learned from the whole history, which takes a while"
"""What `status` says of a question in `Models.coming`."""

REST = 10
"""Between two fits pass at least so many times as many seconds as the first one took: for each, the worker
ends its slice, and loads what was fitted."""

AGAIN_S = 30
"""After a fit that something hindered, the next is asked for so much later."""

CPU_S = 1800
"""A fit that has taken so many seconds of a processor is ended: it would never come to an end."""

BEGUN, UNDER_WAY, OUT_OF_DATE = "begun", "another fit is under way", "out of date"
DONE, NOTHING_DUE = "done", "nothing is due"


@dataclass
class FitOutcome:
    """What a fit beside the workers came to: how it ended, and each question's number of its fit."""

    status: str
    fits: dict[str, int | str] = field(default_factory=dict)


def ask(run: Run) -> bool:
    """Have a fit made that is due, if nobody has asked for it; whether that was done now."""
    world, dataset_id = run.world, run.dataset.id
    if not run.models.fit_wanted or not world.store.fits.claim(dataset_id):
        return False
    world.dispatch.enqueue(FIT, dataset_id)
    return True


def trouble(world: World, dataset_id: str) -> list[str]:
    """Why no fit is begun for now though one is due, in a sentence; empty where nothing is wrong."""
    why = world.store.fits.trouble(dataset_id)
    return [f"a fit failed, and is tried again within the hour: {why}"] if why else []


def turn(world: World, dataset_id: str, work: Callable[[], None], aside: Aside) -> str:
    """See to it that a process fits the dataset's models; returns how that is going, at once.

    Parameters
    ----------
    work : calls `fit` with a world of its own.
    aside : begins it, and knows whether it lives.
    """
    folder = folder_of(world, dataset_id, "fit")
    former = (folder / RESULT).exists()
    for _ in range(2 if former else 1):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            if not aside(folder, work, lambda: True):
                return BEGUN
        except WorkFailed as error:
            log.warning("fit of dataset=%s: %s", dataset_id, error)
            world.store.fits.pause(dataset_id, str(error))
            shutil.rmtree(folder, ignore_errors=True)
            return f"failed: {error}"
        except OSError as error:  # no room, or Argilla or Redis away: it is asked for again
            return f"put off: {error}"
        shutil.rmtree(folder, ignore_errors=True)
    return DONE


def work(world: World, dataset_id: str) -> None:
    """Fit them: what the process beside the worker does."""
    within_limits(CPU_S)
    start = time.monotonic()
    try:
        outcome = fit(world, dataset_id)
    except (DistillError, StoreError) as error:  # Argilla or Redis away, the dataset busy or gone
        log.warning("fit of dataset=%s is left for later: %s", dataset_id, error)
        return
    log.info(
        "fit dataset=%s outcome=%s fits=%s seconds=%.2f",
        dataset_id,
        outcome.status,
        outcome.fits,
        time.monotonic() - start,
    )


def fit(world: World, dataset_id: str, every: bool = False) -> FitOutcome:
    """Fit a dataset's models without keeping anybody waiting, and save them if they are still wanted then.

    Parameters
    ----------
    every : all of them, due or not, each with a fit of a new number.

    Raises
    ------
    DatasetBusy : the distiller did not give the dataset's lease back in time.
    """
    token, fits = secrets.token_hex(8), world.store.fits
    if not fits.begin(dataset_id, token):
        return FitOutcome(UNDER_WAY)
    start, ended = time.monotonic(), threading.Event()
    threading.Thread(target=_live, args=(world, dataset_id, token, ended), daemon=True).start()
    rest_s = AGAIN_S
    try:
        outcome = _fit(world, dataset_id, token, every)
        rest_s = round(REST * (time.monotonic() - start))
    finally:
        ended.set()
        fits.end(dataset_id, token, rest_s)
    world.dispatch.wake(dataset_id)
    return outcome


def _live(world: World, dataset_id: str, token: str, ended: threading.Event) -> None:
    """Give signs of life until the fit has ended, or is ours no longer."""
    while not ended.wait(RENEW_S):
        try:
            if not world.store.fits.renew(dataset_id, token):
                return
        except StoreError:
            log.warning("fit of dataset=%s: no sign of life could be given", dataset_id)


def _fit(world: World, dataset_id: str, token: str, every: bool) -> FitOutcome:
    store = world.store
    written, known = store.fits.written(dataset_id), _identities(store, dataset_id)
    dataset = world.gateway.dataset(dataset_id)
    models = Models.load(store, dataset, world.plan(dataset.full_name))
    try:
        due = [m for m in models.by_question.values() if every or m.folded or m.fit_wanted]
        new = [m for m in due if every or m.folded or m.outgrown]
        if not due:
            return FitOutcome(NOTHING_DUE)
        for model in due:
            if not model.folded:
                model.refit()
            model.strategy.compact()
        packed = {model.question.name: model.packed() for model in due}
        folded = {m.question.name for m in due if m.folded}
        if any(m.folded for m in models.readers):
            saving.note_unread(store, dataset_id)
        lease = patiently(world.store, dataset_id)
        try:
            ours = store.fits.renew(dataset_id, token)
            same = known == _identities(store, dataset_id)
            if not ours or not same or store.fits.written(dataset_id) != written:
                return FitOutcome(OUT_OF_DATE)
            entries = [model.begin_fit() for model in new]
            ids = store.history.ids(dataset_id, store.now(), len(entries))
            filed = [e.filed(i) for e, i in zip(entries, ids, strict=True)]

            def write(pipe: Any) -> None:
                store.history.append(pipe, dataset_id, filed)
                models.write(pipe, store, due, packed)
                store.fits.write(pipe, dataset_id)
                store.unsettle(pipe, dataset_id)

            lease.commit(write)
        finally:
            lease.release()
        if new:
            store.moved.note_near(dataset_id)
        store.dirty.make_stale(dataset_id, lacking(store, dataset_id, folded))
        return FitOutcome(DONE, {m.question.name: m.fit for m in models.by_question.values()})
    finally:
        models.keep_failures(store)
        models.close()


def _identities(store: Store, dataset_id: str) -> Mapping[str, tuple[object, ...]]:
    """Question → what its saved model is: another one is not ours to replace."""
    return {name: _identity(info) for name, info in store.models.all(dataset_id).items()}


def _identity(info: ModelInfo) -> tuple[object, ...]:
    return info.strategy, info.question, info.terms, info.fit, info.text_series
