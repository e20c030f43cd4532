"""Keep what was decided and what Argilla shows of it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.models.values import beginning, content, json_of
from argilla_distill.workers.use_cases import counts
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import Resolution
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.distilling.steps.review_worth import worth_of_reviews
from argilla_distill.workers.use_cases.distilling.steps.reviewing import (
    audit_candidates,
    requested,
    upkeep,
)
from argilla_distill.workers.use_cases.distilling.steps.sent import Sent
from argilla_distill.workers.use_cases.distilling.steps.stored_conflict import (
    RELATED,
    is_open,
    kind,
)
from argilla_distill.workers.use_cases.distilling.steps.stored_decision import (
    shown_since,
    stored_decision,
)
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
    publications : what is written on each record, in the order of `resolutions`.
    observed : records in it without a resolution are gone; what was decided of them is dropped.

    Raises
    ------
    LeaseLost : nothing was committed.
    """
    gone = [i for i in observed.ledger if i not in {r.record.id for r in resolutions}]
    decisions: dict[str, Decisions | None] = dict.fromkeys(gone)
    conflicts: dict[tuple[str, str], StoredConflict | None] = {
        (i, q): None for i in gone for q in run.models.by_question
    }
    entries: list[Entry] = []
    for resolution, shown in zip(resolutions, publications, strict=True):
        record_id = resolution.record.id
        if record_id in sent.refused:
            continue
        since = sent.at.get(record_id, now)
        before = observed.decided[record_id]
        last = {q: before[q] for q in resolution.kept.questions & before.keys()}
        for question, stored in last.items():
            shows = shown_since(stored.shown, shown.shows[question], since)
            last[question] = replace(stored, shown=shows)
        decisions[record_id] = last | {
            question: stored_decision(
                run.models.by_question[question],
                decision,
                before.get(question),
                shown,
                since,
                now,
            )
            for question, decision in resolution.decided.items()
        }
        entries += _news(run, record_id, resolution.decided, before)
        conflicts |= {(record_id, q): c for q, c in resolution.conflicts.items() if c}
    wanted, worth = worth_of_reviews(run, resolutions, decisions)
    due = dict.fromkeys(gone) | wanted
    for record_id, parts in worth.items():
        decisions[record_id] = {
            question: replace(stored, worth=parts.get(question, stored.worth))
            for question, stored in (decisions[record_id] or {}).items()
        }
    candidates = audit_candidates.part(run, resolutions, observed.ledger, due)
    candidates = requested.set_apart(run, candidates)
    about = _about(resolutions, candidates.due)
    desk = upkeep.to_look_at(run, candidates)
    ids = iter(run.store.history.ids(run.dataset.id, now, len(entries)))
    filed = [entry.filed(next(ids)) for entry in entries]
    for entry in filed:
        known_entry = observed.ledger[entry.record]
        history = (*known_entry.history, entry.id)
        observed.ledger[entry.record] = replace(known_entry, history=history)
    touched = {entry.record: observed.ledger[entry.record] for entry in filed}
    labels = sum(
        counts.labels(decisions[i]) - counts.labels(observed.decided[i]) for i in decisions
    )
    known = run.store.datasets.conflicts_on(run.dataset.id, list(conflicts))
    opened = sum(is_open(c) - is_open(known.get(pair)) for pair, c in conflicts.items())
    related = _related(run, conflicts, known)
    near = {record_id: _near(run, decided or {}) for record_id, decided in decisions.items()}

    def write(pipe: Any) -> None:
        datasets = run.store.datasets
        run.store.history.append(pipe, run.dataset.id, filed)
        datasets.write_ledger(pipe, run.dataset.id, touched)
        datasets.write_decisions(pipe, run.dataset.id, decisions)
        run.store.model_copies.write_decided(pipe, run.dataset.id, decisions)
        datasets.write_near(pipe, run.dataset.id, near)
        datasets.write_conflicts(pipe, run.dataset.id, conflicts)
        datasets.write_related(pipe, run.dataset.id, related)
        candidates.write(run, pipe)
        run.store.reviews.write_about(pipe, run.dataset.id, about)
        run.store.reviews.add_to_desk(pipe, run.dataset.id, desk)
        datasets.count(pipe, run.dataset.id, "conflicts", opened)
        datasets.count(pipe, run.dataset.id, "labels", labels)
        datasets.count(pipe, run.dataset.id, "published", sent.suggestions)

    run.lease.commit(write)
    run.models.decided_ever += len(decisions)


def limits(run: Run, question: str) -> tuple[float, ...]:
    """The confidences at which a decision on a question is treated otherwise.

    The last is where a record whose voices agree becomes worth a review.
    """
    plan = run.plan
    return plan.settled_confidence, plan.question(question).min_confidence, 1 - plan.review_worth


def _near(run: Run, decided: Decisions) -> bool:
    """Whether a record's decisions may cross such a limit without moving by the tolerance."""
    return any(
        abs(stored.confidence - limit) <= run.plan.tolerance
        for question, stored in decided.items()
        for limit in limits(run, question)
    )


def _about(
    resolutions: Sequence[Resolution], due: Mapping[str, float | None]
) -> dict[str, str | None]:
    """Record → how its text begins, for those that are worth a review; None for the others."""
    every = DatasetQuestion("", "", "")
    text = {r.record.id: content(every, r.record.fields) for r in resolutions}
    return {i: None if due[i] is None else beginning(text.get(i, "")) for i in due}


def _related(
    run: Run,
    conflicts: Mapping[tuple[str, str], StoredConflict | None],
    known: Mapping[tuple[str, str], StoredConflict],
) -> dict[str, list[str]]:
    """Kind of conflict → the records latest in it, after those that opened and those that ended."""
    recurs = {name for name, model in run.models.by_question.items() if model.recurs}
    left = [(kind(q, c), r) for (r, q), c in known.items() if c.is_open and q in recurs]
    joined = [(kind(q, c), r) for (r, q), c in conflicts.items() if c and c.is_open and q in recurs]
    kinds = sorted({name for name, _ in {*left, *joined} - {*left}.intersection(joined)})
    related = run.store.datasets.related(run.dataset.id, kinds)
    for name, record_id in left:
        if name in related and record_id in related[name] and (name, record_id) not in joined:
            related[name].remove(record_id)
    for name, record_id in joined:
        if name in related and record_id not in related[name]:
            related[name] = [record_id, *related[name]][:RELATED]
    return related


def _news(
    run: Run, record_id: str, decided: Mapping[str, Decision], before: Decisions
) -> list[Entry]:
    """History entries for the decisions whose value is another than before."""
    entries = []
    for question, decision in decided.items():
        model = run.models.by_question[question]
        value = json_of(model.asked, decision.value)
        if question in before and before[question].value == value:
            continue
        if question not in before and decision.leader is None and not decision.contributions:
            continue  # nobody has answered yet: nothing was decided
        details = Details(
            confidence=round(decision.confidence, 3),
            strategy=model.strategy.name,
            fit=model.fit,
            why=decision.abstention or "",
        )
        entries.append(Entry("decision", record_id, values={question: value}, details=details))
    return entries
