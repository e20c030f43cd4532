"""A conflict in the form in which the store keeps it, and the kinds of conflicts that recur."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.measures import conflicts

RELATED = 4
"""How many records a kind of conflict remembers: as many as a note links to, and the record itself."""


def kind(question: str, conflict: Mapping[str, Any]) -> str:
    """The kind of a conflict: its question and the labels that are contested."""
    return json.dumps([question, sorted(conflict["labels"])], ensure_ascii=False)


def stored_conflict(
    found: conflicts.Conflict | None,
    describe: Callable[[Value], str],
    decision: Decision,
    before: dict[str, Any] | None,
    now: int,
) -> dict[str, Any] | None:
    """The conflict as it is to be stored, with the one before it among its earlier ones."""
    if found is None and before is None:
        return None
    state = found.state if found else "settled"
    labels: dict[str, list[int]] = {}
    for value, who in found.voices.items() if found else ():
        labels.setdefault(describe(value), []).extend(int(number) for number in who)
    was = before or {"state": None, "since": now, "before": []}
    stored: dict[str, Any] = {"state": state, "labels": labels, "since": was["since"]}
    if found and state == "open":
        stored["kind"] = found.kind
    earlier = was.get("before", [])
    if was["state"] == "open" != state:
        outcome = None if decision.value is None else describe(decision.value)
        earlier = [*earlier, [was["since"], now, outcome]]
    if was["state"] != "open" == state:
        stored["since"] = now
    if earlier:
        stored["before"] = earlier
    return stored


def is_open(conflict: Mapping[str, Any] | None) -> int:
    return int(conflict is not None and conflict["state"] == "open")
