"""How an entry of the history is written down: fields of a stream of Redis, with names of one letter.

What it is, with names, is `domain.history`.

An **entry of the history** has always the same fields, so that Redis stores their names once. Empty means
"not said". Its id carries our own time (ms since the epoch) and the order.

| field | meaning |
| --- | --- |
| k | kind: `answer`, `suggestion` (another agent's), `adjudication`, `decision`, `version` (a fit), … |
| r | record id |
| a | number of the annotator |
| s | status of the answer: submitted, draft, discarded, or deleted; record: gone; round: started, ended … |
| v | JSON: question → value; of other kinds see below |
| o | JSON: question, or another name, → value that it replaced |
| t | Argilla's time in ms since the epoch |
| x | JSON, more: see `details_json` |

What `v` holds, where it is no answer:

| kind | values |
| --- | --- |
| record | `round`, `model`: their names, where it has one |
| annotator | `name`, `kind` |
| guidelines | `text` |
| config | `settings`, `overlap`, `questions` |
| round | `name`, `model`, `trained_on`, `records` |
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from argilla_distill.domain.history import NO_DETAILS, Details, Entry

Json = dict[str, Any]

STORED_KINDS = {"fit": "version"}
"""Kinds that are stored under the name that they had when the first histories were written."""

KEPT, SHORT = 512, 200
"""So many texts of entries, of so many characters at most, are remembered with what they say: short answers
are the same again and again."""

_plain = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""As `json.dumps`, which would make an encoder for every value."""

_KINDS = {stored: kind for kind, stored in STORED_KINDS.items()}

FIELDS = ("k", "r", "a", "s", "v", "o", "t", "x")
"""In the order in which they are written, and of `StoredEntry`."""


ORDER = list(FIELDS)


class StoredEntry(NamedTuple):
    """An entry as texts, under the fields' long names: for those who hand it on before they read it."""

    id: str
    kind: str
    record: str
    annotator: str
    status: str
    values: str
    replaced: str
    at: str
    details: str

    def entry(self) -> Entry:
        """What the texts say."""
        # what a frozen dataclass's constructor does field by field, at once: a million are read for a version
        found = object.__new__(Entry)
        found.__dict__.update(
            kind=_KINDS.get(self.kind, self.kind),
            record=self.record,
            annotator=int(self.annotator) if self.annotator else None,
            status=self.status,
            values=_values(self.values),
            replaced=_values(self.replaced),
            at=int(self.at or 0),
            details=_details_of(self.details),
            id=self.id,
        )
        return found


def entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    """An entry of the history, as Redis has it."""
    texts = {name.decode(): text.decode() for name, text in fields.items()}
    return entry_of_texts(entry_id.decode(), texts)


def entry_of_texts(entry_id: str, fields: Mapping[str, str]) -> Entry:
    """The same of texts."""
    return stored(entry_id, fields).entry()


def stored(entry_id: str, fields: Mapping[str, str]) -> StoredEntry:
    """The texts of an entry, from a stream's fields."""
    return StoredEntry(entry_id, *[fields[name] for name in FIELDS])


def stored_in_row(entry_id: str, row: Sequence[str]) -> StoredEntry:
    """The same of names and texts in turn, as a stream has them."""
    if row[::2] == ORDER:
        return StoredEntry(entry_id, *row[1::2])
    return stored(entry_id, dict(zip(row[::2], row[1::2], strict=True)))


def entry_fields(entry: Entry) -> dict[str, str | int]:
    """The inverse of `entry`."""
    return {
        "k": STORED_KINDS.get(entry.kind, entry.kind),
        "r": entry.record,
        "a": "" if entry.annotator is None else entry.annotator,
        "s": entry.status,
        "v": _dumps(entry.values),
        "o": _dumps(entry.replaced),
        "t": entry.at or "",
        "x": _dumps(details_json(entry)),
    }


def _values(text: str) -> Mapping[str, Any]:
    """What a text of values says."""
    if not text:
        return {}
    if len(text) <= SHORT:
        return _short_values(text)
    found: Json = json.loads(text)
    return found


@lru_cache(maxsize=KEPT)
def _short_values(text: str) -> Mapping[str, Any]:
    """The same of what many entries say. Nobody changes what is in an entry."""
    found: Json = json.loads(text)
    return found


def _details_of(text: str) -> Details:
    """What a text of details says."""
    if not text:
        return NO_DETAILS
    return _short_details(text) if len(text) <= SHORT else _details(json.loads(text))


@lru_cache(maxsize=KEPT)
def _short_details(text: str) -> Details:
    """The same of what many entries say."""
    return _details(json.loads(text))


def _details(stored: Json) -> Details:
    return Details(
        echoes=tuple(stored.get("echo", ())),
        on_copy=stored.get("review", False),
        status_before=stored.get("status", ""),
        why=stored.get("why", ""),
        thought={q: (value, sure) for q, (value, sure) in stored.get("thought", {}).items()},
        score=stored.get("score"),
        confidence=stored.get("c"),
        strategy=stored.get("s") or stored.get("strategy", ""),
        fit=stored.get("n"),
        votes=stored.get("votes"),
        adjudications=stored.get("adjudications"),
        training=stored.get("training", ""),
        audit_pi=stored.get("audit_pi"),
        digest=stored.get("d", ""),
        metadata=stored.get("m", ""),
    )


def details_json(entry: Entry) -> Json:
    """What an entry says more, as it is stored, and as `history --json` shows it.

    | key | of | meaning |
    | --- | --- | --- |
    | echo, review | answer | echoed questions; true if it was given on the record's copy |
    | status | answer that is gone | its status before |
    | why, thought | adjudication | the reason; question → our value and confidence just before |
    | audit_pi | adjudication of an audit | the probability with which its record was drawn |
    | score | suggestion | the agent's |
    | c, s, n, why | decision | confidence, strategy, number of its fit, why it abstains |
    | strategy, votes, adjudications, training | fit | what it was made of |
    | d | record, guidelines, config | digest of the fields, of the text, of the settings |
    | m | record | digest of the metadata |
    """
    more = entry.details
    if more is NO_DETAILS or more == NO_DETAILS:
        return {}
    strategy = "strategy" if entry.kind == "fit" else "s"
    found: Json = {
        "echo": list(more.echoes),
        "review": more.on_copy,
        "status": more.status_before,
        "score": more.score,
        "c": more.confidence,
        strategy: more.strategy,
        "n": more.fit,
        "why": more.why,
        "thought": {question: list(said) for question, said in more.thought.items()},
        "votes": more.votes,
        "adjudications": more.adjudications,
        "training": more.training,
        "audit_pi": more.audit_pi,
        "d": more.digest,
        "m": more.metadata,
    }
    numbers = ("score", "c", "n", "votes", "adjudications", "audit_pi")
    return {
        key: value
        for key, value in found.items()
        if (value is not None if key in numbers else value)
    }


def _dumps(value: Mapping[str, Any]) -> str:
    return _plain(value) if value else ""
