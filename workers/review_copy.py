"""A record's copy in the review dataset: what it should hold, as Argilla's JSON.

Pure. When copies are made, changed and withdrawn is `workers.use_cases.reviewing`, what the review
dataset is made of `workers.review_dataset`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

from plugin.records import OWN_AGENT, Dataset, Record
from workers.engine.decision import Decision
from workers.publication import suggestion, unsayable, wording
from workers.values import question_of

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
    """

    item: dict[str, Any]
    mark: str
    priority: float
    suggested: tuple[str, ...]

    def differs(self, kept: Mapping[str, Any] | None) -> bool:
        """Whether the copy that was written (`kept`, None: none) is another."""
        if kept is None or kept["mark"] != self.mark:
            return True
        before = float(kept["priority"])
        return abs(before - self.priority) > STEP * max(abs(before), abs(self.priority))

    def kept(self, copy_id: str) -> dict[str, Any]:
        """What is remembered of it."""
        return {
            "id": copy_id,
            "mark": self.mark,
            "priority": self.priority,
            "q": list(self.suggested),
        }


def review_copy(
    record: Record,
    review: Dataset,
    decided: Mapping[str, Decision],
    versions: Mapping[str, str],
    note: str | None,
    note_question: str,
    worth: float,
    asks: Asks,
    kinds: str,
    round_name: str | None,
    page: str,
) -> ReviewCopy:
    """What the copy of a record should hold.

    While it asks for more votes nothing is suggested, lest those who answer be led.

    Parameters
    ----------
    versions : question → `strategy:version`.
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
    }
    if round_name is not None:
        metadata["round"] = round_name
    suggestions: dict[str, dict[str, Any]] = {}
    for name, decision in decided.items() if asks == "adjudication" else ():
        question = review.question(name)
        if question is None or decision.value is None:
            continue
        asked = question_of(question)
        if not unsayable(asked, decision.value):
            suggestions[name] = suggestion(question, asked, decision, versions[name])
    remark = review.question(note_question)
    if remark is not None and note is not None and asks == "adjudication":
        agent = OWN_AGENT + next(iter(versions.values()))
        told = {"question_id": remark.id, "value": note, "type": "model", "agent": agent}
        suggestions[note_question] = told
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
    mark = json.dumps([said, wording(note or ""), about, review.id], sort_keys=True)
    digest = blake2b(mark.encode(), digest_size=8).hexdigest()
    return ReviewCopy(item, digest, priority, tuple(suggestions))
