"""A conflict in the form in which the store keeps it, and the kinds of conflicts that recur."""

from __future__ import annotations

import json
from collections.abc import Callable

from argilla_distill.domain.state.conflict import OPEN, SETTLED, PastConflict, StoredConflict
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.measures import conflicts

RELATED = 4
"""How many records a kind of conflict remembers: as many as a note links to, and the record itself."""


def kind(question: str, conflict: StoredConflict) -> str:
    """The kind of a conflict: its question and the labels that are contested."""
    return json.dumps([question, sorted(conflict.sides)], ensure_ascii=False)


def stored_conflict(
    found: conflicts.Conflict | None,
    describe: Callable[[Value], str],
    decision: Decision,
    before: StoredConflict | None,
    now: int,
) -> StoredConflict | None:
    """The conflict as it is to be stored, with the one before it among its earlier ones."""
    if found is None and before is None:
        return None
    sides: dict[str, list[int]] = {}
    for value, who in found.voices.items() if found else ():
        sides.setdefault(describe(value), []).extend(int(number) for number in who)
    state = found.state if found else SETTLED
    opened, was_open = state == OPEN, before is not None and before.is_open
    past = before.before if before else ()
    if before and was_open and not opened:
        outcome = None if decision.value is None else describe(decision.value)
        past = (*past, PastConflict(before.since, now, outcome))
    return StoredConflict(
        state=state,
        sides={value: tuple(numbers) for value, numbers in sides.items()},
        since=now if before is None or (opened and not was_open) else before.since,
        kind=found.kind if found and opened else "",
        before=past,
    )


def is_open(conflict: StoredConflict | None) -> int:
    return int(conflict is not None and conflict.is_open)
