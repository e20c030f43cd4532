"""The conflict note: a few lines of markdown on a record, for whoever labels or reviews it next.

At most ten short lines: who says what with which weight, what was in conflict before, where to read
more. Annotators are anonymous unless the dataset's settings name them. Everything that people wrote
is escaped: a label or a name is text, never markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from workers.engine.decision import Decision

MOST_VOICES = 4
MOST_SIDES = 4
MOST_RELATED = 3
MOST_QUESTIONS = 2

Name = Callable[[str], str]
"""How an annotator (by number) is called in the note."""


@dataclass(frozen=True)
class Dispute:
    """One question in conflict on the record.

    `value` is the decision's in words; `conflict` is as it is stored.
    """

    question: str
    decision: Decision
    value: str
    conflict: Mapping[str, Any]


def escape(text: str) -> str:
    """Text that markdown and HTML show as it is, on one line.

    >>> escape("<b>*hi*</b>")
    '&lt;b&gt;\\\\*hi\\\\*&lt;/b&gt;'
    """
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~.:@-])", r"\\\1", text)


def conflict_note(
    disputes: Sequence[Dispute], name: Name, page: str, related: Sequence[str]
) -> str | None:
    """The note's markdown; None where nothing is in dispute.

    Parameters
    ----------
    page : address of the record's explanation.
    related : addresses of other records with the same conflict.
    """
    if not disputes:
        return None
    lines: list[str] = []
    for dispute in disputes[:MOST_QUESTIONS]:
        lines += _dispute(dispute, name)
    if len(disputes) > MOST_QUESTIONS:
        rest = ", ".join(escape(d.question) for d in disputes[MOST_QUESTIONS:])
        lines.append(f"- also in conflict: {rest}")
    lines += [line for d in disputes for line in _before(d)][:1]
    links = [f"[why, in full]({page})"]
    links += [f"[similar {i}]({url})" for i, url in enumerate(related[:MOST_RELATED], start=1)]
    lines.append("- " + " · ".join(links))
    return "\n".join(lines)


def _dispute(dispute: Dispute, name: Name) -> list[str]:
    decision = dispute.decision
    verdict = (
        f"{escape(dispute.value)} ({decision.confidence:.0%} sure)"
        if decision.value is not None
        else f"undecided: {escape(decision.abstention or '')}"
    )
    weights = {voice.annotator: voice.reliability for voice in decision.contributions}
    sides = {
        label: [(str(number), weights.get(str(number), 0.0)) for number in numbers]
        for label, numbers in dispute.conflict["labels"].items()
    }
    ranked = sorted(sides, key=lambda label: (-decision.posterior.get(label, 0.0), label))
    lines = [f"**{escape(dispute.question)}**: {verdict}"]
    lines += [_side(label, sides[label], name) for label in ranked[:2]]
    if len(ranked) > 2:
        lines[-1] += "; others: " + "; ".join(escape(label) for label in ranked[2:MOST_SIDES])
    if len(ranked) > MOST_SIDES:
        lines[-1] += f"; {len(ranked) - MOST_SIDES} more"
    return lines


def _side(label: str, voices: list[tuple[str, float]], name: Name) -> str:
    """One side of a dispute: voices are annotators' numbers with their reliabilities."""
    voices = sorted(voices, key=lambda voice: (-voice[1], voice[0]))
    shown = [f"{escape(name(who))} ({weight:.0%})" for who, weight in voices[:MOST_VOICES]]
    more = len(voices) - len(shown)
    return f"- {escape(label)}: {', '.join(shown)}" + (f" and {more} more" if more else "")


def _before(dispute: Dispute) -> list[str]:
    earlier = dispute.conflict.get("before", [])
    if not earlier:
        return []
    since, until = (_day(moment) for moment in earlier[-1][:2])
    outcome = f" as {escape(str(earlier[-1][2]))}" if earlier[-1][2] is not None else ""
    return [f"- before: in conflict {since} – {until}, then settled{outcome}"]


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime("%Y-%m-%d")
