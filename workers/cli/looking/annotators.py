"""The command `annotators`: how reliable everybody is, and which models may replace a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click

from argilla_distill.domain.report import AnnotatorReport, QuestionReport
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.wording import count, percent, reach
from argilla_distill.plugin.pages.views.annotator_view import Row, rows
from argilla_distill.plugin.pages.views.dataset_view import distilled
from argilla_distill.workers.cli.context import Opened, as_json, print_json, print_lines, width
from argilla_distill.workers.cli.datasets import dataset_argument, known
from argilla_distill.workers.cli.layout import INDENT, plain, table, wrapped

HEADER = ("annotator", "kind", "answers", "reliable", "interval")


@click.command()
@dataset_argument
@click.option("--question", default="", metavar="NAME", help="Only this question.")
@as_json
@click.pass_obj
def annotators(opened: Opened, dataset: str, question: str, json_: bool) -> None:
    """How reliable everybody is, and whether a model may replace a person, as last counted."""
    with opened.world() as world:
        found = known(world.store, dataset)
        title = world.store.datasets.info(found).get("name", found)
        names, _ = distilled(world.store.datasets.info(found).get("questions", ""))
        if question and question not in names:
            raise click.BadParameter(
                f"no question {question} is distilled; there are: {', '.join(names) or 'none'}"
            )
        wanted = [question] if question else list(names)
        read = {name: world.store.reports.question(found, name) for name in wanted}
        reports = {name: report for name, report in read.items() if report is not None}
        who = world.store.datasets.annotators(found)
    if json_:
        questions = {name: _document(report, who) for name, report in reports.items()}
        print_json({"id": found, "name": title, "questions": questions})
    elif not reports:
        click.echo("nothing is counted yet; counting follows a few seconds after the answers")
    else:
        print_lines(_lines(reports, who, width()))


def _document(report: QuestionReport, who: Mapping[int, KnownAnnotator]) -> dict[str, Any]:
    """One question as docs/json.md has it."""
    panel = report.panel
    whole = {each.number: each for each in report.annotators}
    return {
        "panel": {**asdict(panel), "message": panel.sentence} if panel else None,
        "annotators": [_one(row, whole[row.number], who) for row in rows(report, who)],
    }


def _one(row: Row, each: AnnotatorReport, who: Mapping[int, KnownAnnotator]) -> dict[str, Any]:
    figures = {"value": each.reliability, "low": each.low, "high": each.high}
    stands = each.stand_in
    judged: dict[str, Any] | None = None
    if stands:
        judged = {
            **asdict(stands),
            "people": [
                {**asdict(one), "name": who[one.number].name if one.number in who else ""}
                for one in stands.people
            ],
            "message": " ".join(filter(None, (stands.sentence, stands.audited))),
        }
    return {
        "number": row.number,
        "name": row.name,
        "source": row.kind,
        "by_suggestion": row.agent,
        "answers": each.votes,
        "reliability": figures if each.known else None,
        "may_replace": judged,
    }


def _lines(
    reports: Mapping[str, QuestionReport], who: Mapping[int, KnownAnnotator], cells: int
) -> Iterator[str]:
    for place, (name, report) in enumerate(reports.items()):
        if place:
            yield ""
        yield f"question {plain(name)}"
        found = rows(report, who)
        if not found:
            yield f"{INDENT}nobody's answers are counted yet"
            continue
        yield from table(HEADER, [_cells(row) for row in found], cells)
        for row in found:
            stands = row.report.stand_in
            if stands:
                text = " ".join(filter(None, (stands.sentence, stands.audited)))
                yield from wrapped(f"{plain(row.name)}: {text}", cells, "", INDENT)
        if report.panel:
            yield from wrapped(report.panel.sentence, cells, "", INDENT)


def _cells(row: Row) -> tuple[str, ...]:
    each = row.report
    sure = (
        (percent(each.reliability), reach(each.low, each.high)) if each.known else ("unknown", "")
    )
    return row.name, row.kind, count(each.votes), *sure
