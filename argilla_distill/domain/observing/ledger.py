"""Observe: the one way in. What does a record show now that it did not show when last looked at?

Webhook, backfill, reconciliation and tests all end in `observe`, a pure function: the same look
twice adds nothing, looks in any order end at the same ledger, and a missed delivery is made good by
the next look. Reading records is `gateway`, keeping ledger and history is `store`.

What a ledger entry holds is `state.ledger_entry`.

A record may have a *copy* in the review dataset. What reviewers answer there are adjudications; what
others answer there are answers like any other, from those who have not answered the record itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.domain.history import NO_DETAILS, Details, Entry
from argilla_distill.domain.history.record_state import RecordState, named
from argilla_distill.domain.observing.answers import Copy, Number, Reading, adjudications, answers
from argilla_distill.domain.observing.echoes import shown_on
from argilla_distill.domain.observing.moments import as_known
from argilla_distill.domain.records import Dataset, Record, Suggestion
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import (
    DELETED,
    GONE,
    LedgerAdjudication,
    LedgerAnswer,
    LedgerEntry,
    LedgerSuggestion,
)

NOTHING = LedgerEntry(GONE, 0)
"""What is known of a record before it is looked at for the first time."""


@dataclass(frozen=True)
class Observation:
    """The ledger entry after a look, and what the look adds to the history (ids not yet given)."""

    ledger: LedgerEntry
    entries: tuple[Entry, ...] = ()

    def filed(self, ids: Iterator[str]) -> Observation:
        """The same with ids, which the ledger entry remembers."""
        entries = tuple([entry.filed(next(ids)) for entry in self.entries])
        history = (*self.ledger.history, *(entry.id for entry in entries))
        return Observation(replace(self.ledger, history=history), entries)


def observe(
    before: LedgerEntry | None,
    record: Record | None,
    record_id: str,
    dataset: Dataset,
    decided: Decisions,
    reading: Reading,
    number: Number,
    now: int,
    copied: Copy | None = None,
) -> Observation:
    """What a look at a record adds.

    Parameters
    ----------
    before : the ledger entry of the last look, None if there was none.
    record : the record as Argilla shows it now, None if it is gone.
    decided : our decisions, which tell what we were showing when; of what shows now, the record tells too.
    now : our time in ms since the epoch.
    copied : its copy in the review dataset; None: there is none, and what was said there stays.
    """
    old = before or NOTHING
    # in this order, by which annotators get their numbers
    shown = shown_on(record, dataset, decided, before is not None) if record else {}
    answered = answers(record, copied, old.answers, shown, reading, number) if record else {}
    decisive = adjudications(copied, old.adjudications, reading, number) if record else {}
    answered, decisive = as_known(answered, decisive, old, reading)
    suggestions = _suggestions(old.suggestions, record, dataset, decided, number)
    after = LedgerEntry(
        status=record.status if record else GONE,
        read_at=now,
        answers=answered,
        suggestions=suggestions,
        adjudications=decisive,
        history=old.history,
        # read once: a record's text hardly ever changes
        fingerprint=old.fingerprint or (fingerprint(record.fields) if record else ""),
        external_id=record.external_id if record else old.external_id,
        round=named(record.metadata, reading.round_property) if record else old.round,
        model=old.model,
        fields_digest=old.fields_digest,
        metadata_digest=old.metadata_digest,
    )
    entries = (
        *_new_answers(record_id, old.answers, after.answers, reading),
        *_new_adjudications(record_id, old.adjudications, after.adjudications, decided),
        *_new_suggestions(record_id, old.suggestions, suggestions, dataset),
    )
    return Observation(after, entries)


def with_state(
    before: LedgerEntry | None,
    found: Observation,
    record: Record | None,
    record_id: str,
    reading: Reading,
) -> Observation:
    """What a look adds, with what the record says beside its answers: an entry if that is new."""
    was = _state(before)
    if record is None:
        if before is None or before.gone:
            return found
        now = RecordState(gone=True)
        return replace(found, entries=(*found.entries, now.entry(record_id, was)))
    now = RecordState.of(record.fields, record.metadata, record.external_id, reading.round_property)
    if was == now:
        return found
    ledger = replace(
        found.ledger,
        model=now.model,
        fields_digest=now.fields,
        metadata_digest=now.metadata,
    )
    at = 0 if before is not None else record.created_at
    return Observation(ledger, (now.entry(record_id, was, at), *found.entries))


def says_news(known: LedgerEntry | None, record: Record, round_property: str) -> bool:
    """Whether a record says something else, beside its answers, than was last seen of it.

    Of one that only an earlier release has seen that is not known: no.
    """
    if known is not None and not known.fields_digest:
        return False
    now = RecordState.of(record.fields, record.metadata, record.external_id, round_property)
    return _state(known) != now


def _state(known: LedgerEntry | None) -> RecordState | None:
    """What a record last said; None where it was never looked at, or not by this release."""
    if known is None or not known.fields_digest:
        return None
    digests = known.fields_digest, known.metadata_digest
    return RecordState(*digests, known.round, known.model, known.gone)


def changed(before: LedgerEntry | None, after: Observation) -> bool:
    """Whether a look found anything new.

    >>> changed(LedgerEntry("pending", 1), Observation(LedgerEntry("pending", 2)))
    False
    """
    if before is None or after.entries:
        return True
    now = after.ledger
    was = before.status, before.fingerprint, before.round, before.external_id
    return was != (now.status, now.fingerprint, now.round, now.external_id)


def _new_answers(
    record_id: str,
    old: Mapping[int, LedgerAnswer],
    now: Mapping[int, LedgerAnswer],
    reading: Reading,
) -> Iterator[Entry]:
    for number, answer in now.items():
        was = old.get(number) or LedgerAnswer(DELETED, 0, {})
        # of several reviewers, the latest decides
        again = answer.submitted and answer.at > was.at and reading.is_reviewer(number)
        if again or (was.status, was.values) != (answer.status, answer.values):
            plain = not (answer.echoes or answer.on_copy)
            details = NO_DETAILS if plain else Details(answer.echoes, answer.on_copy)
            yield Entry(
                "answer",
                record_id,
                number,
                answer.status,
                answer.values,
                was.values,
                answer.at,
                details,
            )
    for number, was in old.items():
        if number not in now:
            details = Details(status_before=was.status)
            yield Entry("answer", record_id, number, DELETED, {}, was.values, details=details)


def _new_adjudications(
    record_id: str,
    old: Mapping[int, LedgerAdjudication],
    now: Mapping[int, LedgerAdjudication],
    decided: Decisions,
) -> Iterator[Entry]:
    """The first adjudication comes with what we thought just before: the measure of our confidence."""
    fresh = not any(was.submitted for was in old.values())
    for number, said in now.items():
        was = old.get(number) or LedgerAdjudication(DELETED, 0, {})
        again = said.submitted and said.at > was.at  # of several, the latest decides
        if again or (was.status, was.values, was.why) != (said.status, said.values, said.why):
            known = {q: decided[q] for q in said.values if q in decided}
            thought = {q: (decision.leader, decision.confidence) for q, decision in known.items()}
            details = Details(
                why=said.why,
                thought=thought if fresh and said.submitted else {},
                audit_pi=said.audit_pi,
            )
            yield Entry(
                "adjudication",
                record_id,
                number,
                said.status,
                said.values,
                was.values,
                said.at,
                details,
            )
    for number, was in old.items():
        if number not in now:
            yield Entry("adjudication", record_id, number, DELETED, {}, was.values)


def _suggestions(
    old: Mapping[str, LedgerSuggestion],
    record: Record | None,
    dataset: Dataset,
    decided: Decisions,
    number: Number,
) -> dict[str, LedgerSuggestion]:
    """Other agents' suggestions now, those that ours took the place of among them."""
    found: dict[str, LedgerSuggestion] = {}
    if record is None:
        return found
    current = {dataset.named(s.question_id): s for s in record.suggestions}
    for question in dataset.questions:
        was, now = old.get(question.name), current.get(question.name)
        if now is not None and not now.ours:
            found[question.name] = _theirs(now, number)
        elif was and _showing(decided, question.name, now):
            found[question.name] = was  # ours took its place
    return found


def _new_suggestions(
    record_id: str,
    old: Mapping[str, LedgerSuggestion],
    now: Mapping[str, LedgerSuggestion],
    dataset: Dataset,
) -> Iterator[Entry]:
    for question in dataset.questions:
        was, theirs = old.get(question.name), now.get(question.name)
        if was and (theirs is None or theirs.annotator != was.annotator):
            replaced = {question.name: was.value}
            yield Entry("suggestion", record_id, was.annotator, DELETED, {}, replaced)
        same_agent = was if was and theirs and was.annotator == theirs.annotator else None
        if theirs and (same_agent is None or theirs.value != same_agent.value):
            yield Entry(
                kind="suggestion",
                record=record_id,
                annotator=theirs.annotator,
                status="submitted",
                values={question.name: theirs.value},
                replaced={question.name: same_agent.value} if same_agent else {},
                at=theirs.at,
                details=Details(score=theirs.score),
            )


def _showing(decided: Decisions, question: str, current: Suggestion | None) -> bool:
    """Whether our own suggestion took the place of another agent's (or did, and left it empty)."""
    decision = decided.get(question)
    if decision is not None and decision.restorable:
        return True
    return current is not None or (decision is not None and decision.showing is not None)


def _theirs(suggestion: Suggestion, number: Number) -> LedgerSuggestion:
    agent = suggestion.agent or "unnamed"
    return LedgerSuggestion(
        number(f"agent:{agent}", agent),
        suggestion.value,
        suggestion.score,
        suggestion.type,
        suggestion.at,
        suggestion.agent,
    )
