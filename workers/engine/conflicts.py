"""Votes that differ, and whether that still matters. Conflicts across records are not here."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from workers.engine.decision import Decision
from workers.engine.facts import Vote
from workers.engine.question import Question, Value

Kind = Literal["tie", "dissent", "split", "scatter", "resolved"]

RATING_SHARE = 0.25
"""Ratings nearer to each other than this share of their range do not contradict each other."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record whose annotators differ, or once did.

    Attributes
    ----------
    record : str
    voices : mapping of value to the annotators who stand by it, most voices first, then by name
    state : "open" or "settled"
    kind : str
        ``tie``: no value leads; ``dissent``: one voice against all others; ``split``: two values
        with more voices each, or one each; ``scatter``: three values or more; ``resolved``: they
        have come to agree.
    """

    record: str
    voices: Mapping[Value, tuple[str, ...]]
    state: Literal["open", "settled"]
    kind: Kind


def find(
    question: Question,
    votes: Iterable[Vote],
    decision: Decision,
    differed_before: bool = False,
    settled_confidence: float = 0.95,
) -> Conflict | None:
    """Return the conflict among one record's standing votes; None if they never differed.

    Ratings differ when they lie apart by RATING_SHARE of the scale or more, texts when they do
    without case, punctuation and spaces. An adjudication settles.

    Parameters
    ----------
    votes : the standing votes on `decision.record`; those on other records are ignored
    decision : what the strategy holds of it now
    differed_before : whether earlier votes on the record differed, as the history knows
    settled_confidence : from this confidence on (a probability) votes that differ are settled

    >>> from workers.engine.question import label_question
    >>> asked = label_question("a", "b")
    >>> votes = [Vote("r", "ann", "a"), Vote("r", "ben", "a"), Vote("r", "cas", "b")]
    >>> sure = Decision("r", "a", "a", "b", 0.97, {"a": 0.97, "b": 0.03}, 0.0, (), None)
    >>> find(asked, votes, sure)
    Conflict(record='r', voices={'a': ('ann', 'ben'), 'b': ('cas',)}, state='settled', kind='dissent')
    >>> find(asked, votes[:2], sure) is None
    True
    >>> find(asked, votes[:2], sure, differed_before=True).kind
    'resolved'
    """
    said: dict[Hashable, set[str]] = {}
    shown: dict[Hashable, Value] = {}
    for record, annotator, value, _ in votes:
        if record == decision.record:
            same = _same(question, value)
            shown.setdefault(same, value)
            said.setdefault(same, set()).add(annotator)
    ordered = sorted(said.items(), key=lambda item: (-len(item[1]), str(shown[item[0]])))
    voices = {shown[same]: tuple(sorted(names)) for same, names in ordered}
    if not _contradict(question, list(voices)):
        resolved = differed_before and voices
        return Conflict(decision.record, voices, "settled", "resolved") if resolved else None
    sure = decision.leader is not None and decision.confidence >= settled_confidence
    state: Literal["open", "settled"] = "settled" if sure or decision.adjudicated else "open"
    return Conflict(decision.record, voices, state, _kind(voices, decision))


def _same(question: Question, value: Value) -> Hashable:
    """What is equal for values that say the same."""
    if question.type == "text":
        return tuple(re.findall(r"\w+", str(value).lower()))
    return value  # type: ignore[no-any-return]  # every kind of value is hashable


def _contradict(question: Question, values: list[Value]) -> bool:
    if len(values) < 2 or question.type != "rating":
        return len(values) > 1
    scale = question.scale or tuple(values)
    apart = max(values) - min(values)
    return bool(apart >= RATING_SHARE * (max(scale) - min(scale)))


def _kind(voices: Mapping[Value, tuple[str, ...]], decision: Decision) -> Kind:
    sizes = [len(names) for names in voices.values()]
    if decision.leader is None:
        return "tie"
    if len(sizes) > 2:
        return "scatter"
    return "dissent" if sizes[1] == 1 < sizes[0] else "split"
