"""Votes that differ, and whether that still matters. Conflicts across records are not here."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Span, Value

Kind = Literal["tie", "dissent", "split", "scatter", "resolved", "adjudications"]

RATING_SHARE = 0.5
"""Ratings nearer to each other than this share of the scale do not contradict each other."""

RANKING_SHARE = 0.5
"""Nor do rankings that order fewer pairs of items the other way round than this share."""

SPAN_SHARE = 0.5
"""Nor do spans of one label that share so much of what they cover."""

TEXT_SHARE = 0.5
"""Nor do texts that share so many of their words."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record whose annotators differ, or once did.

    Attributes
    ----------
    record : str
    voices : mapping of value to the annotators who gave it, most voices first, then by name
    state : "open" or "settled"
    kind : str
        ``tie``: no value leads; ``dissent``: one voice against all others; ``split``: two values
        with more voices each, or one each; ``scatter``: three values or more; ``resolved``: they
        have come to agree; ``adjudications``: reviewers differ.
    """

    record: str
    voices: Mapping[Value, tuple[str, ...]]
    state: Literal["open", "settled"]
    kind: Kind


def of_adjudications(record: str, verdicts: Mapping[Value, Iterable[str]]) -> Conflict | None:
    """The conflict among reviewers; None where they agree, or where only one decided.

    Parameters
    ----------
    verdicts : value → the reviewers who decided so

    >>> of_adjudications("r", {"a": ["rob"], "b": ["sue"]}).kind
    'adjudications'
    >>> of_adjudications("r", {"a": ["rob", "sue"]}) is None
    True
    """
    if len(verdicts) < 2:
        return None
    sides = sorted(((v, tuple(who)) for v, who in verdicts.items()), key=lambda s: -len(s[1]))
    return Conflict(record, dict(sides), "open", "adjudications")


def find(
    question: Question,
    votes: Iterable[Vote],
    decision: Decision,
    differed_before: bool = False,
    settled_confidence: float = 0.95,
) -> Conflict | None:
    """Return the conflict among one record's current votes; None if they never differed.

    Ratings, rankings, spans and texts that lie near each other do not differ (RATING_SHARE and so
    on). An adjudication settles.

    Parameters
    ----------
    votes : the current votes on `decision.record`; those on other records are ignored
    decision : what the strategy holds of it now
    differed_before : whether earlier votes on the record differed, as the history knows
    settled_confidence : from this confidence on (a probability) votes that differ are settled

    >>> from argilla_distill.workers.engine.contract.question import label_question
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
    for record, annotator, value, *_ in votes:
        if record == decision.record:
            same = _same(question, value)
            shown.setdefault(same, value)
            said.setdefault(same, set()).add(annotator)
    ordered = sorted(said.items(), key=lambda item: (-len(item[1]), str(shown[item[0]])))
    voices = {shown[same]: tuple(sorted(names)) for same, names in ordered}
    if not contradict(question, list(voices)):
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


def contradict(question: Question, values: list[Value]) -> bool:
    """Whether two of the values say different things."""
    differ = _DIFFER.get(question.type)
    if differ is None or len(values) < 2:
        return len(values) > 1
    return any(differ(question, one, other) for one, other in combinations(values, 2))


def _ratings_differ(question: Question, one: float, other: float) -> bool:
    points = question.scale or (0, 1)
    return abs(one - other) >= RATING_SHARE * (max(points) - min(points))


def _rankings_differ(
    question: Question, one: tuple[tuple[str, ...], ...], other: tuple[tuple[str, ...], ...]
) -> bool:
    here, there = (
        {item: place for place, group in enumerate(ranking) for item in group}
        for ranking in (one, other)
    )
    pairs = list(combinations(sorted(here.keys() & there.keys()), 2))
    against = sum((here[a] - here[b]) * (there[a] - there[b]) < 0 for a, b in pairs)
    return against >= RANKING_SHARE * len(pairs) > 0


def _spans_differ(question: Question, one: tuple[Span, ...], other: tuple[Span, ...]) -> bool:
    return not all(
        any(_overlap(span, match) >= SPAN_SHARE for match in theirs)
        for ours, theirs in ((one, other), (other, one))
        for span in ours
    )


def _overlap(one: Span, other: Span) -> float:
    """What two spans of one label share, of all that they cover."""
    both = min(one.end, other.end) - max(one.start, other.start)
    all_of_it = max(one.end, other.end) - min(one.start, other.start)
    return both / all_of_it if one.label == other.label and both > 0 else 0.0


def _texts_differ(question: Question, one: str, other: str) -> bool:
    here, there = (set(re.findall(r"\w+", text.lower())) for text in (one, other))
    return len(here & there) < TEXT_SHARE * len(here | there)


_DIFFER: dict[str, Callable[[Question, Any, Any], bool]] = {
    "rating": _ratings_differ,
    "ranking": _rankings_differ,
    "span": _spans_differ,
    "text": _texts_differ,
}


def _kind(voices: Mapping[Value, tuple[str, ...]], decision: Decision) -> Kind:
    sizes = [len(names) for names in voices.values()]
    if decision.leader is None:
        return "tie"
    if len(sizes) > 2:
        return "scatter"
    return "dissent" if sizes[1] == 1 < sizes[0] else "split"
