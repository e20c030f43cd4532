"""Sweep: compare a whole dataset, page by page, with what we know of it. Backfill and reconciliation.

What differs is observed at once, under the lease, a page at a time, so that live work goes on in
between; a page that was read before somebody else looked at one of its records is not believed for
that record. What differed is marked stale, for the distiller to look at, decide and publish.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from argilla_distill.domain.disclosure import complete, may_show_in_argilla
from argilla_distill.domain.history.record_state import RECORD
from argilla_distill.domain.observing.echoes import same
from argilla_distill.domain.records import Dataset, DatasetQuestion, Record
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.plugin.dispatch import DISTIL, SWEEP
from argilla_distill.plugin.errors import DatasetBusy, InvalidValue, NotInArgilla
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.plugin.store.work.sweeps import Begun
from argilla_distill.workers.models.failed_strategies import forgive
from argilla_distill.workers.use_cases import counts
from argilla_distill.workers.use_cases.distilling.annotators import NumberedAnnotators
from argilla_distill.workers.use_cases.distilling.run import Visit
from argilla_distill.workers.use_cases.distilling.steps.observing import observe_records
from argilla_distill.workers.use_cases.reviews import review_of
from argilla_distill.workers.use_cases.world import LEASE_WAIT_S, World, patiently

PAGE = 500

AHEAD = 2
"""So many pages are asked for, one after the other, while one is compared; they wait unparsed."""

SLICE_WAIT_S = 10.0
"""So long a slice waits for whoever works on the dataset: meanwhile the worker does nothing for others."""

Progress = Callable[[int, int], None]
"""Called with how many records were compared, and how many there are."""


@dataclass
class SweepReport:
    """What a sweep found: records compared, how many differed from what we knew, and how it ended."""

    dataset_id: str
    name: str = ""
    records: int = 0
    differing: int = 0
    status: str = "done"
    waiting: bool = False


def sweep(
    world: World,
    dataset_id: str,
    progress: Progress = lambda done, total: None,
    slice_s: float = math.inf,
) -> SweepReport:
    """Compare a dataset with what we know of it, and observe what differs.

    After `slice_s` seconds and the page in hand, or when answers wait for a worker, or while somebody else
    keeps the dataset, it leaves the rest, and `waiting` says so: the next call with a slice goes on from
    there. One without begins anew.

    Raises
    ------
    DatasetBusy : somebody else kept the dataset for too long, and there is no slice.
    ArgillaUnavailable, ArgillaRefused : may be repeated; what was observed so far is kept.
    InvalidValue : Argilla cannot show its records, which `status` tells from then on.
    """
    report = SweepReport(dataset_id)
    store = world.store
    original = store.reviews.original_of(dataset_id)
    if original is not None:
        report.status = "ignored: a review dataset"
        world.dispatch.enqueue(SWEEP, original)
        return report
    try:
        dataset = world.gateway.dataset(dataset_id)
    except NotInArgilla:
        store.datasets.add(dataset_id)
        report.status = "deleted"
        world.dispatch.wake(dataset_id)
        return report
    if world.is_twin(dataset):
        report.status = "ignored: the twin of a version"
        return report
    store.datasets.add(dataset_id)
    report.name, plan = dataset.full_name, world.plan(dataset.full_name)
    if not plan.distil or dataset.status != "ready":
        report.status = "ignored"
        return report
    end, sliced = time.monotonic() + slice_s, math.isfinite(slice_s)
    wait_s = SLICE_WAIT_S if sliced else LEASE_WAIT_S
    review = review_of(world, dataset_id)
    begun = store.sweeps.begun(dataset_id) if sliced else None
    if begun is None:
        forgive(store, dataset_id)
        try:
            counts.begin(world, dataset_id, wait_s)
        except DatasetBusy as error:
            if not sliced:
                raise
            report.waiting, report.status = True, f"left to the next job: {error}"
            return report
        begun = Begun(
            started=store.now(),
            activity=world.gateway.activity(dataset_id),
            reviewed=_activity(world, review) if review is not None else 0,
        )
        store.service.keep_users(world.gateway.users())
    report.records, report.differing = begun.records, begun.differing
    seen: set[str] = set()

    def over() -> bool:
        """Whether the rest is left to the next job: by the clock, or because answers wait for a worker."""
        return time.monotonic() >= end or (sliced and world.dispatch.queued(DISTIL) > 0)

    def leave(why: str) -> SweepReport:
        if seen or not begun.records:
            now = replace(begun, records=report.records, differing=report.differing)
            store.sweeps.leave(dataset_id, now, seen)
        report.waiting, report.status = True, f"the rest is left to the next job{why}"
        return report

    for read_at, records, total in _told(
        world, dataset, _pages(world, dataset_id, begun.records, over)
    ):
        try:
            lease = patiently(world.store, dataset_id, wait_s)
        except DatasetBusy as error:
            if not sliced:
                raise
            return leave(f": {error}")
        seen.update(record.id for record in records)
        report.records += len(records)
        report.differing += _compare(world, lease, dataset, review, plan, records, read_at)
        progress(report.records, total)
        if report.records < total and over():
            return leave("")
    seen |= store.sweeps.seen(dataset_id) if begun.records else set()
    missing = [i for i in store.datasets.current_records(dataset_id) if i not in seen]
    report.differing += len(missing)
    store.dirty.mark(dataset_id, [*store.dirty.poisoned(dataset_id), *missing])
    store.datasets.note(
        dataset_id,
        swept_at=begun.started,
        swept_activity=begun.activity,
        unswept="",
        overlap=dataset.min_submitted,
        swept_overlap=dataset.min_submitted,
    )
    if review is not None:
        store.datasets.note(review.id, swept_activity=begun.reviewed)
    store.sweeps.end(dataset_id)
    store.moved.note_swept(dataset_id)
    world.dispatch.enqueue(DISTIL, dataset_id)
    return report


def _activity(world: World, review: Dataset) -> int:
    """When a review dataset was last active by Argilla's clock; 0 if it is gone."""
    try:
        return world.gateway.activity(review.id)
    except NotInArgilla:
        return 0


def _told(
    world: World, dataset: Dataset, pages: Iterator[tuple[int, list[Record], int]]
) -> Iterator[tuple[int, list[Record], int]]:
    """The pages; noted where Argilla cannot show one, as where metadata are no Unicode."""
    try:
        yield from pages
    except InvalidValue as error:
        why = (
            f"Argilla cannot show its records, so that it is not compared as a whole: {error}; answers are "
            "taken in as they come. Correct or delete the record at fault, then `argilla-distill backfill`"
        )
        world.store.datasets.note(dataset.id, unswept=why, unswept_name=dataset.full_name)
        raise


def _pages(
    world: World, dataset_id: str, offset: int, over: Callable[[], bool]
) -> Iterator[tuple[int, list[Record], int]]:
    """All pages with the time at which they were asked for; the next are read while one is compared.

    The thread that reads does nothing else, so that Argilla is asked for a page as soon as it has given the
    one before; what is read is parsed here. When it is `over`, nothing is read that nobody may ask for.
    """

    def read(offset: int) -> tuple[int, Callable[[], tuple[list[Record], int]]]:
        return world.store.now(), world.gateway.unparsed_page(dataset_id, offset, PAGE)

    reader = ThreadPoolExecutor(max_workers=1)
    try:
        ahead, total = deque([reader.submit(read, offset)]), 0
        while ahead:
            read_at, parsed = ahead.popleft().result()
            records, total = parsed()
            end = total if records and not over() else 0
            while len(ahead) < AHEAD and (following := offset + PAGE * (1 + len(ahead))) < end:
                ahead.append(reader.submit(read, following))
            yield read_at, records, total
            offset += PAGE
    finally:
        reader.shutdown(cancel_futures=True)


def _compare(
    world: World,
    lease: Lease,
    dataset: Dataset,
    review: Dataset | None,
    plan: DatasetSettings,
    records: Sequence[Record],
    read_at: int,
) -> int:
    """Observe what differs on one page, and give the lease back; returns how many records did."""
    store, ids = world.store, [record.id for record in records]
    try:
        known = dict(zip(ids, store.datasets.ledger(dataset.id, ids), strict=True))
        counted = [record.counted(dataset.min_submitted) for record in records]
        fresh = {r.id: r for r in counted if _last_look(known[r.id]) < read_at}
        annotators = NumberedAnnotators(
            store, world.gateway, dataset.id, world.settings.plan.sources
        )
        annotators.rename()
        visit = Visit(world, lease, dataset, plan, annotators, review=review)
        observed = observe_records(visit, fresh, visit.copies(list(fresh)), read_at)
        disputed = _disputed(world, dataset, list(fresh))
        differing = {
            i
            for i, entry in observed.ledger.items()
            if (before := known[i]) is None
            or before.status != entry.status
            or (not observed.decided[i] and (entry.answers or entry.suggestions))
            or _unlike(dataset, fresh[i], observed.decided[i], i in disputed, plan)
        }.union(observed.failed, (e.record for e in observed.entries if e.kind != RECORD))
        store.dirty.make_stale(dataset.id, list(differing))
    finally:
        lease.release()
    if store.dirty.oldest(dataset.id):  # an answer came while we held the lease
        world.dispatch.wake(dataset.id)
    return len(differing)


def _last_look(known: LedgerEntry | None) -> int:
    return 0 if known is None else known.read_at


def _disputed(world: World, dataset: Dataset, ids: Sequence[str]) -> set[str]:
    """Those of the records that are in open conflict, and so ought to have a note."""
    pairs = [(record_id, q.name) for record_id in ids for q in dataset.questions]
    found = world.store.datasets.conflicts_on(dataset.id, pairs)
    return {record_id for (record_id, _), c in found.items() if c.is_open}


def _unlike(
    dataset: Dataset,
    record: Record,
    decided: Decisions,
    disputed: bool,
    plan: DatasetSettings,
) -> bool:
    """Whether Argilla shows other suggestions of ours, or another note, than it should."""
    ours = {dataset.named(s.question_id): s.value for s in record.suggestions if s.ours}
    if not may_show_in_argilla(plan.publish, complete(record)):
        return bool(ours)
    note = dataset.question(plan.conflict_question)
    if note is not None and note.type == "text" and (note.name in ours) != disputed:
        return True
    return any(
        not same(ours.get(q.name), _sayable(q, decided[q.name].value))
        for q in dataset.questions
        if q.name in decided
    )


def _sayable(question: DatasetQuestion, value: Any) -> Any:
    """What Argilla takes of a decided value: it takes no multi-label without labels."""
    return None if question.type == "multi_label_selection" and value == [] else value
