"""Copies in the review dataset, written and withdrawn. Which copies there ought to be is `upkeep`."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.sending.guarded_call import COPY, guarded_call
from argilla_distill.workers.use_cases.sending.halves import in_halves
from argilla_distill.workers.writing.review_copy import ReviewCopy

log = logging.getLogger("distill.reviewing")


def write(
    run: Run,
    review: Dataset,
    copies: Mapping[str, ReviewCopy],
    before: Mapping[str, CopyInfo | None],
) -> None:
    """Make and change copies, and remember them.

    One that was to be made, and has answers, was made by a worker that could not remember it: what was
    answered on it was passed on to no record, so its record is looked at.
    """
    reviews, dataset_id = run.store.reviews, run.dataset.id

    def put(some: Sequence[str]) -> None:
        # first, so that nobody opens what is an audit by now and still finds our note on it
        _unsay(run, review, {i: copies[i] for i in some}, before)
        with guarded_call(run.world, run.lease, dataset_id, some, COPY):
            now = run.world.gateway.put_records(review.id, [copies[i].item for i in some])
        kept = {i: copies[i].kept(now[i].id) for i in some}
        if answered := [i for i in some if not before[i] and now[i].responses]:
            run.store.dirty.mark(dataset_id, answered)
        run.lease.commit(lambda pipe: reviews.write_copies(pipe, dataset_id, kept))

    def refused(record_id: str, reason: str) -> None:
        log.warning("dataset=%s: no copy of %s: %s", dataset_id, record_id, reason)
        reviews.refuse(dataset_id, record_id, reason)
        if copies[record_id].audit_pi is not None:  # it would stand in the others' way
            run.lease.commit(lambda pipe: reviews.write_audits(pipe, dataset_id, {record_id: None}))

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


def withdraw(
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
