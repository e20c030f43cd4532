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
| a | reviewer's number → [status, Argilla's time, question → value, why]: adjudications |
| n | name of the record's round |
| e | its external id, where it has one |
| f | fingerprint of its text (`domain.fingerprint`) |
| h | ids of the history entries of this record |

A record may have a *copy* in the review dataset. What reviewers answer there are adjudications; what
others answer there are answers like any other, from those who have not answered the record itself.
Such an answer has a fifth part in `r`, true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.answers import Copy, Number, Reading, adjudications, answers
from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import Dataset, Record, Suggestion

GONE = "gone"
DELETED = "deleted"


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
    decided : question → our decision, whose `shown` tells what we were showing when.
    now : our time in ms since the epoch.
    copied : its copy in the review dataset; None: there is none, and what was said there stands.
    """
    old = before or {"r": {}, "m": {}, "h": []}
    status = record.status if record else GONE
    after = Observation({"s": status, "t": now, "r": {}, "m": {}, "h": list(old["h"])})
    _content(after, old, record, reading)
    if record is not None:
        after.ledger["r"] = answers(record, copied, old["r"], decided, reading, number)
        after.ledger["a"] = adjudications(copied, old.get("a", {}), reading, number)
    _responses(after, old["r"], record_id, reading)
    _adjudications(after, old.get("a", {}), record_id, decided)
    _suggestions(after, old["m"], record, record_id, dataset, decided, reading, number)
    if not after.ledger.get("a"):
        after.ledger.pop("a", None)
    return after


def changed(before: Mapping[str, Any] | None, after: Observation) -> bool:
    """Whether a look found anything new.

    >>> changed({"s": "pending", "t": 1}, Observation({"s": "pending", "t": 2}))
    False
    """
    if before is None or after.entries:
        return True
    return any(before.get(key) != after.ledger.get(key) for key in ("s", "f", "n", "e"))


def _content(
    after: Observation, old: Mapping[str, Any], record: Record | None, reading: Reading
) -> None:
    """What is known of the record itself. Its text is read once: fields hardly ever change."""
    found = old.get("f") or (fingerprint(record.fields) if record else "")
    if found:
        after.ledger["f"] = found
    external_id = record.external_id if record else old.get("e")
    if external_id is not None:
        after.ledger["e"] = external_id
    name = record.metadata.get(reading.round_property) if record else old.get("n")
    if name is not None:
        after.ledger["n"] = str(name)


def _responses(
    after: Observation, old: Mapping[str, Any], record_id: str, reading: Reading
) -> None:
    for number, (status, at, values, echoes, *elsewhere) in after.ledger["r"].items():
        was = old.get(number, [DELETED, 0, {}, []])
        # of several reviewers, the latest decides
        again = status == "submitted" and at > was[1] and reading.is_reviewer(number)
        if again or [was[0], was[2]] != [status, values]:
            details = Details(echoes=tuple(echoes), on_copy=bool(elsewhere))
            after.entries.append(
                Entry("answer", record_id, int(number), status, values, was[2], at, details)
            )
    for number, was in old.items():
        if number not in after.ledger["r"]:
            details = Details(status_before=was[0])
            after.entries.append(
                Entry("answer", record_id, int(number), DELETED, {}, was[2], details=details)
            )


def _adjudications(
    after: Observation, old: Mapping[str, Any], record_id: str, decided: Mapping[str, Any]
) -> None:
    """A reviewer's first word comes with what we thought just before: the measure of our confidence."""
    now = after.ledger.get("a", {})
    fresh = all(was[0] != "submitted" for was in old.values())
    for number, (status, at, values, why) in now.items():
        was = old.get(number, [DELETED, 0, {}, ""])
        again = status == "submitted" and at > was[1]  # of several, the latest decides
        if again or [was[0], *was[2:]] != [status, values, why]:
            thought = {q: (decided[q]["top"], decided[q]["c"]) for q in values if q in decided}
            first = fresh and status == "submitted"
            details = Details(why=why, thought=thought if first else {})
            after.entries.append(
                Entry("adjudication", record_id, int(number), status, values, was[2], at, details)
            )
    for number, was in old.items():
        if number not in now:
            after.entries.append(Entry("adjudication", record_id, int(number), DELETED, {}, was[2]))


def _suggestions(
    after: Observation,
    old: Mapping[str, Any],
    record: Record | None,
    record_id: str,
    dataset: Dataset,
    decided: Mapping[str, Any],
    reading: Reading,
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
                    details=Details(score=theirs.score),
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
