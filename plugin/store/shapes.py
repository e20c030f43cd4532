"""How what is known of a dataset is written down: the one file in which keys of one letter stand.

What it is, with names, is `domain.state` and `domain.history`. Every pair of functions here is the two
directions of one shape: from JSON as it is stored, and into it. Bytes are `packing`, keys of Redis `keys`.

A **ledger entry** is one object:

| key | meaning |
| --- | --- |
| s | status of the record: pending, completed, or gone |
| t | when we read it, our time in ms |
| r | annotator's number → [status, Argilla's time, question → value, echoed questions] |
| m | question → [annotator's number, value, score, type, Argilla's time, agent]: another agent's suggestion |
| a | reviewer's number → [status, Argilla's time, question → value, why]: adjudications |
| n | name of the record's round |
| e | its external id, where it has one |
| f | fingerprint of its text |
| h | ids of the history entries of this record |

An answer that was given on the record's copy has a fifth part in `r`, true.

**Decisions** are one object a record, question → decision:

| key | meaning |
| --- | --- |
| v, c, p | value, confidence, posterior |
| s, n, t | strategy, the number of its model, and when it decided (ms) |
| top, next, prior | leader, runner-up, and the log-odds of the one against the other beforehand |
| w | a list for each voice: annotator's number, reliability, log-odds |
| shown | a list for each value that was shown: value, since, until (null: it still is) |
| abstain | why nothing is decided |
| told | the confidence that Argilla shows, where ours has moved by little since |
| worth | what a review is worth: gain, teaching, chance, dispute |
| left | true where another agent's suggestion may be put back |

A **conflict** is `state`, `labels` (value → annotators' numbers), `since`, `kind`, and `before`: a list for
each earlier one, of since, until and outcome.

An **entry of the history** has always the same fields, so that Redis stores their names once. Empty means
"not said". Its id carries our own time (ms since the epoch) and the order.

| field | meaning |
| --- | --- |
| k | kind: `answer`, `suggestion` (another agent's), `adjudication`, `decision`, `version` |
| r | record id |
| a | number of the annotator |
| s | status of the answer: submitted, draft, discarded, or deleted |
| v | JSON: question → value |
| o | JSON: question → value that it replaced |
| t | Argilla's time in ms since the epoch |
| x | JSON, more: see `details_json` |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from argilla_distill.domain.history import NO_DETAILS, Details, Entry
from argilla_distill.domain.state.conflict import PastConflict, StoredConflict
from argilla_distill.domain.state.decision import (
    Decisions,
    Shown,
    StoredDecision,
    StoredVoice,
    StoredWorth,
)
from argilla_distill.domain.state.ledger_entry import (
    GONE,
    LedgerAdjudication,
    LedgerAnswer,
    LedgerEntry,
    LedgerSuggestion,
)
from argilla_distill.domain.state.review import CopyInfo

Json = dict[str, Any]


# The ledger


def ledger_entry(stored: Json) -> LedgerEntry:
    """A record's ledger entry.

    >>> ledger_entry({"s": "pending", "t": 17, "r": {"0": ["submitted", 9, {"q": "yes"}, []]}, "m": {},
    ...               "h": ["17-0"]}).answers[0].values
    {'q': 'yes'}
    """
    return LedgerEntry(
        stored["s"],
        stored["t"],
        {
            int(number): LedgerAnswer(status, at, values, tuple(echoes), bool(on_copy))
            for number, (status, at, values, echoes, *on_copy) in stored["r"].items()
        },
        {question: LedgerSuggestion(*parts) for question, parts in stored["m"].items()},
        {int(number): LedgerAdjudication(*parts) for number, parts in stored["a"].items()}
        if "a" in stored
        else {},
        tuple(stored["h"]),
        stored.get("f", ""),
        stored.get("e"),
        stored.get("n"),
    )


def ledger_json(entry: LedgerEntry) -> Json:
    """The inverse of `ledger_entry`."""
    stored: Json = {
        "s": entry.status,
        "t": entry.read_at,
        "r": {
            str(number): [a.status, a.at, a.values, a.echoes, *([True] if a.on_copy else ())]
            for number, a in entry.answers.items()
        },
        "m": {
            question: [s.annotator, s.value, s.score, s.type, s.at, s.agent]
            for question, s in entry.suggestions.items()
        },
        "h": entry.history,
    }
    if entry.fingerprint:
        stored["f"] = entry.fingerprint
    if entry.external_id is not None:
        stored["e"] = entry.external_id
    if entry.round is not None:
        stored["n"] = entry.round
    if entry.adjudications:
        stored["a"] = {
            str(number): [a.status, a.at, a.values, a.why]
            for number, a in entry.adjudications.items()
        }
    return stored


def is_gone(stored: Json) -> bool:
    """Whether the record of a stored ledger entry was deleted."""
    return bool(stored["s"] == GONE)


# Decisions


def decisions(stored: Mapping[str, Json]) -> dict[str, StoredDecision]:
    """What is decided on a record."""
    return {question: _decision(each) for question, each in stored.items()}


def _decision(stored: Json) -> StoredDecision:
    worth = stored.get("worth")
    return StoredDecision(
        stored["v"],
        stored["c"],
        stored["p"],
        stored["top"],
        stored["next"],
        stored["prior"],
        tuple([StoredVoice(*voice) for voice in stored["w"]]),
        stored.get("s", ""),
        stored.get("n", 0),
        stored.get("t", 0),
        tuple([Shown(*each) for each in stored.get("shown", ())]),
        stored.get("abstain", ""),
        stored.get("told"),
        StoredWorth(*worth) if worth else None,
        stored.get("left", False),
    )


def decisions_json(decided: Decisions) -> Json:
    """The inverse of `decisions`."""
    return {question: _decision_json(decision) for question, decision in decided.items()}


def _decision_json(decision: StoredDecision) -> Json:
    stored: Json = {
        "v": decision.value,
        "c": decision.confidence,
        "p": decision.posterior,
        "s": decision.strategy,
        "n": decision.version,
        "t": decision.decided_at,
        "top": decision.leader,
        "next": decision.runner_up,
        "prior": decision.prior,
        "w": [[voice.annotator, voice.reliability, voice.log_odds] for voice in decision.voices],
        "shown": [[each.value, each.since, each.until] for each in decision.shown],
    }
    if decision.abstention:
        stored["abstain"] = decision.abstention
    if decision.published_confidence is not None:
        stored["told"] = decision.published_confidence
    if decision.worth is not None:
        worth = decision.worth
        parts = worth.gain, worth.teaching, worth.chance, worth.dispute
        stored["worth"] = [part for part in parts if part is not None]
    if decision.restorable:
        stored["left"] = True
    return stored


# Conflicts


def conflict(stored: Json) -> StoredConflict:
    """One question's conflict."""
    return StoredConflict(
        stored["state"],
        {value: tuple(numbers) for value, numbers in stored["labels"].items()},
        stored["since"],
        stored.get("kind", ""),
        tuple([PastConflict(*each) for each in stored.get("before", ())]),
    )


def conflict_json(known: StoredConflict) -> Json:
    """The inverse of `conflict`."""
    stored: Json = {"state": known.state, "labels": known.sides, "since": known.since}
    if known.kind:
        stored["kind"] = known.kind
    if known.before:
        stored["before"] = [[each.since, each.until, each.outcome] for each in known.before]
    return stored


# The history


def entry(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    """An entry of the history."""
    kind = fields[b"k"].decode()
    return Entry(
        kind=kind,
        record=fields[b"r"].decode(),
        annotator=int(fields[b"a"]) if fields[b"a"] else None,
        status=fields[b"s"].decode(),
        values=json.loads(fields[b"v"] or b"{}"),
        replaced=json.loads(fields[b"o"] or b"{}"),
        at=int(fields[b"t"] or 0),
        details=_details(json.loads(fields[b"x"])) if fields[b"x"] else NO_DETAILS,
        id=entry_id.decode(),
    )


def entry_fields(entry: Entry) -> dict[str, str | int]:
    """The inverse of `entry`."""
    return {
        "k": entry.kind,
        "r": entry.record,
        "a": "" if entry.annotator is None else entry.annotator,
        "s": entry.status,
        "v": _dumps(entry.values),
        "o": _dumps(entry.replaced),
        "t": entry.at or "",
        "x": _dumps(details_json(entry)),
    }


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
        version=stored.get("n"),
        votes=stored.get("votes"),
        adjudications=stored.get("adjudications"),
        training=stored.get("training", ""),
    )


def details_json(entry: Entry) -> Json:
    """What an entry says more, as it is stored, and as `history --json` shows it.

    | key | of | meaning |
    | --- | --- | --- |
    | echo, review | answer | echoed questions; true if it was given on the record's copy |
    | status | answer that is gone | its status before |
    | why, thought | adjudication | the reason; question → our value and confidence just before |
    | score | suggestion | the agent's |
    | c, s, n, why | decision | confidence, strategy, number of its model, why it abstains |
    | strategy, votes, adjudications, training | version | what it was made of |
    """
    more = entry.details
    if more == NO_DETAILS:
        return {}
    strategy = "strategy" if entry.kind == "version" else "s"
    found: Json = {
        "echo": list(more.echoes),
        "review": more.on_copy,
        "status": more.status_before,
        "score": more.score,
        "c": more.confidence,
        strategy: more.strategy,
        "n": more.version,
        "why": more.why,
        "thought": {question: list(said) for question, said in more.thought.items()},
        "votes": more.votes,
        "adjudications": more.adjudications,
        "training": more.training,
    }
    numbers = ("score", "c", "n", "votes", "adjudications")
    return {
        key: value
        for key, value in found.items()
        if (value is not None if key in numbers else value)
    }


def _dumps(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) if value else ""


# Copies for review


def copy(stored: Json) -> CopyInfo:
    """What is remembered of a copy."""
    return CopyInfo(
        stored["id"],
        stored["mark"],
        stored["priority"],
        tuple(stored["q"]),
        stored.get("asked"),
        stored.get("opened", False),
    )


def copy_json(known: CopyInfo) -> Json:
    """The inverse of `copy`."""
    stored: Json = {
        "id": known.id,
        "mark": known.mark,
        "priority": known.priority,
        "q": known.suggested,
        "asked": known.asked,
    }
    return stored | ({"opened": True} if known.opened else {})
