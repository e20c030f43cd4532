"""Who answers a record with what: on the record itself, or on its copy in the review dataset.

Also here: whether an answer only echoes what we were showing. What is new of all this since the last
look is the business of `ledger`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plugin.records import Dataset, Record, Response

Number = Callable[[str, str], int]
"""Gives the number of an annotator by key (user id or `agent:name`) and agent name ("" for users)."""

Before = Mapping[str, list[Any]]
"""Responses, or adjudications, of a ledger entry (see `ledger`): annotator's number → what it holds."""

ELSEWHERE = 4
"""Where a response of a ledger entry tells that it was given on the record's copy."""


@dataclass(frozen=True)
class Reading:
    """How records of a dataset are to be read.

    Attributes
    ----------
    note_question : carries our conflict note, and is never read as an answer.
    reason_question : asks reviewers, in the review dataset, for their reason.
    round_property : the metadata property that names a record's round.
    reviews : whether what the user of this id answers in the review dataset is an adjudication.
    """

    note_question: str
    reason_question: str = ""
    round_property: str = ""
    reviews: Callable[[str], bool] = lambda user_id: True


@dataclass(frozen=True)
class Copy:
    """A record's copy in the review dataset.

    `decided` tells what we suggest there, as decisions tell it: question → {"shown": …}.
    """

    record: Record
    decided: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record, review: Dataset) -> Copy:
        """A record of the review dataset as a copy."""
        ours = ((review.named(s.question_id), s) for s in record.suggestions if s.ours)
        shown = {name: {"shown": [[s.value, s.at, None]]} for name, s in ours if name is not None}
        return cls(record, shown)


def answers(
    record: Record,
    copied: Copy | None,
    old: Before,
    decided: Mapping[str, Any],
    reading: Reading,
    number: Number,
) -> dict[str, list[Any]]:
    """The responses of a ledger entry: those to the record, and other people's to its copy.

    Without a copy to look at, what was answered there stands.
    """
    found: dict[str, list[Any]] = {}
    for response in record.responses:
        annotator = str(number(response.user_id, ""))
        was = old.get(annotator, [None, 0, {}, []])
        given = values(response, reading.note_question)
        echoes = [q for q, v in given.items() if _echoes(q, v, was, response, decided)]
        found[annotator] = [response.status, response.at, given, echoes]
    if copied is None:
        return {**{n: was for n, was in old.items() if len(was) > ELSEWHERE}, **found}
    for response in copied.record.responses:
        annotator = str(number(response.user_id, ""))
        if annotator not in found and not reading.reviews(response.user_id):
            given = values(response, reading.note_question, reading.reason_question)
            was = old.get(annotator, [None, 0, {}, []])
            shown = copied.decided
            echoes = [q for q, v in given.items() if _echoes(q, v, was, response, shown)]
            found[annotator] = [response.status, response.at, given, echoes, True]
    return found


def adjudications(
    copied: Copy | None, old: Before, reading: Reading, number: Number
) -> dict[str, list[Any]]:
    """The adjudications of a ledger entry; without a copy to look at, those that stand."""
    if copied is None:
        return dict(old)
    return {
        str(number(response.user_id, "")): [
            response.status,
            response.at,
            values(response, reading.note_question, reading.reason_question),
            str(response.values.get(reading.reason_question) or ""),
        ]
        for response in copied.record.responses
        if reading.reviews(response.user_id)
    }


def values(response: Response, *without: str) -> dict[str, Any]:
    """Question → value, without some questions."""
    return {name: value for name, value in response.values.items() if name not in without}


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
