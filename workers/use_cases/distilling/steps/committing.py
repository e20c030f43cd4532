"""Keep what was decided and what Argilla shows of it, in one transaction.

Here it is only put together. What is decided of a record is `batch_decisions`, what became of conflicts
`conflict_changes`, and how it is written `kept_batch`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from argilla_distill.domain.history import Entry
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.workers.use_cases import counts
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps import conflict_changes
from argilla_distill.workers.use_cases.distilling.steps.batch_decisions import (
    beginnings,
    decisions_of,
    is_near,
    news_of,
    with_worth,
)
from argilla_distill.workers.use_cases.distilling.steps.conflict_changes import Conflicts
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution
from argilla_distill.workers.use_cases.distilling.steps.kept_batch import KeptBatch
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.distilling.steps.review_worth import worth_of_reviews
from argilla_distill.workers.use_cases.distilling.steps.reviewing import (
    audit_candidates,
    requested,
    upkeep,
)
from argilla_distill.workers.use_cases.distilling.steps.sent import Sent
from argilla_distill.workers.writing.suggestions import Publication


def commit(
    run: Run,
    resolutions: Sequence[Resolution],
    publications: Sequence[Publication],
    observed: Observed,
    sent: Sent,
    now: int,
) -> None:
    """Commit what was decided on the records that Argilla did not refuse.

    Parameters
    ----------
    publications : what is written on each of these records.
    observed : records in it without a resolution are gone; what was decided of them is dropped.

    Raises
    ------
    LeaseLost : nothing was committed.
    """
    resolved = {resolution.record.id for resolution in resolutions}
    gone = [i for i in observed.ledger if i not in resolved]
    taken = [r for r in resolutions if r.record.id not in sent.refused]
    decided = _decided(run, taken, publications, observed, sent, now)
    wanted, worth = worth_of_reviews(run, taken, decided)
    decided = {i: with_worth(each, worth[i]) for i, each in decided.items()}
    decisions: dict[str, Decisions | None] = {**dict.fromkeys(gone), **decided}
    due: dict[str, float | None] = {**dict.fromkeys(gone), **wanted}
    candidates = audit_candidates.part(run, resolutions, observed.ledger, due)
    candidates = requested.set_apart(run, candidates)
    news = [
        entry
        for r in taken
        for entry in news_of(
            run.models.by_question, r.record.id, r.decided, observed.decided[r.record.id]
        )
    ]
    filed = _filed(run, news, observed.ledger, now)
    conflicts = _conflicts(run, taken, gone)
    opened, related = _changed(run, conflicts)
    tolerance = run.plan.tolerance
    labels = sum(
        counts.labels(each) - counts.labels(observed.decided[i]) for i, each in decisions.items()
    )
    kept = KeptBatch(
        filed=filed,
        ledger={entry.record: observed.ledger[entry.record] for entry in filed},
        decisions=decisions,
        conflicts=conflicts,
        near={i: is_near(d or {}, partial(limits, run), tolerance) for i, d in decisions.items()},
        related=related,
        candidates=candidates,
        about=beginnings([r.record for r in resolutions], candidates.due),
        desk=upkeep.to_look_at(run, candidates),
        counts={"conflicts": opened, "labels": labels, "published": sent.suggestions},
    )
    run.lease.commit(partial(kept.write, run))
    run.models.decided_ever += len(decisions)


def limits(run: Run, question: str) -> tuple[float, ...]:
    """The confidences at which a decision on a question is treated otherwise.

    The last is where a record whose voices agree becomes worth a review.
    """
    plan = run.plan
    return plan.settled_confidence, plan.question(question).min_confidence, 1 - plan.review_worth


def _decided(
    run: Run,
    taken: Sequence[Resolution],
    publications: Sequence[Publication],
    observed: Observed,
    sent: Sent,
    now: int,
) -> dict[str, Decisions]:
    """Record → its decisions as they are to be stored."""
    written = {publication.record: publication for publication in publications}
    return {
        i: decisions_of(
            run.models.by_question,
            resolution,
            written[i],
            observed.decided[i],
            sent.at.get(i, now),
            now,
        )
        for i, resolution in ((each.record.id, each) for each in taken)
    }


def _filed(
    run: Run, news: Sequence[Entry], ledger: dict[str, LedgerEntry], now: int
) -> list[Entry]:
    """The entries with ids, which their records' ledger entries name from now on."""
    ids = run.store.history.ids(run.dataset.id, now, len(news))
    filed = [entry.filed(entry_id) for entry, entry_id in zip(news, ids, strict=True)]
    for entry in filed:
        known = ledger[entry.record]
        ledger[entry.record] = replace(known, history=(*known.history, entry.id))
    return filed


def _conflicts(run: Run, taken: Sequence[Resolution], gone: Sequence[str]) -> Conflicts:
    """The conflicts of a batch, as they are to be stored; of records that are gone there are none."""
    none = dict.fromkeys((i, question) for i in gone for question in run.models.by_question)
    found = {(r.record.id, q): c for r in taken for q, c in r.conflicts.items() if c}
    return {**none, **found}


def _changed(run: Run, conflicts: Conflicts) -> tuple[int, dict[str, list[str]]]:
    """How many more are open than before; and kind → the records latest in it, where that changed."""
    datasets, dataset_id = run.store.datasets, run.dataset.id
    known = datasets.conflicts_on(dataset_id, list(conflicts))
    recurs = {name for name, model in run.models.by_question.items() if model.recurs}
    before = conflict_changes.members(known, recurs)
    now = conflict_changes.members(conflicts, recurs)
    related = datasets.related(dataset_id, conflict_changes.changed_kinds(before, now))
    opened = conflict_changes.n_opened(known, conflicts)
    return opened, conflict_changes.latest_in(related, before, now)
