"""Why a record has its place in the review queue, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.wording import percent, text
from argilla_distill.plugin.pages.looked_up import Due

KINDS = {
    "tie": "no value leads",
    "dissent": "one voice disagrees with all others",
    "split": "the voices are divided between two values",
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
    decision, conflict = due.decisions[question], due.conflicts.get(question)
    gain, teaching, chance, dispute = _parts(due)
    is_open = conflict is not None and conflict.is_open
    kind = conflict.kind if conflict and is_open else ""
    sides = tuple(conflict.sides)[:MAX_SIDES] if conflict and is_open else ()
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
        value=None if decision.value is None else text(decision.value),
        confidence=decision.confidence,
        kind=kind,
        sides=sides,
        reasons=_reasons(decision, kind, is_open, gain, teaching),
    )


def _parts(due: Due) -> tuple[float, float, float, float] | tuple[None, None, None, None]:
    """Gain, teaching, chance and dispute, of all questions together; they add up to the worth."""
    noted = [d.worth for d in due.decisions.values() if d.worth is not None]
    if not noted:
        return None, None, None, None
    gain = round(sum(worth.gain for worth in noted), 3)
    teaching = round(sum(worth.teaching for worth in noted), 3)
    dispute = sum(worth.dispute or 0.0 for worth in noted)
    return gain, teaching, round(due.worth - gain - teaching - dispute, 3), dispute


def _urgency(decision: StoredDecision) -> tuple[float, float]:
    """Of several questions on a record the one that the review is for."""
    return decision.worth.total if decision.worth else 0.0, -decision.confidence


def _reasons(
    decision: StoredDecision,
    kind: str,
    is_open: bool,
    gain: float | None,
    teaching: float | None,
) -> tuple[str, ...]:
    reasons = []
    if is_open:
        reasons.append(KINDS.get(kind, "the votes differ"))
    if decision.value is None:
        reasons.append(decision.abstention or "no value is probable enough")
    else:
        only = "only " if decision.confidence < SURE else ""
        reasons.append(f"{text(decision.value)} is {only}{percent(decision.confidence)} sure")
    if gain is not None and teaching is not None and gain + teaching > 0:
        share = teaching / (gain + teaching)
        if share >= 0.5:
            reasons.append("most of its worth is what it teaches about annotators and labels")
        elif share >= 0.2:
            reasons.append("it also teaches about annotators and labels")
    return tuple(reasons)
