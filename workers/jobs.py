"""RQ entry points: build the world, call the use case, write one log line. Arguments are ids.

The worker process imports this module before it forks (see `workers.processes`), so that no job pays for
imports. Nothing imports it: the listener names jobs by their path.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from argilla_distill.plugin import store
from argilla_distill.plugin.argilla import gateway, sdk
from argilla_distill.plugin.dispatch import (
    ARCHIVE,
    DIFFERENCE,
    ORDERS,
    REPORT,
    ROUND,
    SWEEP,
    TRACE,
    TWIN,
    VERSION,
)
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    DatasetBusy,
    LeaseLost,
    NotInArgilla,
)
from argilla_distill.plugin.settings import Settings, read
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.use_cases import sweep as sweeping
from argilla_distill.workers.use_cases.beside import WAITING
from argilla_distill.workers.use_cases.distilling import distil as distilling
from argilla_distill.workers.use_cases.distilling.fitting import fit_beside
from argilla_distill.workers.use_cases.due import runs_due
from argilla_distill.workers.use_cases.reports import guidelines, report_beside
from argilla_distill.workers.use_cases.reports import report as reporting
from argilla_distill.workers.use_cases.tracing.due import due
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, beside

log = logging.getLogger("distill.jobs")

Work: TypeAlias = Callable[[World, str], None]
"""What the process beside does to a dataset."""
Turn: TypeAlias = Callable[[World, str, float, Callable[[], None], Aside], str]
"""Looks after that for so many seconds, and says how far it is."""

VERSION_SLICE_S = 5.0
"""So long a worker looks after a version before it looks whether it is to stop; less where answers wait."""

REPORT_SLICE_S = 5.0
"""So long a worker looks after a large report that is counted beside it; less where answers wait."""

TRACE_SLICE_S = 5.0
"""So long a worker looks after a process that looks at segments; less where answers wait."""

ORDERS_SLICE_S = 5.0
"""So long a worker looks after a process that carries out orders or counts rounds, while nothing waits."""

ARCHIVE_SLICE_S = 5.0
"""So long a worker looks after a process that moves old entries of a history; less where answers wait."""

TWIN_SLICE_S = 30.0
"""So long a twin is written at once: it gives way, after the call in hand, to whatever else waits."""


_worlds: list[World] = []


def world() -> World:
    """The world as the environment describes it now; the same one as for the job before, if it is.

    A process that does many jobs so keeps its connections, and the models that it worked on last.
    """
    settings = read(os.environ)
    if _worlds and _worlds[0].settings != settings:
        former = _worlds.pop()
        former.gateway.close()
        former.store.redis.close()
    if not _worlds:
        _worlds.append(opened(settings))
    return _worlds[0]


def opened(settings: Settings) -> World:
    """A world with connections of its own, in which no models are kept yet."""
    state = store.connect(settings)
    argilla = gateway.connect(settings, state.service.time)
    return World(argilla, state, settings, KeptModels(settings.worker_memory_mb * 1_000_000 // 2))


def distil(dataset_id: str) -> None:
    """Observe, learn, decide and publish the dirty records of a dataset."""
    start = time.perf_counter()
    w = world()
    outcome = distilling.distil(w, dataset_id)
    if outcome.waiting:
        w.dispatch.wake(dataset_id)
    log.info(
        "distil dataset=%s records=%d entries=%d published=%d outcome=%s seconds=%.2f%s",
        dataset_id,
        outcome.records,
        outcome.entries,
        outcome.published,
        outcome.status,
        time.perf_counter() - start,
        "".join(f" error={error!r}" for error in outcome.errors),
    )


def fit(dataset_id: str) -> None:
    """See to it that the large models of a dataset are fitted, in a process beside the worker."""
    start = time.perf_counter()
    w = world()

    def apart() -> None:
        fit_beside.work(opened(w.settings), dataset_id)  # connections are not shared

    status = fit_beside.turn(w, dataset_id, apart, beside)
    log.info(
        "fit dataset=%s outcome=%s seconds=%.2f", dataset_id, status, time.perf_counter() - start
    )


def sweep(dataset_id: str) -> None:
    """Compare a whole dataset with what we know of it."""
    start = time.perf_counter()
    w = world()
    report = sweeping.sweep(w, dataset_id, slice_s=distilling.SLICE_S)
    if report.waiting:
        w.dispatch.enqueue(SWEEP, dataset_id)
    log.info(
        "sweep dataset=%s records=%d differing=%d outcome=%s seconds=%.2f",
        dataset_id,
        report.records,
        report.differing,
        report.status,
        time.perf_counter() - start,
    )


def report(dataset_id: str) -> None:
    """Count a dataset for the pages, and bring its guidelines' examples up to date if they are wanted."""
    start, written = time.perf_counter(), ""
    w = world()
    counted = _counted(w, dataset_id)
    if counted is None:
        w.dispatch.enqueue(REPORT, dataset_id)
        return
    if counted.status == "done" and due(w, dataset_id):
        w.dispatch.enqueue(TRACE, dataset_id)
    if counted.status == "done" and w.store.runs.any(dataset_id):  # audits may have been answered
        runs_due.ask(w, dataset_id)
    try:
        outcome = guidelines.keep_current(w, dataset_id)
        written = f" guidelines={outcome.state}" if outcome else ""
    except (ArgillaUnavailable, ArgillaRefused, NotInArgilla, DatasetBusy, LeaseLost) as error:
        log.warning("guidelines of dataset=%s are left for the next report: %s", dataset_id, error)
    log.info(
        "report dataset=%s records=%d votes=%d outcome=%s seconds=%.2f%s",
        dataset_id,
        counted.records,
        counted.votes,
        counted.status,
        time.perf_counter() - start,
        written,
    )


def _counted(w: World, dataset_id: str) -> reporting.Counted | None:
    """What a report counted; None where it goes on beside the worker, and is to be looked after again."""
    if not report_beside.is_large(w, dataset_id):
        return reporting.report(w, dataset_id)

    def apart() -> None:
        reporting.report(opened(w.settings), dataset_id)  # connections are not shared

    if not report_beside.turn(w, dataset_id, REPORT_SLICE_S, apart, beside):
        return None
    return report_beside.counted(w, dataset_id)


def version(dataset_id: str) -> None:
    """Make the versions of a dataset that were asked for, a slice at a time."""
    from argilla_distill.workers.use_cases.versions import making  # loads pyarrow

    start = time.perf_counter()
    w = world()
    made = making.make(w, dataset_id, VERSION_SLICE_S, aside=beside, urgent=w.dispatch.urgent)
    if made.waiting:
        w.dispatch.enqueue(VERSION, dataset_id)
    if made.manifest is not None and w.store.twins.waiting(dataset_id):
        w.dispatch.enqueue(TWIN, dataset_id)
    log.info(
        "version dataset=%s version=%s outcome=%s seconds=%.2f",
        dataset_id,
        made.name,
        made.status,
        time.perf_counter() - start,
    )


def difference(dataset_id: str) -> None:
    """Compare the versions of a dataset that pages ask about."""
    from argilla_distill.workers.use_cases.versions import comparing  # loads pyarrow

    start = time.perf_counter()
    end = start + VERSION_SLICE_S
    w = world()
    status, waiting = comparing.compare_asked(
        w, dataset_id, beside, lambda: time.perf_counter() >= end or w.dispatch.urgent()
    )
    if waiting:
        w.dispatch.enqueue(DIFFERENCE, dataset_id)
    log.info(
        "difference dataset=%s outcome=%s seconds=%.2f",
        dataset_id,
        status,
        time.perf_counter() - start,
    )


def twin(dataset_id: str) -> None:
    """Write the twins of a dataset's versions that were asked for, while nothing else waits."""
    from argilla_distill.workers.use_cases.twins import filling  # loads pyarrow

    start = time.perf_counter()
    w = world()
    create = partial(sdk.create, w.settings)
    done = filling.fill(w, dataset_id, TWIN_SLICE_S, create, beside)
    if done.again:
        w.dispatch.enqueue(TWIN, dataset_id)
    log.info(
        "twin dataset=%s version=%s records=%d outcome=%s seconds=%.2f",
        dataset_id,
        done.version,
        done.records,
        done.status,
        time.perf_counter() - start,
    )


def trace(dataset_id: str) -> None:
    """Look at the segments of a dataset's latest version, in a process beside the worker."""
    from argilla_distill.workers.use_cases.tracing import turns  # loads pyarrow

    _look_after(TRACE, "trace", dataset_id, turns.look, turns.turn, TRACE_SLICE_S)


def round_(dataset_id: str) -> None:
    """End the rounds that are complete, and count those whose version is made, beside the worker."""
    from argilla_distill.workers.use_cases.orders import turns  # loads pyarrow and scikit-learn

    _look_after(ROUND, "rounds", dataset_id, turns.count, turns.turn_of_rounds, ORDERS_SLICE_S)


def orders(dataset_id: str) -> None:
    """Carry out what was asked for through the web process, in a process beside the worker."""
    from argilla_distill.workers.use_cases.orders import turns  # loads pyarrow and scikit-learn

    _look_after(ORDERS, "orders", dataset_id, turns.work, turns.turn, ORDERS_SLICE_S)


def archive(dataset_id: str) -> None:
    """Move old entries of a dataset's history into files, in a process beside the worker."""
    from argilla_distill.workers.use_cases import archiving  # loads pyarrow

    _look_after(ARCHIVE, "archive", dataset_id, archiving.work, archiving.turn, ARCHIVE_SLICE_S)


def _look_after(
    job: str, what: str, dataset_id: str, work: Work, turn: Turn, slice_s: float
) -> None:
    """A turn of work that a process beside the worker does; the job again where another is needed."""
    start = time.perf_counter()
    w = world()

    def apart() -> None:
        work(opened(w.settings), dataset_id)  # connections are not shared between processes

    status = turn(w, dataset_id, slice_s, apart, beside)
    if status == WAITING:
        w.dispatch.enqueue(job, dataset_id)
    log.info(
        "%s dataset=%s outcome=%s seconds=%.2f",
        what,
        dataset_id,
        status,
        time.perf_counter() - start,
    )
