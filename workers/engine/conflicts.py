"""Votes that differ, and whether that still matters. Conflicts across records are not here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from workers.engine.decision import Decision
from workers.engine.facts import Vote


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record whose annotators differ, or once did.

    Attributes
    ----------
    record : str
    voices : mapping of label to the annotators who stand by it, most voices first, then by name
    state : "open" or "settled"
    kind : str
        ``tie``: no label leads; ``dissent``: one voice against all others; ``split``: two labels
        with more voices each, or one each; ``scatter``: three labels or more; ``resolved``: they
        have come to agree.
    """

    record: str
    voices: Mapping[str, tuple[str, ...]]
    state: Literal["open", "settled"]
    kind: Literal["tie", "dissent", "split", "scatter", "resolved"]


def find(
    votes: Iterable[Vote],
    decision: Decision,
    differed_before: bool = False,
    settled_confidence: float = 0.95,
) -> Conflict | None:
    """Return the conflict among one record's standing votes; None if they never differed.

    Parameters
    ----------
    votes : the standing votes on `decision.record`; those on other records are ignored
    decision : what the strategy holds of it now
    differed_before : whether earlier votes on the record differed, as the history knows
    settled_confidence : from this confidence on (a probability) votes that differ are settled

    >>> votes = [Vote("r", "ann", "a"), Vote("r", "ben", "a"), Vote("r", "cas", "b")]
    >>> sure = Decision("r", "a", "a", "b", 0.97, {"a": 0.97, "b": 0.03}, 0.0, (), None)
    >>> find(votes, sure)
    Conflict(record='r', voices={'a': ('ann', 'ben'), 'b': ('cas',)}, state='settled', kind='dissent')
    >>> find(votes[:2], sure) is None
    True
    >>> find(votes[:2], sure, differed_before=True).kind
    'resolved'
    """
    said: dict[str, set[str]] = {}
    for record, annotator, label, _ in votes:
        if record == decision.record:
            said.setdefault(label, set()).add(annotator)
    ordered = sorted(said.items(), key=lambda item: (-len(item[1]), item[0]))
    voices = {label: tuple(sorted(names)) for label, names in ordered}
    if len(voices) < 2:
        resolved = differed_before and len(voices) == 1
        return Conflict(decision.record, voices, "settled", "resolved") if resolved else None
    sure = decision.leader is not None and decision.confidence >= settled_confidence
    return Conflict(decision.record, voices, "settled" if sure else "open", _kind(voices, decision))


def _kind(
    voices: Mapping[str, tuple[str, ...]], decision: Decision
) -> Literal["tie", "dissent", "split", "scatter"]:
    sizes = [len(names) for names in voices.values()]
    if decision.leader is None:
        return "tie"
    if len(sizes) > 2:
        return "scatter"
    return "dissent" if sizes[1] == 1 < sizes[0] else "split"
