"""How what is known of each record is written down: JSON with keys of one letter, for there is much of it.

What it is, with names, is `domain.state`. Every pair of functions here is the two directions of one shape:
from JSON as it is stored, and into it. Bytes are `packing`, keys of Redis `keys`.

A **ledger entry** is one object:

| key | meaning |
| --- | --- |
| s | status of the record: pending, completed, or gone |
| t | when we read it, our time in ms |
| r | annotator's number → [status, Argilla's time, question → value, echoed questions] |
| m | question → [annotator's number, value, score, type, Argilla's time, agent]: another agent's suggestion |
| a | reviewer's number → [status, Argilla's time, question → value, why]: adjudications |
| n, b | names of the record's round and model |
| d | digests of its fields and of its metadata, one after the other |
| e | its external id, where it has one |
| f | fingerprint of its text |
| h | ids of the history entries of this record |

An answer that was given on the record's copy has a fifth part in `r`, true; an adjudication that answers an
audit has one in `a`, the probability with which the record was drawn.

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
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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

DIGEST_CHARACTERS = 16
"""Of a digest in a ledger entry."""


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
        stored.get("b"),
        stored.get("d", "")[:DIGEST_CHARACTERS],
        stored.get("d", "")[DIGEST_CHARACTERS:],
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
    if entry.model is not None:
        stored["b"] = entry.model
    if entry.fields_digest:
        stored["d"] = entry.fields_digest + entry.metadata_digest
    if entry.adjudications:
        stored["a"] = {
            str(number): [
                *(a.status, a.at, a.values, a.why),
                *(() if a.audit_pi is None else (a.audit_pi,)),
            ]
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
        stored.get("e"),
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
        "n": decision.fit,
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
    if decision.independent_votes is not None:
        stored["e"] = decision.independent_votes
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
        stored.get("pi"),
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
    if known.audit_pi is not None:
        stored["pi"] = known.audit_pi
    return stored | ({"opened": True} if known.opened else {})
