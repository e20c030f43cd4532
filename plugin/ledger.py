"""Observe: the one way in. What does a record show now that it did not show when last looked at?

Webhook, backfill, reconciliation and tests all end in `observe`, a pure function: the same look
twice adds nothing, looks in any order end at the same ledger, and a missed delivery is made good by
the next look. Reading records is `gateway`, keeping ledger and history is `store`.

A ledger entry is the JSON object of one record:

| key | meaning |
| --- | --- |
| s | status of the record: pending, completed, or gone |
| t | when we read it, our time in ms |
| r | annotator's number → [status, Argilla's time, question → value, echoed questions] |
| m | question → [annotator's number, value, score, type, Argilla's time, agent]: another agent's suggestion |
| h | ids of the history entries of this record |
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from plugin.records import Dataset, Record, Response, Suggestion
from plugin.store.history import Entry

GONE = "gone"
DELETED = "deleted"

Number = Callable[[str, str], int]
"""Gives the number of an annotator by key (user id or `agent:name`) and agent name ("" for users)."""


@dataclass
class Observation:
    """The ledger entry after a look, and what the look adds to the history (ids not yet given)."""

    ledger: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)

    def file(self, ids: Iterator[str]) -> list[Entry]:
        """The entries with their ids, which the ledger entry remembers."""
        filed = [entry.filed(next(ids)) for entry in self.entries]
        self.ledger["h"] = [*self.ledger["h"], *(entry.id for entry in filed)]
        return filed


def observe(
    before: Mapping[str, Any] | None,
    record: Record | None,
    record_id: str,
    dataset: Dataset,
    decided: Mapping[str, Any],
    note_question: str,
    number: Number,
    now: int,
) -> Observation:
    """What a look at a record adds.

    Parameters
    ----------
    before : the ledger entry of the last look, None if there was none.
    record : the record as Argilla shows it now, None if it is gone.
    decided : question → our decision, whose `shown` tells what we were showing when.
    note_question : the question that carries our conflict note; never read as an answer.
    now : our time in ms since the epoch.
    """
    old = before or {"r": {}, "m": {}, "h": []}
    status = record.status if record else GONE
    after = Observation({"s": status, "t": now, "r": {}, "m": {}, "h": list(old["h"])})
    _responses(after, old["r"], record, record_id, decided, note_question, number)
    _suggestions(after, old["m"], record, record_id, dataset, decided, note_question, number)
    return after


def changed(before: Mapping[str, Any] | None, after: Observation) -> bool:
    """Whether a look found anything new.

    >>> changed({"s": "pending", "t": 1}, Observation({"s": "pending", "t": 2}))
    False
    """
    return before is None or before["s"] != after.ledger["s"] or bool(after.entries)


def _responses(
    after: Observation,
    old: Mapping[str, Any],
    record: Record | None,
    record_id: str,
    decided: Mapping[str, Any],
    note_question: str,
    number: Number,
) -> None:
    for response in record.responses if record else ():
        annotator = number(response.user_id, "")
        values = {name: v for name, v in response.values.items() if name != note_question}
        was = old.get(str(annotator), [DELETED, 0, {}, []])
        echoes = [q for q, v in values.items() if _echoes(q, v, was, response, decided)]
        after.ledger["r"][str(annotator)] = [response.status, response.at, values, echoes]
        if [was[0], was[2]] != [response.status, values]:
            after.entries.append(
                Entry(
                    kind="answer",
                    record=record_id,
                    annotator=annotator,
                    status=response.status,
                    values=values,
                    replaced=was[2],
                    at=response.at,
                    extra={"echo": echoes} if echoes else {},
                )
            )
    for name, was in old.items():
        if name not in after.ledger["r"]:
            after.entries.append(
                Entry("answer", record_id, int(name), DELETED, {}, was[2], extra={"status": was[0]})
            )


def _echoes(
    question: str, value: Any, was: list[Any], response: Response, decided: Mapping[str, Any]
) -> bool:
    """Whether the value was given while we were showing the same (it stays what it was first)."""
    if question in was[2] and was[2][question] == value:
        return question in was[3]
    shown = decided.get(question, {}).get("shown", [])
    return any(
        same(value, said) and start <= response.at and (end is None or response.at < end)
        for said, start, end in shown
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: in lists (of labels, ranks, spans) the order does not matter.

    >>> same(["a", "b"], ["b", "a"]), same([{"value": "a", "rank": 1}], [{"rank": 2, "value": "a"}])
    (True, False)
    """
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(_canonical, one)) == sorted(map(_canonical, other))
    return bool(one == other)


def _canonical(part: Any) -> str:
    return json.dumps(part, sort_keys=True)


def _suggestions(
    after: Observation,
    old: Mapping[str, Any],
    record: Record | None,
    record_id: str,
    dataset: Dataset,
    decided: Mapping[str, Any],
    note_question: str,
    number: Number,
) -> None:
    standing = {dataset.named(s.question_id): s for s in record.suggestions} if record else {}
    for question in dataset.questions:
        was, now = old.get(question.name), standing.get(question.name)
        if record and (now is None or now.ours) and was and _showing(decided, question.name, now):
            after.ledger["m"][question.name] = was  # ours stands in its place
            continue
        theirs = now if now is not None and not now.ours else None
        entry = _agent(theirs, number) if theirs else None
        if entry:
            after.ledger["m"][question.name] = entry
        if was and (entry is None or entry[0] != was[0]):
            replaced = {question.name: was[1]}
            after.entries.append(Entry("suggestion", record_id, was[0], DELETED, {}, replaced))
        if entry and theirs and (was is None or entry[:2] != was[:2]):
            after.entries.append(
                Entry(
                    kind="suggestion",
                    record=record_id,
                    annotator=entry[0],
                    status="submitted",
                    values={question.name: theirs.value},
                    replaced={question.name: was[1]} if was and was[0] == entry[0] else {},
                    at=theirs.at,
                    extra={"score": theirs.score} if theirs.score is not None else {},
                )
            )


def _showing(decided: Mapping[str, Any], question: str, standing: Suggestion | None) -> bool:
    """Whether our own suggestion took the place of another agent's (or did, and left it empty)."""
    decision = decided.get(question, {})
    if decision.get("left"):
        return True
    shown = decision.get("shown", [])
    return standing is not None or bool(shown and shown[-1][2] is None)


def _agent(suggestion: Suggestion, number: Number) -> list[Any]:
    agent = suggestion.agent or "unnamed"
    kept = [suggestion.value, suggestion.score, suggestion.type, suggestion.at, suggestion.agent]
    return [number(f"agent:{agent}", agent), *kept]
