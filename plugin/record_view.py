"""The page of one record as values: what is stored, turned into what a visitor reads.

Pure: no Flask, no Redis, no clock. Every text is plain and unescaped (the templates escape it);
times are ms since the epoch. `view` is the way in. The words and numbers of one question's decision
are in `decision_view`, its layout in templates/record.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plugin.decision_view import LISTED, QuestionView, question_view
from plugin.ledger import DELETED, GONE
from plugin.store.history import Entry
from plugin.voices import Annotator, Wording, text, unnamed

MOST_CHARACTERS = 20_000
"""Longer fields are cut on the page: an image may be a data URI of megabytes."""


@dataclass(frozen=True)
class Known:
    """All that the store holds about one record."""

    record_id: str
    dataset_id: str
    info: Mapping[str, str]
    annotators: Mapping[int, Mapping[str, str]]
    ledger: Mapping[str, Any]
    decisions: Mapping[str, Any]
    conflicts: Mapping[str, Mapping[str, Any]]
    entries: Sequence[Entry]
    set_aside: str = ""


@dataclass(frozen=True)
class Given:
    """One value of an answer, and whether it is an echo."""

    question: str
    value: str
    echo: bool


@dataclass(frozen=True)
class Answer:
    """What stands of one annotator on the record, all questions."""

    who: Annotator
    status: str
    at: int
    values: tuple[Given, ...]


@dataclass(frozen=True)
class Change:
    """One question's value before and after an event; None where there was or is none."""

    question: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Event:
    """Something that an annotator did. `at` is Argilla's time, `seen_at` ours."""

    at: int
    seen_at: int
    who: Annotator
    what: str
    status: str
    changes: tuple[Change, ...]
    echoes: tuple[str, ...]


@dataclass(frozen=True)
class RecordView:
    """The whole page. `fields` is None while Argilla cannot be asked; `away` says why."""

    record_id: str
    dataset_id: str
    dataset: str
    status: str
    seen_at: int
    argilla_url: str
    set_aside: str
    fields: tuple[tuple[str, str], ...] | None
    away: str
    questions: tuple[QuestionView, ...]
    left_alone: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...]
    events: tuple[Event, ...]


def view(
    known: Known, argilla_url: str, fields: Mapping[str, Any] | None = None, away: str = ""
) -> RecordView:
    """The page of a record.

    Parameters
    ----------
    argilla_url : address of Argilla as a browser sees it.
    fields : the record's fields, None if Argilla could not be asked; then `away` says why.
    """
    people = _people(known.annotators)
    questions: dict[str, dict[str, Any]] = json.loads(known.info.get("questions") or "{}")
    say = _wording(questions, fields)
    decided = {name for e in known.entries if e.kind == "decision" for name in e.values}
    decided |= {*known.decisions, *(n for n, q in questions.items() if q["word"] == "distilled")}
    return RecordView(
        record_id=known.record_id,
        dataset_id=known.dataset_id,
        dataset=known.info.get("name", known.dataset_id),
        status="deleted" if known.ledger["s"] == GONE else known.ledger["s"],
        seen_at=known.ledger["t"],
        argilla_url=dataset_url(argilla_url, known.dataset_id),
        set_aside=known.set_aside,
        fields=_fields(fields),
        away=away,
        questions=tuple(
            question_view(
                name,
                _labels(questions.get(name, {})),
                known.decisions.get(name),
                known.ledger,
                known.conflicts.get(name),
                [e for e in known.entries if e.kind == "decision" and name in e.values],
                people,
                known.info.get("publish", "completed"),
                questions.get(name, {}).get("type", "label_selection"),
                say,
            )
            for name in _in_order(decided, questions)
        ),
        left_alone=tuple((n, q["word"]) for n, q in questions.items() if n not in decided),
        answers=_answers(known.ledger, people, say),
        events=tuple(reversed(_events(known.entries, people, say))),
    )


def _wording(questions: Mapping[str, Any], fields: Mapping[str, Any] | None) -> Wording:
    """How the record's values are put in words: spans are quoted where their field is a text."""
    of = {name: (fields or {}).get(q.get("field", "")) for name, q in questions.items()}
    return Wording({name: passage for name, passage in of.items() if isinstance(passage, str)})


def _labels(question: Mapping[str, Any]) -> list[str]:
    """What a question's posterior has an entry for, in its order; empty where that depends."""
    return question.get("labels", []) if question.get("type") in LISTED else []


def dataset_url(argilla_url: str, dataset_id: str) -> str:
    """Where a browser finds a dataset in Argilla. There is no address of a single record."""
    return f"{argilla_url}/dataset/{dataset_id}/annotation-mode"


def _people(annotators: Mapping[int, Mapping[str, str]]) -> dict[int, Annotator]:
    """Annotators by number; one whose user Argilla did not tell keeps the number as a name."""
    people = {}
    for number, known in annotators.items():
        name = known["name"] if known["name"].strip() not in ("", "?") else unnamed(number).name
        people[number] = Annotator(name, known["kind"], known["key"].startswith("agent:"))
    return people


def _in_order(names: set[str], questions: Mapping[str, Any]) -> list[str]:
    """As the dataset orders its questions; those that it no longer has come last."""
    return [n for n in questions if n in names] + sorted(n for n in names if n not in questions)


def _fields(fields: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...] | None:
    if fields is None:
        return None
    return tuple((name, _cut(_field(value))) for name, value in fields.items() if value is not None)


def _field(value: Any) -> str:
    """A field as text; a chat as one turn a paragraph."""
    if isinstance(value, list) and all(isinstance(t, dict) and "content" in t for t in value):
        return "\n\n".join(f"{turn.get('role', '?')}: {turn['content']}" for turn in value)
    return text(value)


def _cut(value: str) -> str:
    more = len(value) - MOST_CHARACTERS
    return value if more <= 0 else f"{value[:MOST_CHARACTERS]}… and {more:,} characters more"


def _answers(
    ledger: Mapping[str, Any], people: Mapping[int, Annotator], say: Wording
) -> tuple[Answer, ...]:
    """The responses that stand, in the order in which they were given."""
    answers = []
    for number, (status, at, values, echoes) in ledger["r"].items():
        given = tuple(Given(q, say(q, value), q in echoes) for q, value in values.items())
        who = people.get(int(number)) or unnamed(int(number))
        answers.append(Answer(who, status, at, given))
    return tuple(sorted(answers, key=lambda answer: answer.at))


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


def _events(entries: Sequence[Entry], people: Mapping[int, Annotator], say: Wording) -> list[Event]:
    """Answers and other agents' suggestions, oldest first."""
    events = []
    status: dict[int, str] = {}
    for entry in entries:
        if entry.kind not in ("answer", "suggestion") or entry.annotator is None:
            continue
        number = entry.annotator
        if entry.kind == "answer":
            verbs = VERBS.get(entry.status, {None: entry.status})
            what = verbs.get(status.get(number), verbs[None])
            status[number] = entry.status
        elif entry.status == DELETED:
            what = "the suggestion was withdrawn"
        else:
            what = "changed the suggestion" if entry.replaced else "suggested"
        events.append(
            Event(
                at=entry.at or entry.seen_at,
                seen_at=entry.seen_at,
                who=people.get(number) or unnamed(number),
                what=what,
                status=entry.status,
                changes=_changes(entry, say),
                echoes=tuple(entry.extra.get("echo", [])),
            )
        )
    return events


def _changes(entry: Entry, say: Wording) -> tuple[Change, ...]:
    """What differs; where nothing does (only the status changed), what stands."""
    names = list(dict.fromkeys([*entry.values, *entry.replaced]))
    changes = [
        Change(
            name,
            say(name, entry.replaced[name]) if name in entry.replaced else None,
            say(name, entry.values[name]) if name in entry.values else None,
        )
        for name in names
    ]
    return tuple([c for c in changes if c.before != c.after] or changes)
