"""Records that somebody asked to have looked at, whatever that is worth: audits of segments, and new votes.

Who asks, and why, is `use_cases.tracing`; what a request is, `domain.state.review.ReviewRequest`. What
was asked again falls back to the queue; what was audited never does, so that its copy never carries a note.
"""

from __future__ import annotations

from dataclasses import replace

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.review import CopyInfo, ReviewRequest
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution
from argilla_distill.workers.use_cases.distilling.steps.reviewing.audit_candidates import (
    AuditCandidates,
)
from argilla_distill.workers.writing.review_copy import ReviewCopy, audit_copy, votes_copy

MIN_WORTH = 1.0
"""A request comes before what is worth less."""


def set_apart(run: Run, candidates: AuditCandidates) -> AuditCandidates:
    """Without the records that are, or were, asked for as audits of their segment: the queue has none."""
    requests = run.store.requests.of(run.dataset.id, list(candidates.due))
    blind = [record_id for record_id, each in requests.items() if each.blind]
    if not blind:
        return candidates
    return replace(candidates, due={**candidates.due, **dict.fromkeys(blind)})


def copy(
    run: Run,
    review: Dataset,
    resolution: Resolution,
    entry: LedgerEntry,
    kept: CopyInfo | None,
    request: ReviewRequest,
) -> ReviewCopy:
    """What the copy should hold of a record whose request waits: nothing of ours. It comes first."""
    record, questions = resolution.record, list(run.models.by_question)
    best = run.store.reviews.due(run.dataset.id, 0, 1)
    first = max(best[0][1] if best else 0.0, kept.priority if kept else 0.0, MIN_WORTH)
    if request.blind:
        return audit_copy(record, review, questions, None, first, entry.round)
    return votes_copy(record, review, questions, first, entry.round)
