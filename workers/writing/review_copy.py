"""A record's copy in the review dataset: what it should hold, as Argilla's JSON.

Pure. When copies are made, changed and withdrawn is `distilling.steps.reviewing.upkeep` among the use cases,
what the review dataset is made of `workers.writing.review_dataset`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

from argilla_distill.domain.observing.answers import AUDIT, asked_in, asking, audit_in
from argilla_distill.domain.records import OWN_AGENT, Dataset, Record
from argilla_distill.domain.state.ledger_entry import LedgerAdjudication
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.models.values import question_of
from argilla_distill.workers.writing.suggestions import suggestion, unsayable, wording

STEP = 0.05
"""Priorities nearer to each other than this share are not written again."""

Asks = Literal["votes", "adjudication"]


@dataclass(frozen=True)
class ReviewCopy:
    """What a copy should hold.

    Attributes
    ----------
    item : the copy in the bulk request, found by its external id, which is the original's id.
    mark : tells whether it is still as it was written.
    priority : what a review is worth.
    suggested : names of the questions with a suggestion, the note's included.
    asked : the questions that it asks, as `domain.observing.answers.Copy` has them.
    audit_pi : as `domain.state.review.CopyInfo` has it.
    """

    item: dict[str, Any]
    mark: str
    priority: float
    suggested: tuple[str, ...]
    asked: Mapping[str, int] | None
    audit_pi: float | None = None

    def differs(self, kept: CopyInfo | None) -> bool:
        """Whether the copy that was written (`kept`, None: none) is another."""
        if kept is None or kept.mark != self.mark:
            return True
        before = kept.priority
        return abs(before - self.priority) > STEP * max(abs(before), abs(self.priority))

    def kept(self, copy_id: str) -> CopyInfo:
        """What is remembered of it."""
        return CopyInfo(
            copy_id, self.mark, self.priority, self.suggested, self.asked, audit_pi=self.audit_pi
        )


def remembered(copy: Record, review: Dataset) -> CopyInfo:
    """What is to be remembered of a copy that we find and did not know of."""
    suggested = [review.named(s.question_id) for s in copy.suggestions if s.ours]
    return CopyInfo(
        copy.id,
        suggested=tuple(name for name in suggested if name is not None),
        asked=asked_in(copy.metadata),
        audit_pi=audit_in(copy),
    )


def asked_now(
    contested: Sequence[str],
    kept: CopyInfo | None,
    reviews: Mapping[int, LedgerAdjudication],
) -> dict[str, int] | None:
    """The questions that a copy asks, with the time since when; None: all of them.

    Once a reviewer has opened it, what it asked stays asked, and what had been filled in stays filled
    in: else nobody could tell later what they had been asked. A question that becomes contested
    afterwards is asked of what is submitted from then on.

    Parameters
    ----------
    kept : what is remembered of the copy, None if there is none yet.
    reviews : the adjudications of the record's ledger entry.

    >>> asked_now(["tone"], None, {})
    {'tone': -1}
    >>> opened = {8: LedgerAdjudication("submitted", 17, {"tone": "kind"})}
    >>> asked_now(["facts"], CopyInfo("1", asked={"tone": -1}), opened)
    {'tone': -1, 'facts': 17}
    """
    if not reviews or kept is None:
        return dict.fromkeys(contested, -1)
    before = kept.asked
    if before is None:
        return None
    since = max(each.at for each in reviews.values())
    return {**before, **{name: since for name in contested if name not in before}}


def review_copy(
    record: Record,
    review: Dataset,
    decided: Mapping[str, Decision],
    fits: Mapping[str, str],
    note: str | None,
    plan: DatasetSettings,
    asked: Mapping[str, int] | None,
    frozen: Sequence[str] | None,
    worth: float,
    asks: Asks,
    kinds: str,
    round_name: str | None,
    page: str,
) -> ReviewCopy:
    """What the copy of a record should hold.

    While it asks for more votes nothing is suggested, lest those who answer be led. Nor is anything on
    the questions that it asks to decide: what is selected beforehand is agreed with.

    Parameters
    ----------
    fits : question → `strategy:fit`.
    note : what is to be decided, in markdown.
    asked : the questions to decide, None for all (see `asked_now`).
    frozen : names of the questions with a suggestion on a copy that was opened; they stay as they are.
        None while nobody has opened it.
    kinds : the kinds of its conflicts, in words.
    """
    priority = round(worth, 4)
    metadata: dict[str, Any] = {
        "priority": priority if asks == "adjudication" else 0.0,
        "wanted": priority if asks == "votes" else 0.0,
        "asks": asks,
        "kind": kinds,
        "page": page,
        "original": record.id,
        **({} if asked is None else asking(asked)),
    }
    if round_name is not None:
        metadata["round"] = round_name
    suggestions: dict[str, dict[str, Any]] = {}
    fresh = asks == "adjudication" and frozen is None and plan.review_suggest != "none"
    for name, decision in decided.items() if fresh else ():
        question = review.question(name)
        if question is None or decision.value is None:
            continue
        if plan.review_suggest == "settled" and (asked is None or name in asked):
            continue
        known = question_of(question)
        if not unsayable(known, decision.value):
            suggestions[name] = suggestion(question, known, decision, fits[name])
    note_question = plan.conflict_question
    remark = review.question(note_question)
    if remark is not None and note is not None and asks == "adjudication":
        agent = OWN_AGENT + next(iter(fits.values()))
        item_of_note = {"question_id": remark.id, "value": note, "type": "model", "agent": agent}
        suggestions[note_question] = item_of_note
    item = {
        "external_id": record.id,
        "fields": record.fields,
        "metadata": metadata,
        "suggestions": list(suggestions.values()),
    }
    said = {
        name: [s["value"], round(decided[name].confidence / STEP)]
        for name, s in suggestions.items()
        if name != note_question
    }
    about = {k: v for k, v in metadata.items() if k not in ("priority", "wanted")}
    mark = _digest([said, wording(note or ""), about, review.id])
    suggested = tuple(dict.fromkeys([*(frozen or ()), *suggestions]))
    return ReviewCopy(item, mark, priority, suggested, asked)


def audit_copy(
    record: Record,
    review: Dataset,
    questions: Sequence[str],
    pi: float | None,
    priority: float,
    round_name: str | None,
) -> ReviewCopy:
    """What the copy of a record that was drawn at random should hold: the record, and nothing of ours.

    What is selected beforehand is agreed with, and so is what a note leans to: a figure that is measured
    on such answers flatters. So there is neither, nor the page that tells what is decided.

    Parameters
    ----------
    questions : all those that are distilled.
    pi : the probability with which the record was drawn as an audit of the queue; None for an audit of a
        segment, which is none of those.
    priority : its place in the queue, among what others are worth.
    """
    drawn = {} if pi is None else {AUDIT: pi}
    about = {"wanted": 0.0, "asks": "adjudication", "kind": "audit", **drawn}
    return _bare(
        record, review, questions, {"priority": round(priority, 4), **about}, round_name, pi
    )


def votes_copy(
    record: Record,
    review: Dataset,
    questions: Sequence[str],
    wanted: float,
    round_name: str | None,
) -> ReviewCopy:
    """What the copy of a record should hold that is asked again: the record, and nothing of ours.

    Parameters
    ----------
    wanted : its place among those that want further answers.
    """
    about = {"priority": 0.0, "wanted": round(wanted, 4), "asks": "votes", "kind": "asked again"}
    return _bare(record, review, questions, about, round_name)


def _bare(
    record: Record,
    review: Dataset,
    questions: Sequence[str],
    about: Mapping[str, Any],
    round_name: str | None,
    pi: float | None = None,
) -> ReviewCopy:
    asked = dict.fromkeys(questions, -1)
    metadata: dict[str, Any] = {**about, "original": record.id, **asking(asked)}
    if round_name is not None:
        metadata["round"] = round_name
    item = {
        "external_id": record.id,
        "fields": record.fields,
        "metadata": metadata,
        "suggestions": [],
    }
    kept = {k: v for k, v in metadata.items() if k not in ("priority", "wanted")}
    kept |= {} if about["asks"] == "votes" else {"wanted": 0.0}  # as marks have always been made
    mark = _digest(["audit", kept, review.id])
    priority = about["wanted"] if about["asks"] == "votes" else about["priority"]
    return ReviewCopy(item, mark, priority, (), asked, pi)


def _digest(of: Sequence[Any]) -> str:
    text = json.dumps(of, sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()
