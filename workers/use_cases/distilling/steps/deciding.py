"""Decide: for each record what the models say, which conflicts that leaves, and the note about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from argilla_distill.domain.disclosure import complete
from argilla_distill.domain.explanation.explain import Telling, arguments_of
from argilla_distill.domain.records import Record
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.measures import conflicts
from argilla_distill.workers.models.values import content
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.distilling.steps.stored_conflict import kind, stored_conflict
from argilla_distill.workers.writing.conflict_note import Dispute, Name, conflict_note, review_note
from argilla_distill.workers.writing.suggestions import NOTHING_KEPT, Kept


@dataclass
class Resolution:
    """What we think of one record now.

    `is_complete` tells whether the record has all the answers that it is to have. `conflicts` holds,
    by question, the conflict as it is to be stored; None where there never was one. `disputes` are the
    questions in open conflict, and those of which we are not sure, as notes tell them. `kept` is what
    stays as it was last published: its strategy failed, or its model is being made.
    """

    record: Record
    decided: dict[str, Decision]
    is_complete: bool
    conflicts: dict[str, StoredConflict | None] = field(default_factory=dict)
    kept: Kept = NOTHING_KEPT
    disputes: dict[str, Dispute] = field(default_factory=dict)
    name: Name = str
    page: str = ""
    related: list[str] = field(default_factory=list)

    @property
    def note(self) -> str | None:
        """The conflict note, None where nothing is in dispute."""
        disputes = [self.disputes[question] for question, _ in self.open]
        return conflict_note(disputes, self.name, self.page, self.related)

    def review_note(self, asked: Sequence[str]) -> str | None:
        """The note for reviewers who are asked to decide these questions."""
        disputes = [self.disputes[question] for question in asked if question in self.disputes]
        return review_note(disputes, self.name, self.page, self.related)

    @property
    def open(self) -> list[tuple[str, StoredConflict]]:
        """The questions in open conflict, with their conflicts."""
        return [(q, c) for q, c in self.conflicts.items() if c and c.is_open]

    def contested(self, sure: float) -> list[str]:
        """The questions on which a reviewer's decision is wanted: in conflict, or not `sure` (0 … 1).

        None while the overlap is not complete: what answers are to come may settle it.
        """
        if not self.is_complete:
            return []
        in_conflict = {question for question, _ in self.open}
        return [
            question
            for question, decision in self.decided.items()
            if question in in_conflict
            or (decision.contributions and not decision.adjudicated and decision.confidence < sure)
        ]


def decide(
    run: Run, records: Mapping[str, Record | None], observed: Observed, now: int
) -> list[Resolution]:
    """Decide the records that could be observed and still exist."""
    datasets, dataset_id = run.store.datasets, run.dataset.id
    existing = [r for i, r in records.items() if r is not None and i in observed.ledger]
    decided = run.models.decide([record.id for record in existing], run.plan)
    absent = run.models.absent
    pairs = [(i, q) for i, by_question in decided.items() for q in [*by_question, *absent]]
    known = datasets.conflicts_on(dataset_id, pairs)
    resolutions = []
    voices: dict[tuple[str, str], tuple[list[Vote], Callable[[Value], str]]] = {}
    for record in existing:
        resolution = Resolution(record, decided[record.id], complete(record))
        for question, decision in resolution.decided.items():
            model, before = run.models.by_question[question], known.get((record.id, question))
            votes = model.facts_of_history.votes(record.id, observed.ledger[record.id])
            sure, was = run.plan.settled_confidence, before is not None
            found = conflicts.of_adjudications(
                record.id, model.facts_of_history.verdicts(record.id)
            )
            found = found or conflicts.find(model.asked, votes, decision, was, sure)
            words = partial(model.words, fields=record.fields)
            resolution.conflicts[question] = stored_conflict(found, words, decision, before, now)
            voices[record.id, question] = votes, words
        disputed = [known.get((record.id, question)) for question in absent]
        resolution.kept = Kept(absent, note=any(c is not None and c.is_open for c in disputed))
        resolutions.append(resolution)
    kinds = {kind(q, c) for r in resolutions for q, c in r.open if run.models.by_question[q].recurs}
    related = datasets.related(dataset_id, sorted(kinds))
    for resolution in resolutions:
        _tell(run, resolution, voices, observed, related)
    return resolutions


def _tell(
    run: Run,
    resolution: Resolution,
    voices: Mapping[tuple[str, str], tuple[list[Vote], Callable[[Value], str]]],
    observed: Observed,
    related: Mapping[str, list[str]],
) -> None:
    """All that a note about a record needs."""
    record_id, conflicts_ = resolution.record.id, dict(resolution.open)
    resolution.name = lambda number: run.annotators.name(number, run.plan.name_annotators)
    resolution.page = run.page(record_id)
    for question in resolution.contested(run.plan.settled_confidence) or list(conflicts_):
        conflict = conflicts_.get(question)
        if conflict is None:
            sides: dict[str, tuple[int, ...]] = {}
            votes, words = voices[record_id, question]
            for vote in votes:
                answer = words(vote.value)
                sides[answer] = (*sides.get(answer, ()), int(vote.annotator))
            conflict = StoredConflict("", sides, 0)
        entry = observed.ledger[record_id]
        resolution.disputes[question] = _dispute(run, resolution, question, conflict, entry)
    others = (other for q, c in conflicts_.items() for other in related.get(kind(q, c), ()))
    different = dict.fromkeys(other for other in others if other != record_id)
    resolution.related = [run.page(other) for other in different]


def _dispute(
    run: Run,
    resolution: Resolution,
    question: str,
    conflict: StoredConflict,
    entry: LedgerEntry,
) -> Dispute:
    model, decision = run.models.by_question[question], resolution.decided[question]
    fields = resolution.record.fields
    everybody = [number for who in conflict.sides.values() for number in who]
    return Dispute(
        model.question.title or question,
        decision,
        model.words(decision.value, fields),
        conflict,
        model.asked,
        content(model.question, fields),
        model.strategy.name,
        {number: run.annotators.by_number[number].kind for number in everybody},
        arguments_of(conflict.sides, entry, run.plan.explanation_question),
        Telling(reliability=run.plan.tell_reliability),
    )
