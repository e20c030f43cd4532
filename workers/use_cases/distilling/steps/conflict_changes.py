"""Which conflicts of a batch opened and which ended, and the records that are latest in each kind. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.workers.use_cases.distilling.steps.stored_conflict import (
    RELATED,
    is_open,
    kind,
)

Conflicts = Mapping[tuple[str, str], StoredConflict | None]
"""Record and question → the conflict; None: there is none any more."""

KindAndRecord = tuple[str, str]


def n_opened(before: Conflicts, now: Conflicts) -> int:
    """How many more are open now than before, of those that are looked at now."""
    return sum(is_open(c) - is_open(before.get(pair)) for pair, c in now.items())


def members(conflicts: Conflicts, recurs: Collection[str]) -> list[KindAndRecord]:
    """Kind and record of each open conflict on questions in which a kind of conflict recurs."""
    return [
        (kind(question, conflict), record_id)
        for (record_id, question), conflict in conflicts.items()
        if conflict is not None and conflict.is_open and question in recurs
    ]


def changed_kinds(before: Sequence[KindAndRecord], now: Sequence[KindAndRecord]) -> list[str]:
    """The kinds that some record came into or left.

    >>> changed_kinds([("a", "r1"), ("b", "r1")], [("b", "r1"), ("c", "r1")])
    ['a', 'c']
    """
    return sorted({name for name, _ in {*before} ^ {*now}})


def latest_in(
    related: Mapping[str, Sequence[str]],
    before: Sequence[KindAndRecord],
    now: Sequence[KindAndRecord],
) -> dict[str, list[str]]:
    """Kind → the records latest in it, latest first, after those that left it and those that came.

    Who was in it and is stays in its place.

    Parameters
    ----------
    related : the same as it was, of the kinds that changed; the others are left alone.

    >>> latest_in({"a": ["r2", "r1"]}, [("a", "r1"), ("a", "r2")], [("a", "r2"), ("a", "r3")])
    {'a': ['r3', 'r2']}
    """
    left = {*before} - {*now}
    found = {
        name: [record_id for record_id in records if (name, record_id) not in left]
        for name, records in related.items()
    }
    for name, record_id in now:
        if name in found and record_id not in found[name]:
            found[name] = [record_id, *found[name]][:RELATED]
    return found
