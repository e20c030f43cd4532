"""What happened to a record, in order: answers, suggestions, reviews, decisions, and the record itself.

Pure. What is current is `record_view`, what happened to a dataset as a whole `dataset_timeline`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from argilla_distill.domain.explanation.voices import Annotator, unnamed
from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.record_state import RECORD, RecordState
from argilla_distill.domain.state.ledger_entry import DELETED
from argilla_distill.domain.wording import Wording, percent


@dataclass(frozen=True)
class ValueChange:
    """One question's value before and after an event; None where there was or is none."""

    question: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Event:
    """Something that was said or decided. `at` is Argilla's time, `seen_at` ours.

    `kind` is `answer`, `suggestion`, `adjudication` or `decision`; or, of what nobody said, that of its
    entry: `record`, `guidelines`, `config`, `round`. Then `what` is a whole sentence, and `who` nobody.
    """

    at: int
    seen_at: int
    who: Annotator
    what: str
    status: str
    changes: tuple[ValueChange, ...]
    echoes: tuple[str, ...]
    kind: str = "answer"
    why: str = ""


VERBS: dict[str, dict[str | None, str]] = {
    "submitted": {
        None: "answered",
        "submitted": "changed the answer",
        "draft": "submitted the draft",
        "discarded": "answered after discarding",
        DELETED: "answered again",
    },
    "draft": {"submitted": "took the answer back and kept it as a draft", None: "saved a draft"},
    "discarded": {None: "discarded the record"},
    DELETED: {None: "the answer was deleted"},
}
"""What an answer is called by its status, and by the status of the annotator's answer before."""

REVIEW_VERBS: dict[str, dict[str | None, str]] = {
    "submitted": {None: "decided", "submitted": "decided otherwise", DELETED: "decided again"},
    "draft": {None: "began a review", "submitted": "took the adjudication back"},
    "discarded": {None: "left the review to others"},
    DELETED: {None: "the adjudication was taken back"},
}
"""The same of a reviewer in the review dataset."""


def events(entries: Sequence[Entry], people: Mapping[int, Annotator], say: Wording) -> list[Event]:
    """Everything that the history holds of a record, oldest first."""
    found = []
    status: dict[tuple[str, int], str] = {}
    state: RecordState | None = None
    for entry in entries:
        if entry.kind == "decision":
            found += _decided(entry, say)
        elif entry.kind == RECORD:
            now = RecordState.of_entry(entry)
            found.append(_changed(entry, now, state))
            state = now
        elif entry.kind in ("answer", "suggestion", "adjudication") and entry.annotator is not None:
            before = status.get((entry.kind, entry.annotator))
            status[entry.kind, entry.annotator] = entry.status
            found.append(_said(entry, before, people, say))
    return found


def itself(entry: Entry, what: str, changes: Sequence[ValueChange] = (), status: str = "") -> Event:
    """Something that nobody said, in a sentence."""
    nobody = Annotator("", "")
    at = entry.at or entry.seen_at
    return Event(at, entry.seen_at, nobody, what, status, tuple(changes), (), entry.kind)


def _changed(entry: Entry, now: RecordState, before: RecordState | None) -> Event:
    """What the record said itself, or that it is gone."""
    was = entry.replaced if before is None else before.named
    names = dict.fromkeys([*now.named, *was])
    changes = [ValueChange(n, was.get(n), now.named.get(n)) for n in names]
    if now.gone:
        return itself(entry, "The record was deleted in Argilla.", status=DELETED)
    if before is None:
        made = "The record was made in Argilla." if entry.at else "The record was looked at."
        return itself(entry, made, changes)
    if before.gone:
        return itself(entry, "The record was there again.", changes)
    parts = [
        name
        for name, then, is_ in (
            ("fields", before.fields, now.fields),
            ("metadata", before.metadata, now.metadata),
        )
        if then != is_
    ]
    what = f"Its {' and '.join(parts) or 'round or model'} were changed in Argilla."
    return itself(entry, what, [c for c in changes if c.before != c.after])


def _said(entry: Entry, before: str | None, people: Mapping[int, Annotator], say: Wording) -> Event:
    number = entry.annotator if entry.annotator is not None else 0
    if entry.kind == "suggestion":
        changed = "changed the suggestion" if entry.replaced else "suggested"
        what = "the suggestion was withdrawn" if entry.status == DELETED else changed
    else:
        table = VERBS if entry.kind == "answer" else REVIEW_VERBS
        verbs = table.get(entry.status, {None: entry.status})
        what = verbs.get(before, verbs[None])
        if entry.details.on_copy:
            what += " in the review dataset"
    return Event(
        at=entry.at or entry.seen_at,
        seen_at=entry.seen_at,
        who=people.get(number) or unnamed(number),
        what=what,
        status=entry.status,
        changes=_changes(entry, say),
        echoes=entry.details.echoes,
        kind=entry.kind,
        why=entry.details.why,
    )


def _decided(entry: Entry, say: Wording) -> list[Event]:
    """A decision of ours: one event for each question."""
    maker = Annotator(entry.details.decided_by, "strategy")
    confidence = entry.details.confidence
    sure = "" if confidence is None else f", {percent(confidence)} sure"
    return [
        Event(
            at=entry.seen_at,
            seen_at=entry.seen_at,
            who=maker,
            what="is undecided" if value is None else f"decided{sure}",
            status="undecided" if value is None else "decided",
            changes=() if value is None else (ValueChange(name, None, say(name, value)),),
            echoes=(),
            kind="decision",
            why=entry.details.why,
        )
        for name, value in entry.values.items()
    ]


def _changes(entry: Entry, say: Wording) -> tuple[ValueChange, ...]:
    """What differs; where nothing does (only the status changed), the current value."""
    names = list(dict.fromkeys([*entry.values, *entry.replaced]))
    changes = [
        ValueChange(
            name,
            say(name, entry.replaced[name]) if name in entry.replaced else None,
            say(name, entry.values[name]) if name in entry.values else None,
        )
        for name in names
    ]
    return tuple([c for c in changes if c.before != c.after] or changes)
