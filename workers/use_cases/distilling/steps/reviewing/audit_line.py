"""The line of audits: which of the records that were drawn are shown to reviewers now, and where.

Who is in the line is `audit_candidates`, what their copies hold `workers.writing.review_copy.audit_copy`.
"""

from __future__ import annotations

from collections.abc import Sequence

from argilla_distill.domain import audits
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution
from argilla_distill.workers.writing.review_copy import ReviewCopy, audit_copy


def head(run: Run, queued: int) -> list[str]:
    """The audits that ought to wait for reviewers now, beside so many other records, in their order."""
    share, most = run.plan.review_audits, run.plan.review_most
    return run.store.reviews.audits(run.dataset.id, 0, audits.wanted(min(queued, most), share))


def copy(
    run: Run,
    review: Dataset,
    resolution: Resolution,
    entry: LedgerEntry,
    kept: CopyInfo | None,
    line: Sequence[str],
) -> ReviewCopy:
    """What an audit's copy should hold.

    Parameters
    ----------
    kept : its copy as it was written; None: there is none, and it is one of the `line` that `head` gave.
    """
    record, questions = resolution.record, list(run.models.by_question)
    priority = kept.priority if kept else _priority(run, line.index(record.id))
    pi = kept.audit_pi if kept and kept.audit_pi is not None else audits.PI
    return audit_copy(record, review, questions, pi, priority, entry.round)


def _priority(run: Run, number: int) -> float:
    """What puts the audit of this number (0, 1, …) among what reviews of other records are worth."""
    reviews, dataset_id = run.store.reviews, run.dataset.id
    rank = audits.rank(number, run.plan.review_audits)
    last = max(reviews.count_due(dataset_id) - 1, 0)
    found = reviews.due(dataset_id, min(rank, last), 1)
    return found[0][1] if found else 0.0
