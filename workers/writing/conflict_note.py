"""The conflict note: a few lines of markdown on a record, for whoever labels or reviews it next.

At most ten short lines: who says what, what speaks for it, what tipped it and what would change it (in
the words of `domain.explanation`), what was in conflict before, where to read more. Annotators read it
in Argilla's form: they are anonymous there unless the dataset's settings name them, and how often people
are right is said only where the settings say so. On a copy in the review dataset it asks for decisions.

Everything that people wrote is escaped: a label or a name is text, never markup. What moves with every
answer is written as "(71%)", which is no reason to write a note again (`suggestions.wording`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

from argilla_distill.domain.explanation.case import NO_PEOPLE, TO_OVERSEERS, Telling
from argilla_distill.domain.explanation.explain import Explanation, explain
from argilla_distill.domain.explanation.phrases import some
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import StoredDecision, StoredVoice
from argilla_distill.domain.wording import text
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.question import Question, label_question
from argilla_distill.workers.models.values import TYPES, json_of
from argilla_distill.workers.writing.voice_numbers import voice_number

MAX_VOICES = 4
MAX_SIDES = 4
MAX_RELATED = 3
MAX_QUESTIONS = 2
MAX_LINES = 10
MAX_DECIDED = 4
"""For so many questions the note for reviewers says who said what."""

BLANK = ""

Name = Callable[[str], str]
"""How an annotator (by number) is called in the note."""

KINDS = {ours: argillas for argillas, ours in TYPES.items()}


@dataclass(frozen=True)
class Dispute:
    """One question in conflict on the record.

    Attributes
    ----------
    question : what the form calls it.
    value : the decision's in words.
    passage : the text that spans lie in.
    strategy : the name of the strategy that decided.
    sources : number → person, model or template; others are persons.
    arguments : value in words → what those on that side wrote to explain it.
    telling : what may be said of people to whoever can read the note.
    """

    question: str
    decision: Decision
    value: str
    conflict: StoredConflict
    asked: Question = field(default_factory=label_question)
    passage: str = ""
    strategy: str = ""
    sources: Mapping[int, str] = field(default_factory=dict)
    arguments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    telling: Telling = TO_OVERSEERS


def escape(text: str) -> str:
    """Text that markdown, formulas in it, and HTML show as it is, on one line.

    >>> escape("<b>*hi*</b>")
    '&lt;b&gt;\\\\*hi\\\\*&lt;/b&gt;'
    """
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~.:@$-])", r"\\\1", text)


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
    for dispute in disputes[:MAX_QUESTIONS]:
        lines += [BLANK] if lines else []  # else the heading would belong to the list before it
        lines += _dispute(dispute, name, _verdict(dispute))
    earlier = [line for d in disputes for line in _before(d)]
    lines += earlier[: min(1, MAX_LINES - 1 - len(lines))]
    rest = [escape(d.question) for d in disputes[MAX_QUESTIONS:]]
    last = [f"also in conflict: {', '.join(rest)}"] if rest else []
    return "\n".join([*lines, "- " + " · ".join([*last, *_links(page, related)])])


def review_note(
    disputes: Sequence[Dispute], name: Name, page: str, related: Sequence[str]
) -> str | None:
    """The same for a reviewer: which questions are to be decided, and of each what we lean to, and why.

    None where nothing is to be decided.
    """
    if not disputes:
        return None
    titles = [f"**{escape(dispute.question)}**" for dispute in disputes]
    lines = [f"Please decide {some(titles)}."]
    for dispute in disputes[:MAX_DECIDED]:
        lines += [BLANK, *_dispute(dispute, name, _leaning(dispute))]
    earlier = [line for d in disputes for line in _before(d)]
    lines += [*earlier[:1], BLANK, " · ".join(_links(page, related))]
    return "\n".join(lines)


def _links(page: str, related: Sequence[str]) -> list[str]:
    links = [f"[why, in full]({page})"]
    return links + [f"[similar {i}]({url})" for i, url in enumerate(related[:MAX_RELATED], 1)]


def _verdict(dispute: Dispute) -> str:
    decided = dispute.decision
    if decided.value is None:
        return f"undecided: {escape(decided.abstention or '')}"
    return f"{escape(dispute.value)} ({decided.confidence:.0%} sure)"


def _leaning(dispute: Dispute) -> str:
    if dispute.decision.value is None:
        return _verdict(dispute)
    several = len(dispute.conflict.sides) > 1
    return f"we lean to {_verdict(dispute)}{'' if several else ', and nobody says otherwise'}"


def _dispute(dispute: Dispute, name: Name, verdict: str) -> list[str]:
    decided = dispute.decision
    weights = {
        voice.annotator: voice.reliability
        for voice in decided.contributions
        if dispute.telling.reliability or _source(dispute, voice.annotator) in NO_PEOPLE
    }
    sides = {
        label: [(str(number), weights.get(str(number))) for number in numbers]
        for label, numbers in dispute.conflict.sides.items()
    }
    ranked = sorted(sides, key=lambda label: (-decided.posterior.get(label, 0.0), label))
    lines = [f"**{escape(dispute.question)}**: {verdict}"]
    lines += [_side(label, sides[label], name) for label in ranked[:2]]
    if len(ranked) > 2:
        lines[-1] += "; others: " + "; ".join(escape(label) for label in ranked[2:MAX_SIDES])
    if len(ranked) > MAX_SIDES:
        lines[-1] += f"; {len(ranked) - MAX_SIDES} more"
    said = explanation(dispute, name)
    parts = (said.argued, said.who_is_right, said.tipped, said.would_change)
    why = " ".join(part for part in parts if part)
    return [*lines, *([f"- why: {why}"] if why else [])]


def _source(dispute: Dispute, annotator: str) -> str:
    return dispute.sources.get(int(annotator), "person") if annotator.isdigit() else "person"


def explanation(dispute: Dispute, name: Name) -> Explanation:
    """The dispute in sentences, escaped."""
    decided = dispute.decision
    return explain(
        StoredDecision(
            value=json_of(dispute.asked, decided.value),
            confidence=decided.confidence,
            posterior=decided.posterior,
            leader=json_of(dispute.asked, decided.leader),
            runner_up=json_of(dispute.asked, decided.runner_up),
            prior=decided.prior_log_odds,
            voices=tuple(
                StoredVoice(voice_number(c.annotator), c.reliability, c.log_odds)
                for c in decided.contributions
            ),
            strategy=dispute.strategy,
            abstention=decided.abstention or "",
        ),
        dispute.conflict.sides,
        lambda number: name(str(number)),
        kind=KINDS[dispute.asked.type],
        words=lambda value: text(value, dispute.passage),
        sources=dispute.sources,
        escape=escape,
        arguments=dispute.arguments,
        telling=dispute.telling,
    )


def _side(label: str, voices: list[tuple[str, float | None]], name: Name) -> str:
    """One side of a dispute: annotators' numbers with their reliabilities; reviewers have none."""
    voices = sorted(voices, key=lambda voice: (-(voice[1] or 0.0), voice[0]))
    shown = [
        escape(name(who)) + ("" if weight is None else f" ({weight:.0%})")
        for who, weight in voices[:MAX_VOICES]
    ]
    more = len(voices) - len(shown)
    return f"- {escape(label)}: {', '.join(shown)}" + (f" and {more} more" if more else "")


def _before(dispute: Dispute) -> list[str]:
    if not dispute.conflict.before:
        return []
    last = dispute.conflict.before[-1]
    since, until = _day(last.since), _day(last.until)
    outcome = f" as {escape(last.outcome)}" if last.outcome is not None else ""
    return [f"- before: in conflict {since} – {until}, then settled{outcome}"]


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).strftime("%Y-%m-%d")
