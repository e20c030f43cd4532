"""Echoes: answers that equal the suggestion of ours that was showing when they were given.

An echo is kept in the history and marked, and is no vote: it may say no more than that somebody read what
we said. What was showing when, the stored decisions and the copies for review tell (`Shown`); and Argilla,
of what is showing now: a worker that died between writing to it and keeping what it wrote has stored nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from argilla_distill.domain.records import Dataset, Record, Response
from argilla_distill.domain.state.decision import Decisions, Shown
from argilla_distill.domain.state.ledger_entry import LedgerAnswer


def showing(record: Record, dataset: Dataset) -> dict[str, tuple[Shown, ...]]:
    """Question → what a record shows of ours now, since Argilla took it as it is."""
    ours = ((dataset.named(s.question_id), s) for s in record.suggestions if s.ours)
    return {name: (Shown(s.value, s.at),) for name, s in ours if name is not None}


def shown_on(
    record: Record, dataset: Dataset, decided: Decisions, known: bool
) -> dict[str, tuple[Shown, ...]]:
    """Question → what Argilla showed of ours on a record, as far as the decisions and the record tell.

    Parameters
    ----------
    known : whether the record was looked at before. Else it tells nothing: whoever answered it may have done
        so before, and only said the same once more since.
    """
    kept = {question: decision.shown for question, decision in decided.items()}
    now = showing(record, dataset) if known else {}
    return {name: (*kept.get(name, ()), *now.get(name, ())) for name in {**kept, **now}}


def echoes_in(
    given: Mapping[str, Any],
    before: LedgerAnswer | None,
    response: Response,
    shown: Mapping[str, tuple[Shown, ...]],
) -> tuple[str, ...]:
    """The questions whose value was given while we were showing the same.

    An answer that is what it was before stays an echo, or none, as it was.
    """

    def echo(question: str, value: Any) -> bool:
        if before is not None and question in before.values and before.values[question] == value:
            return question in before.echoes
        return any(
            same(value, each.value)
            and each.since <= response.at
            and (each.until is None or response.at < each.until)
            for each in shown.get(question, ())
        )

    return tuple([question for question, value in given.items() if echo(question, value)])


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
