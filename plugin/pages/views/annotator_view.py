"""Annotators as the pages show them: what the report knows, with names. Pure.

Somebody with few answers is unknown, not bad: no figure is shown of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from argilla_distill.domain.explanation.voices import people, unnamed
from argilla_distill.domain.report import AnnotatorReport, QuestionReport
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.plugin.argilla.links import answered_link
from argilla_distill.plugin.pages.looked_up import Own

MAX_ROWS = 100
"""So many annotators are on one page."""

MIN_ANSWERS_A_WEEK = 5
"""Of weeks with fewer answers annotators do not see how many agree with the decision."""


@dataclass(frozen=True)
class Row:
    """One annotator in the list; `report` without what has a page of its own."""

    number: int
    name: str
    kind: str
    agent: bool
    report: AnnotatorReport


@dataclass(frozen=True)
class Person:
    """One annotator on one question.

    Attributes
    ----------
    report : None where they have not answered it (yet)
    beside : names of the people with whom a model is compared, in the order of `report.stand_in.people`
    """

    number: int
    name: str
    kind: str
    agent: bool
    labels: tuple[str, ...]
    report: AnnotatorReport | None
    beside: tuple[str, ...] = ()


def rows(report: QuestionReport, annotators: Mapping[int, KnownAnnotator]) -> tuple[Row, ...]:
    """All annotators of a question: the most reliable first, the unknown last, by their answers."""
    known = people(annotators)
    found = []
    for each in report.annotators:
        who = known.get(each.number) or unnamed(each.number)
        short = replace(each, confusion=(), drift=(), costly=(), bias=None)
        if short.stand_in:
            short = replace(short, stand_in=replace(short.stand_in, people=()))
        found.append(Row(each.number, who.name, who.kind, who.agent, short))
    return tuple(sorted(found, key=_order))


def person(
    number: int, report: QuestionReport | None, annotators: Mapping[int, KnownAnnotator]
) -> Person:
    """One annotator."""
    known = people(annotators)
    who = known.get(number) or unnamed(number)
    mine = _of(number, report)
    beside: tuple[str, ...] = ()
    if mine:
        mine = replace(mine, costly=tuple(sorted(mine.costly, key=lambda each: -each.cost)))
        left_out = mine.stand_in.people if mine.stand_in else ()
        beside = tuple((known.get(each.number) or unnamed(each.number)).name for each in left_out)
    labels = report.labels if report else ()
    return Person(number, who.name, who.kind, who.agent, labels, mine, beside)


def for_themselves(shown: Person, known: Collection[str]) -> Person:
    """The same as annotators read it themselves.

    A week of few answers would give away what was decided, and a comparison how others answer.

    Parameters
    ----------
    known : the records whose decision they may know now.
    """
    if shown.report is None:
        return shown
    costly = tuple(each for each in shown.report.costly if each.record in known)
    drift = tuple(week for week in shown.report.drift if week[2] >= MIN_ANSWERS_A_WEEK)
    report = replace(shown.report, costly=costly, drift=drift, stand_in=None)
    return replace(shown, report=report, beside=())


def _order(row: Row) -> tuple[bool, float, int, int]:
    each = row.report
    return not each.known, -each.reliability if each.known else 0.0, -each.votes, row.number


@dataclass(frozen=True)
class OwnQuestion:
    """What is known of somebody's own answers to one question; None where nothing is."""

    question: str
    report: AnnotatorReport | None


@dataclass(frozen=True)
class OwnLine:
    """Somebody's own part in one dataset."""

    id: str
    name: str
    number: int
    argilla_url: str
    questions: tuple[OwnQuestion, ...]


def own_line(
    part: Own, number: int, reports: Mapping[str, QuestionReport | None], argilla_url: str
) -> OwnLine:
    """Somebody's part in a dataset, in a few figures. `reports` are of its questions by name."""
    found = tuple(
        OwnQuestion(name, _short(_of(number, report))) for name, report in reports.items()
    )
    url = "" if part.gone else own_link(part.id, reports, argilla_url)
    return OwnLine(part.id, part.name, number, url, found)


def own_link(
    dataset_id: str, reports: Mapping[str, QuestionReport | None], argilla_url: str
) -> str:
    """Where Argilla shows somebody their own answers, with our suggestions to the first question."""
    name, report = next(((n, r) for n, r in reports.items() if r and r.fit), ("", None))
    if report is None:
        return answered_link(argilla_url, dataset_id)
    return answered_link(argilla_url, dataset_id, name, report.strategy, report.fit)


def _of(number: int, report: QuestionReport | None) -> AnnotatorReport | None:
    return next((a for a in report.annotators if a.number == number), None) if report else None


def _short(report: AnnotatorReport | None) -> AnnotatorReport | None:
    if report is None:
        return None
    return replace(report, confusion=(), drift=(), costly=(), bias=None, stand_in=None)
