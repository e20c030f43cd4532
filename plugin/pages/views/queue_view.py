"""Why a record has its place in the review queue, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.domain.wording import percent, text
from argilla_distill.plugin.pages.lookup import Due

KINDS = {
    "tie": "no value leads",
    "dissent": "one voice disagrees with all others",
    "split": "two values have several voices each",
    "scatter": "three values or more",
    "resolved": "they differed once",
    "adjudications": "reviewers disagree",
    "across": "a near-identical record was decided differently",
}
"""What kinds of conflict are called."""

MAX_SIDES = 4

SURE = 0.8
"""Below this confidence a decision is called unsure."""


@dataclass(frozen=True)
class Queued:
    """One record of the queue.

    Attributes
    ----------
    worth : what a review is expected to buy, on all questions of the record. These parts add up to it:
        `gain` on its own labels, `teaching` by what it teaches, `chance` that it has in the order, and
        `dispute` of reviewers who differ. None where they were not noted.
    external_id, text : the record's, as far as they are known; the text's beginning
    value : the current decision, None without one
    sides : the values that are contested
    reasons : in words, the weightiest first
    """

    record: str
    question: str
    worth: float
    gain: float | None
    teaching: float | None
    chance: float | None
    dispute: float | None
    external_id: str | None
    text: str
    value: str | None
    confidence: float
    kind: str
    sides: tuple[str, ...]
    reasons: tuple[str, ...]


def queued(due: Sequence[Due]) -> tuple[Queued, ...]:
    """The queue, in its order."""
    return tuple(_queued(each) for each in due)


def _queued(due: Due) -> Queued:
    question = max(due.decisions, key=lambda name: _urgency(due.decisions[name]))
    decision, conflict = due.decisions[question], due.conflicts.get(question, {})
    gain, teaching, chance, dispute = _parts(due)
    is_open = conflict.get("state") == "open"
    kind = conflict.get("kind", "") if is_open else ""
    sides = tuple(str(side) for side in conflict.get("labels", {}))[:MAX_SIDES] if is_open else ()
    return Queued(
        record=due.record_id,
        question=question,
        worth=due.worth,
        gain=gain,
        teaching=teaching,
        chance=chance,
        dispute=dispute,
        external_id=due.external_id,
        text=due.text,
        value=None if decision["v"] is None else text(decision["v"]),
        confidence=decision["c"],
        kind=kind,
        sides=sides,
        reasons=_reasons(decision, kind, is_open, gain, teaching),
    )


def _parts(due: Due) -> tuple[float, float, float, float] | tuple[None, None, None, None]:
    """Gain, teaching, chance and dispute, of all questions together; they add up to the worth."""
    noted = [decision["worth"] for decision in due.decisions.values() if decision.get("worth")]
    if not noted:
        return None, None, None, None
    gain, teaching = (round(sum(parts[at] for parts in noted), 3) for at in (0, 1))
    dispute = sum(parts[3] for parts in noted if len(parts) > 3)
    return gain, teaching, round(due.worth - gain - teaching - dispute, 3), dispute


def _urgency(decision: Mapping[str, Any]) -> tuple[float, float]:
    """Of several questions on a record the one that the review is for."""
    return sum(decision.get("worth") or [0.0]), -decision["c"]


def _reasons(
    decision: Mapping[str, Any],
    kind: str,
    is_open: bool,
    gain: float | None,
    teaching: float | None,
) -> tuple[str, ...]:
    reasons = []
    if is_open:
        reasons.append(KINDS.get(kind, "the votes differ"))
    if decision["v"] is None:
        reasons.append(decision.get("abstain") or "no value is probable enough")
    else:
        only = "only " if decision["c"] < SURE else ""
        reasons.append(f"{text(decision['v'])} is {only}{percent(decision['c'])} sure")
    if gain is not None and teaching is not None and gain + teaching > 0:
        share = teaching / (gain + teaching)
        if share >= 0.5:
            reasons.append("most of its worth is what it teaches about annotators and labels")
        elif share >= 0.2:
            reasons.append("it also teaches about annotators and labels")
    return tuple(reasons)
