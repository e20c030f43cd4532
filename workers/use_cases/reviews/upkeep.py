"""The review dataset of a dataset, kept: copies of what is worth a review, and what comes back of them.

A copy is made when its original becomes worth a review, changed when the original is decided
otherwise, and withdrawn when it has settled by itself and nobody has opened it. What a review
dataset is made of is `workers.writing.review_dataset`, making one is `review`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from argilla_distill.domain.queue_length import Queue
from argilla_distill.domain.records import Dataset, Record
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.plugin.errors import NotFound
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution, decide
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.reviews.enabling import GONE, PAGE
from argilla_distill.workers.use_cases.sending.guarded_call import COPY, guarded_call
from argilla_distill.workers.use_cases.sending.halves import in_halves
from argilla_distill.workers.writing.review_copy import (
    Asks,
    ReviewCopy,
    asked_now,
    remembered,
    review_copy,
)

log = logging.getLogger("distill.reviewing")

MAX_REORDERED = 5_000
"""So many records, the best first, change their places at once; the others when they move."""

SLACK = 2
"""A copy that nobody has opened stays until so many times the queue is worth more: else copies would
come and go with every answer."""

BATCH = 50
"""Copies that are looked at in one step, so that a fresh answer does not wait long for its turn."""


def to_look_at(run: Run, due: Mapping[str, float | None]) -> list[str]:
    """Those of these records whose copies may have to be made, changed or withdrawn."""
    if run.review is None:
        return []
    ids = list(due)
    copies = run.store.reviews.copies(run.dataset.id, ids)
    return [i for i, kept in zip(ids, copies, strict=True) if kept or due[i] is not None]


def reorder(run: Run) -> None:
    """Have all that waits for a review looked at again, once the order is by another measure.

    That is when a strategy has been taught enough to be believed: see `ReviewValues.early`.
    """
    models = run.models.by_question.items()
    early = " ".join(sorted(name for name, model in models if model.review_values.early))
    datasets, dataset_id = run.store.datasets, run.dataset.id
    before = datasets.info(dataset_id).get("early")
    if before != early:
        datasets.note(dataset_id, early=early)
    if before not in (None, early):
        due = [record_id for record_id, _ in run.store.reviews.due(dataset_id, 0, MAX_REORDERED)]
        run.store.dirty.make_stale(dataset_id, due)


def tidy(run: Run) -> bool:
    """Look at some copies, and bring them in line; False if none is to be looked at.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused : they are looked at again later.
    """
    if run.review is None:
        return False
    reviews, dataset_id = run.store.reviews, run.dataset.id
    ids = reviews.take_from_desk(dataset_id, BATCH)
    if not ids:
        ids = _next_in_line(run)
    if not ids:
        return False
    try:
        _bring_in_line(run, run.review, ids)
    except NotFound:
        _note_gone(run)
    run.lease.commit(lambda pipe: reviews.clear_desk(pipe, dataset_id, ids))
    return True


def _queued(run: Run) -> int:
    """How many records, the best first, are in the queue."""
    completed = int(run.store.datasets.info(run.dataset.id).get("completed", 0))
    due = run.store.reviews.count_due(run.dataset.id)
    return Queue.of(due, completed, run.plan.review_share).queued


def _next_in_line(run: Run) -> list[str]:
    """Records for which there is room in the queue now, or else copies that have fallen far behind."""
    reviews, dataset_id, most = run.store.reviews, run.dataset.id, run.plan.review_most
    waiting, queued = reviews.waiting(dataset_id), _queued(run)
    room = most - len(waiting)
    if room > 0 and reviews.count_due(dataset_id) > len(waiting):
        ids = [record_id for record_id, _ in reviews.due(dataset_id, 0, min(most, queued))]
        missing = zip(ids, reviews.copies(dataset_id, ids), strict=True)
        refused = run.store.reviews.refused(dataset_id)
        wanted = [i for i, kept in missing if kept is None and i not in refused]
        if wanted:
            return wanted[: min(room, BATCH)]
    edge = reviews.due(dataset_id, SLACK * queued - 1, 1)
    behind = [i for i, worth in waiting.items() if edge and worth < edge[0][1]]
    there = zip(behind, reviews.copies(dataset_id, behind), strict=True)
    return [i for i, kept in there if kept is not None and not kept.opened][:BATCH]


def _bring_in_line(run: Run, review: Dataset, ids: Sequence[str]) -> None:
    reviews, dataset_id = run.store.reviews, run.dataset.id
    found = run.world.gateway.records(dataset_id, ids)
    records = [record.counted(run.dataset.min_submitted) for record in found.values()]
    before = dict(zip(ids, reviews.copies(dataset_id, ids), strict=True))
    before |= _doubted(run, review, before)
    worth = dict(zip(ids, reviews.worth(dataset_id, ids), strict=True))
    room, queued = run.plan.review_most - reviews.count_waiting(dataset_id), _queued(run)
    wanted, unwanted = {}, {}
    resolutions = _resolutions(run, records)
    reopened = {r.record.id for r, _ in resolutions if not r.is_complete}
    lost = dict.fromkeys(set(ids) - {resolution.record.id for resolution, _ in resolutions})
    for resolution, entry in resolutions:
        record_id = resolution.record.id
        kept, value = before[record_id], worth[record_id]
        rank = reviews.rank(dataset_id, record_id)
        if value is None or rank is None or (kept and rank >= SLACK * queued):
            if kept:
                unwanted[record_id] = kept
        elif kept or (room > 0 and rank < queued):
            room -= kept is None
            wanted[record_id] = _copy(run, review, resolution, entry, value, kept)
    unwanted |= {i: kept for i, kept in before.items() if kept and i in lost}
    run.lease.commit(lambda pipe: reviews.write_due(pipe, dataset_id, lost))
    different = {i: copy for i, copy in wanted.items() if copy.differs(before[i])}
    _write(run, review, different, before)
    _withdraw(run, review, unwanted, reopened)


def _doubted(run: Run, review: Dataset, kept: Mapping[str, CopyInfo | None]) -> dict[str, CopyInfo]:
    """What is to be remembered of the copies that a write of ours may have changed behind our back.

    Each is written anew; one that we do not know of at all is looked for.
    """
    doubted = run.store.reviews.doubted(run.dataset.id, list(kept))
    found = {i: replace(c, mark="") for i, c in kept.items() if c is not None and i in doubted}
    unknown = doubted - set(found)
    offset, total = 0, int(bool(unknown))
    while offset < total:
        records, total = run.world.gateway.page(review.id, offset, PAGE)
        offset += PAGE
        for record in records:
            if record.external_id in unknown:
                found[record.external_id] = remembered(record, review)
    return found


def _resolutions(run: Run, records: Sequence[Record]) -> list[tuple[Resolution, LedgerEntry]]:
    """What we think of the records, with their ledger entries."""
    ids = [record.id for record in records]
    datasets, dataset_id = run.store.datasets, run.dataset.id
    ledger = {i: e for i, e in zip(ids, datasets.ledger(dataset_id, ids), strict=True) if e}
    observed = Observed([], ledger, {}, {})
    found = decide(run, {r.id: r for r in records}, observed, run.store.now())
    return [(resolution, ledger[resolution.record.id]) for resolution in found]


def _copy(
    run: Run,
    review: Dataset,
    resolution: Resolution,
    entry: LedgerEntry,
    worth: float,
    kept: CopyInfo | None,
) -> ReviewCopy:
    record, opened = resolution.record, entry.adjudications
    contested = resolution.contested(run.plan.settled_confidence)
    further = sum(answer.on_copy and answer.submitted for answer in entry.answers.values())
    asks: Asks = "votes" if further < run.plan.more_votes else "adjudication"
    kinds = {c.kind for _, c in resolution.open if c.kind} or {"uncertain"}
    return review_copy(
        record,
        review,
        resolution.decided,
        run.models.fits,
        resolution.review_note(contested),
        run.plan,
        asked_now(contested, kept, opened),
        kept.suggested if kept and opened else None,
        worth,
        asks,
        ", ".join(sorted(kinds)),
        entry.round,
        run.page(record.id),
    )


def _write(
    run: Run,
    review: Dataset,
    copies: Mapping[str, ReviewCopy],
    before: Mapping[str, CopyInfo | None],
) -> None:
    """Make and change copies, and remember them."""
    reviews, dataset_id = run.store.reviews, run.dataset.id

    def put(some: Sequence[str]) -> None:
        with guarded_call(run.world, run.lease, dataset_id, some, COPY):
            ids = run.world.gateway.put_records(review.id, [copies[i].item for i in some])
        _unsay(run, review, {i: copies[i] for i in some}, before)
        kept = {i: copies[i].kept(ids[i]) for i in some}
        run.lease.commit(lambda pipe: reviews.write_copies(pipe, dataset_id, kept))

    def refused(record_id: str, reason: str) -> None:
        log.warning("dataset=%s: no copy of %s: %s", dataset_id, record_id, reason)
        reviews.refuse(dataset_id, record_id, reason)

    in_halves(list(copies), put, refused)


def _unsay(
    run: Run,
    review: Dataset,
    copies: Mapping[str, ReviewCopy],
    before: Mapping[str, CopyInfo | None],
) -> None:
    """Take back what was suggested on copies and is not any more: a bulk call only adds."""
    for record_id, copy in copies.items():
        old = before[record_id]
        less = set(old.suggested if old else ()) - set(copy.suggested)
        if old and less:
            current = run.world.gateway.record(old.id).suggestions
            gone = [s.id for s in current if s.ours and review.named(s.question_id) in less]
            if gone:
                with guarded_call(run.world, run.lease, run.dataset.id, [record_id], COPY):
                    run.world.gateway.withdraw(old.id, gone)


def _withdraw(
    run: Run,
    review: Dataset,
    unwanted: Mapping[str, CopyInfo],
    reopened: AbstractSet[str],
) -> None:
    """Delete copies that nobody has opened; the others stay, with what was said on them.

    Those whose record is `reopened` carry nothing of ours meanwhile: whoever is yet to answer it may
    look at its copy.
    """
    if not unwanted:
        return
    now = run.world.gateway.records(review.id, [kept.id for kept in unwanted.values()])
    gone = {
        record_id: kept
        for record_id, kept in unwanted.items()
        if kept.id not in now or not now[kept.id].responses
    }
    unopened = [kept.id for kept in gone.values() if kept.id in now]
    if unopened:
        with guarded_call(run.world, run.lease, run.dataset.id, gone, COPY):
            run.world.gateway.delete_records(review.id, unopened)
    emptied: dict[str, CopyInfo] = {}
    for record_id in reopened & unwanted.keys() - gone.keys():
        kept = unwanted[record_id]
        ours = [s.id for s in now[kept.id].suggestions if s.ours]
        if ours:
            with guarded_call(run.world, run.lease, run.dataset.id, [record_id], COPY):
                run.world.gateway.withdraw(kept.id, ours)
        emptied[record_id] = replace(kept, mark="", suggested=())
    opened = {
        record_id: replace(emptied.get(record_id, kept), opened=True)
        for record_id, kept in unwanted.items()
        if record_id not in gone
    }
    reviews, dataset_id = run.store.reviews, run.dataset.id

    def write(pipe: Any) -> None:
        reviews.drop_copies(pipe, dataset_id, gone)
        reviews.write_copies(pipe, dataset_id, opened)

    run.lease.commit(write)


def _note_gone(run: Run) -> None:
    reviews, dataset_id = run.store.reviews, run.dataset.id
    kept = reviews.of(dataset_id)
    if kept:
        reviews.keep(dataset_id, replace(kept, gone=True, trouble=GONE))
    reviews.forget_copies(dataset_id)
    run.review = None
