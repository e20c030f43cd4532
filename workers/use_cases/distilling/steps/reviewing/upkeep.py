"""The review dataset of a dataset, kept: copies of what is worth a review, and what comes back of them.

A copy is made when its original becomes worth a review, changed when the original is decided
otherwise, and withdrawn when it has settled by itself and nobody has opened it. What a review
dataset is made of is `workers.writing.review_dataset`, making one is `use_cases.reviews`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from argilla_distill.domain.queue_length import Queue
from argilla_distill.domain.records import Dataset, Record
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.plugin.errors import NotInArgilla
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution, decide
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.distilling.steps.reviewing import (
    audit_line,
    copying,
    requested,
)
from argilla_distill.workers.use_cases.distilling.steps.reviewing.audit_candidates import (
    AuditCandidates,
)
from argilla_distill.workers.use_cases.reviews import GONE, PAGE
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


def to_look_at(run: Run, candidates: AuditCandidates) -> list[str]:
    """Those of these records whose copies may have to be made, changed or withdrawn."""
    if run.review is None:
        return []
    ids = list(candidates.due)
    copies = dict(zip(ids, run.store.reviews.copies(run.dataset.id, ids), strict=True))
    asked = run.store.requests.of(run.dataset.id, ids)
    due, line = candidates.due, candidates.line
    return [i for i in ids if copies[i] or due[i] is not None or line[i] is not None or i in asked]


def reorder(run: Run) -> None:
    """Have all that waits for a review looked at again, once the order is by another measure.

    That is when a strategy has been taught enough to be believed: see `ReviewValues.early`.
    """
    models = run.models.by_question.items()
    early = " ".join(sorted(name for name, model in models if model.review_values.early))
    datasets, dataset_id = run.store.datasets, run.dataset.id
    before = datasets.fact(dataset_id, "early")
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
    except NotInArgilla:
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
    line = audit_line.head(run, queued)
    drawn = [i for i, k in zip(line, reviews.copies(dataset_id, line), strict=True) if not k]
    if drawn:
        return drawn[:BATCH]
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
    asked = run.store.requests.of(dataset_id, behind)
    behind = [i for i in behind if i not in asked]
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
    drawn, line = reviews.to_audit(dataset_id, ids), audit_line.head(run, queued)
    asked = run.store.requests.of(dataset_id, ids)
    seen: list[str] = []  # after a fresh start: copied with a note before, and so no audits
    lost = dict.fromkeys(set(ids) - {resolution.record.id for resolution, _ in resolutions})
    for resolution, entry in resolutions:
        record_id = resolution.record.id
        kept, value = before[record_id], worth[record_id]
        rank = reviews.rank(dataset_id, record_id)
        if record_id in drawn and kept and kept.audit_pi is None:
            seen.append(record_id)
        elif record_id in drawn or (kept and kept.audit_pi is not None):
            there = record_id in drawn and resolution.is_complete
            if there and (kept or record_id in line):
                wanted[record_id] = audit_line.copy(run, review, resolution, entry, kept, line)
            elif kept:
                unwanted[record_id] = kept
        elif (request := asked.get(record_id)) and (request.blind or request.waits(entry)):
            if resolution.is_complete and request.waits(entry):
                wanted[record_id] = requested.copy(run, review, resolution, entry, kept, request)
            elif kept:
                unwanted[record_id] = kept
        elif value is None or rank is None or (kept and rank >= SLACK * queued):
            if kept:
                unwanted[record_id] = kept
        elif kept or (room > 0 and rank < queued):
            room -= kept is None
            wanted[record_id] = _copy(run, review, resolution, entry, value, kept)
    unwanted |= {i: kept for i, kept in before.items() if kept and i in lost}
    out = dict.fromkeys([*lost, *reopened, *seen])

    def write(pipe: Any) -> None:
        reviews.write_due(pipe, dataset_id, lost)
        reviews.write_audits(pipe, dataset_id, out)
        reviews.expose(pipe, dataset_id, seen)

    run.lease.commit(write)
    run.store.dirty.make_stale(dataset_id, seen)
    different = {i: copy for i, copy in wanted.items() if copy.differs(before[i])}
    copying.write(run, review, different, before)
    copying.withdraw(run, review, unwanted, reopened)


def _doubted(run: Run, review: Dataset, kept: Mapping[str, CopyInfo | None]) -> dict[str, CopyInfo]:
    """What is to be remembered of the copies that a write of ours may have changed behind our back.

    Each is written anew; one that we do not know of at all is looked for, and its record looked at: what was
    answered there was passed on to none.
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
    if answered := unknown & found.keys():  # perhaps
        run.store.dirty.mark(run.dataset.id, answered)
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


def _note_gone(run: Run) -> None:
    reviews, dataset_id = run.store.reviews, run.dataset.id
    kept = reviews.of(dataset_id)
    if kept:
        reviews.keep(dataset_id, replace(kept, gone=True, trouble=GONE))
    reviews.forget_copies(dataset_id)
    run.review = None
