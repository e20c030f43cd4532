"""The page of one record as values: what is stored, turned into what a visitor reads.

Pure: no Flask, no Redis, no clock. Every text is plain and unescaped (the templates escape it);
times are ms since the epoch. `view` is the way in. The words and numbers of one question's decision
are in `decision_view`, its layout in templates/records/record.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from argilla_distill.domain.explanation.explain import Review, arguments_of, explain, sides_of
from argilla_distill.domain.explanation.sentences.evidence import evidence
from argilla_distill.domain.explanation.timeline import Event, events
from argilla_distill.domain.explanation.voices import Annotator, people, unnamed
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.wording import Wording, percent, text
from argilla_distill.plugin.argilla.links import dataset_link, review_link
from argilla_distill.plugin.pages.looked_up import Known
from argilla_distill.plugin.pages.views.decision_view import LISTED, QuestionView, question_view

MAX_CHARACTERS = 20_000
MIN_CHARACTERS = 500
"""Fields are cut on the page (an image may be a data URI of megabytes): so many characters all of them
together, and so many of each where earlier ones have used that up.
"""


@dataclass(frozen=True)
class AnswerValue:
    """One value of an answer, and whether it is an echo."""

    question: str
    value: str
    echo: bool


@dataclass(frozen=True)
class CurrentAnswer:
    """An annotator's current response to the record, all questions. `in_review`: given on its copy."""

    who: Annotator
    status: str
    at: int
    values: tuple[AnswerValue, ...]
    in_review: bool = False


@dataclass(frozen=True)
class ReviewerDecision:
    """What a reviewer decided on the record, and why. `values` are (question, value)."""

    who: Annotator
    status: str
    at: int
    values: tuple[tuple[str, str], ...]
    why: str


@dataclass(frozen=True)
class NearIdenticalValue:
    """What was decided on a near-identical record; `differs` from what was decided on this one."""

    question: str
    value: str | None
    percent: str
    differs: bool


@dataclass(frozen=True)
class NearIdentical:
    """A near-identical record."""

    record: str
    values: tuple[NearIdenticalValue, ...]


@dataclass(frozen=True)
class RecordView:
    """The whole page. `fields` is None while Argilla cannot be asked; `away` says why.

    `lacking` tells that older entries of its history cannot be read for now.
    `audit` tells that the record waits for a blind review, so that nothing else is told of it.
    """

    record_id: str
    external_id: str | None
    dataset_id: str
    dataset: str
    status: str
    seen_at: int
    argilla_url: str
    set_aside: str
    fields: tuple[tuple[str, str], ...] | None
    away: str
    questions: tuple[QuestionView, ...]
    left_alone: tuple[tuple[str, str], ...]
    answers: tuple[CurrentAnswer, ...]
    adjudications: tuple[ReviewerDecision, ...]
    near_identical: tuple[NearIdentical, ...]
    events: tuple[Event, ...]
    lacking: bool = False
    audit: bool = False


def view(
    known: Known, argilla_url: str, fields: Mapping[str, Any] | None = None, away: str = ""
) -> RecordView:
    """The page of a record.

    Parameters
    ----------
    argilla_url : address of Argilla as a browser sees it.
    fields : the record's fields, None if Argilla could not be asked; then `away` says why.
    """
    who = people(known.annotators)
    questions: dict[str, dict[str, Any]] = json.loads(known.info.get("questions") or "{}")
    say = wording_of(questions, fields)
    decided = {name for e in known.entries if e.kind == "decision" for name in e.values}
    decided |= {*known.decisions, *(n for n, q in questions.items() if q["word"] == "distilled")}
    adjudications = _adjudications(known.ledger, who, say)
    return RecordView(
        record_id=known.record_id,
        external_id=known.ledger.external_id,
        dataset_id=known.dataset_id,
        dataset=known.info.get("name", known.dataset_id),
        status="deleted" if known.gone or known.ledger.gone else known.ledger.status,
        seen_at=known.ledger.read_at,
        argilla_url=_link(known, argilla_url, bool(adjudications)),
        set_aside=known.set_aside,
        fields=shown_fields(fields),
        away=away,
        questions=tuple(
            _question(name, questions.get(name, {}), known, who, say, content(fields))
            for name in _in_order(set() if known.audit else decided, questions)
        ),
        left_alone=tuple((n, q["word"]) for n, q in questions.items() if n not in decided),
        answers=_answers(known.ledger, who, say),
        adjudications=adjudications,
        near_identical=tuple(
            _near_identical(other, decided, known.decisions)
            for other, decided in known.near_identical.items()
        ),
        events=tuple(reversed(events(known.entries, who, say))),
        lacking=known.lacking,
        audit=known.audit,
    )


def _link(known: Known, argilla_url: str, reviewed: bool) -> str:
    """To the copy that waits for a review, else to the dataset; "" where that is gone."""
    if known.gone:
        return ""
    if known.review and not reviewed:
        return review_link(argilla_url, known.review, original=known.record_id)
    return dataset_link(argilla_url, known.dataset_id)


def _question(
    name: str,
    question: Mapping[str, Any],
    known: Known,
    who: Mapping[int, Annotator],
    say: Wording,
    content: str,
) -> QuestionView:
    decision, conflict = known.decisions.get(name), known.conflicts.get(name)
    kind = question.get("type", "label_selection")
    page = question_view(
        name,
        _labels(question),
        decision,
        known.ledger,
        conflict,
        [e for e in known.entries if e.kind == "decision" and name in e.values],
        who,
        known.info.get("publish", "completed"),
        kind,
        say,
        known.gone,
    )
    if decision is None:
        return page
    words = partial(say, name)
    reviews = [
        Review(each.who.name, dict(each.values)[name], each.why)
        for each in _adjudications(known.ledger, who, say)
        if each.status == "submitted" and name in dict(each.values)
    ]
    sides: Mapping[str, Sequence[int]] = (
        conflict.sides if conflict else sides_of(name, decision, known.ledger, words)
    )
    explained = explain(
        decision,
        sides,
        lambda number: (who.get(number) or unnamed(number)).name,
        kind=kind,
        words=words,
        sources={number: each.kind for number, each in who.items()},
        answers=known.answers.get(name),
        reviews=reviews,
        before=conflict.before if conflict else (),
        arguments=arguments_of(sides, known.ledger, known.info.get("explains", "")),
        evidence=evidence(decision.value, content, known.words.get(name, {})),
    )
    return replace(page, explanation=explained.text)


def wording_of(questions: Mapping[str, Any], fields: Mapping[str, Any] | None) -> Wording:
    """How the record's values are put in words: spans are quoted where their field is a text."""
    of = {name: (fields or {}).get(q.get("field", "")) for name, q in questions.items()}
    return Wording({name: passage for name, passage in of.items() if isinstance(passage, str)})


def _labels(question: Mapping[str, Any]) -> list[str]:
    """What a question's posterior has an entry for, in its order; empty where that depends."""
    return question.get("labels", []) if question.get("type") in LISTED else []


def _in_order(names: set[str], questions: Mapping[str, Any]) -> list[str]:
    """As the dataset orders its questions; those that it no longer has come last."""
    return [n for n in questions if n in names] + sorted(n for n in names if n not in questions)


def content(fields: Mapping[str, Any] | None) -> str:
    """All that a record says, as one text."""
    return "\n".join(_field(value) for value in (fields or {}).values() if value is not None)


def shown_fields(fields: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...] | None:
    """The fields as texts, cut to what a page holds."""
    if fields is None:
        return None
    room, shown = MAX_CHARACTERS, []
    for name, value in fields.items():
        if value is not None:
            cut = _cut(_field(value), room)
            shown.append((name, cut))
            room = max(MIN_CHARACTERS, room - len(cut))
    return tuple(shown)


def _field(value: Any) -> str:
    """A field as text; a chat as one turn a paragraph."""
    if isinstance(value, list) and all(isinstance(t, dict) and "content" in t for t in value):
        return "\n\n".join(f"{turn.get('role', '?')}: {turn['content']}" for turn in value)
    return text(value)


def _cut(value: str, most: int) -> str:
    more = len(value) - most
    return value if more <= 0 else f"{value[:most]}… and {more:,} characters more"


def _answers(
    ledger: LedgerEntry, people: Mapping[int, Annotator], say: Wording
) -> tuple[CurrentAnswer, ...]:
    """The current responses, in the order in which they were given."""
    answers = []
    for number, said in ledger.answers.items():
        given = tuple(AnswerValue(q, say(q, v), q in said.echoes) for q, v in said.values.items())
        who = people.get(number) or unnamed(number)
        answers.append(CurrentAnswer(who, said.status, said.at, given, said.on_copy))
    return tuple(sorted(answers, key=lambda answer: answer.at))


def _adjudications(
    ledger: LedgerEntry, people: Mapping[int, Annotator], say: Wording
) -> tuple[ReviewerDecision, ...]:
    """What reviewers decided, in the order in which they did."""
    found = []
    for number, said in ledger.adjudications.items():
        who = people.get(number) or unnamed(number)
        given = tuple((question, say(question, value)) for question, value in said.values.items())
        found.append(ReviewerDecision(who, said.status, said.at, given, said.why))
    return tuple(sorted(found, key=lambda each: each.at))


def _near_identical(record_id: str, theirs: Decisions | None, ours: Decisions) -> NearIdentical:
    """A near-identical record. Its spans are not quoted: they lie in its own text."""
    values = []
    for name, decision in (theirs or {}).items():
        value, our = decision.value, ours[name].value if name in ours else None
        differs = None not in (value, our) and text(value) != text(our)
        shown = None if value is None else text(value)
        values.append(NearIdenticalValue(name, shown, percent(decision.confidence), differs))
    return NearIdentical(record_id, tuple(values))
