"""Who answers a record with what: on the record itself, or on its copy in the review dataset.

Whether an answer only echoes what we were showing is `echoes`; what is new of all this since the last
look is the business of `ledger`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.observing.echoes import echoes_in, same, showing
from argilla_distill.domain.records import Dataset, Record, Response
from argilla_distill.domain.state.decision import Shown
from argilla_distill.domain.state.ledger_entry import LedgerAdjudication, LedgerAnswer

Number = Callable[[str, str], int]
"""Gives the number of an annotator by key (user id or `agent:name`) and agent name ("" for users)."""


AUDIT = "audit_pi"
"""The metadata of a copy that tells that, and with which probability, its record was drawn."""


@dataclass(frozen=True)
class Reading:
    """How records of a dataset are to be read.

    Attributes
    ----------
    note_question : carries our conflict note, and is never read as an answer.
    reason_question : asks reviewers, in the review dataset, for their reason.
    round_property : the metadata property that names a record's round.
    reviews : whether what the user of this id answers in the review dataset is an adjudication.
    is_reviewer : whether what the annotator of this number answers on a record itself is one.
    """

    note_question: str
    reason_question: str = ""
    round_property: str = ""
    reviews: Callable[[str], bool] = lambda user_id: True
    is_reviewer: Callable[[int], bool] = lambda number: False


@dataclass(frozen=True)
class Copy:
    """A record's copy in the review dataset.

    Attributes
    ----------
    shown : question → what we suggest there.
    asked : the questions that reviewers are asked to decide, each with the time (Argilla's, ms) from
        which on it has been asked; -1: always. None: of a copy made before that was noted, all.
    audit_pi : the probability with which the record was drawn, if the copy is there for an audit and
        carries nothing of ours; None for any other.
    """

    record: Record
    shown: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)
    asked: Mapping[str, int] | None = None
    audit_pi: float | None = None

    @classmethod
    def of(cls, record: Record, review: Dataset) -> Copy:
        """A record of the review dataset as a copy."""
        shown = showing(record, review)
        return cls(record, shown, asked_in(record.metadata), None if shown else audit_in(record))

    def decides(self, question: str, value: Any, at: int) -> bool:
        """Whether what a reviewer submitted at that time is a decision of theirs.

        It is none if the question was not asked, and the value is what had been filled in for them.
        """
        if self.asked is None or at > self.asked.get(question, at):
            return True
        return not any(same(value, each.value) for each in self.shown.get(question, ()))


def asked_in(metadata: Mapping[str, Any]) -> dict[str, int] | None:
    """What a copy's metadata tell of the questions that it asks; None where they tell nothing.

    >>> asked_in({"asked": ["tone"], "asked_since": '{"tone": 17}'}), asked_in({"asked": ["tone"]})
    ({'tone': 17}, {'tone': -1})
    """
    if not isinstance(metadata.get("asked"), list):
        return None
    try:
        since = json.loads(metadata.get("asked_since") or "{}")
        return {name: int(since.get(name, -1)) for name in metadata["asked"]}
    except (ValueError, TypeError, AttributeError):  # somebody changed it
        return dict.fromkeys(map(str, metadata["asked"]), -1)


def audit_in(copy: Record) -> float | None:
    """The probability with which a copy's record was drawn, as its metadata tell; None for no audit."""
    pi = copy.metadata.get(AUDIT)
    if isinstance(pi, int | float) and not isinstance(pi, bool) and 0 < pi <= 1:
        return float(pi)
    return None


def asking(asked: Mapping[str, int]) -> dict[str, Any]:
    """The inverse of `asked_in`."""
    since = {name: at for name, at in asked.items() if at >= 0}
    return {"asked": list(asked), **({"asked_since": json.dumps(since)} if since else {})}


def answers(
    record: Record,
    copied: Copy | None,
    old: Mapping[int, LedgerAnswer],
    shown: Mapping[str, tuple[Shown, ...]],
    reading: Reading,
    number: Number,
) -> dict[int, LedgerAnswer]:
    """The answers of a ledger entry: those to the record, and other people's to its copy.

    Without a copy to look at, what was answered there stays. `shown` is what Argilla showed of ours on the
    record, by question.
    """
    found: dict[int, LedgerAnswer] = {}
    for response in record.responses:
        annotator = number(response.user_id, "")
        given = values(response, reading.note_question)
        echoes = echoes_in(given, old.get(annotator), response, shown)
        found[annotator] = LedgerAnswer(response.status, response.at, given, echoes)
    if copied is None:
        return {**{n: answer for n, answer in old.items() if answer.on_copy}, **found}
    for response in copied.record.responses:
        annotator = number(response.user_id, "")
        if annotator not in found and not reading.reviews(response.user_id):
            given = values(response, reading.note_question, reading.reason_question)
            echoes = echoes_in(given, old.get(annotator), response, copied.shown)
            found[annotator] = LedgerAnswer(response.status, response.at, given, echoes, True)
    return found


def adjudications(
    copied: Copy | None, old: Mapping[int, LedgerAdjudication], reading: Reading, number: Number
) -> Mapping[int, LedgerAdjudication]:
    """The adjudications of a ledger entry; without a copy to look at, those that were there.

    They hold what reviewers decided, without what was filled in for them and not asked.
    """
    if copied is None:
        return old
    found = {}
    for response in copied.record.responses:
        if reading.reviews(response.user_id):
            given = values(response, reading.note_question, reading.reason_question)
            decided = {q: v for q, v in given.items() if copied.decides(q, v, response.at)}
            why = str(response.values.get(reading.reason_question) or "")
            annotator = number(response.user_id, "")
            found[annotator] = LedgerAdjudication(
                response.status, response.at, decided, why, copied.audit_pi
            )
    return found


def values(response: Response, *without: str) -> dict[str, Any]:
    """Question → value, without some questions."""
    return {name: value for name, value in response.values.items() if name not in without}
