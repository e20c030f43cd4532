"""The command `version diff`: which labels changed between two versions, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

import click

from argilla_distill.domain.versions.difference import (
    CAUSES,
    Change,
    Difference,
    QuestionDifference,
)
from argilla_distill.domain.wording import many, percent
from argilla_distill.plugin.storage.change_lists import ChangeLists
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json, print_lines, width
from argilla_distill.workers.cli.datasets import dataset_argument, kept
from argilla_distill.workers.cli.layout import plain, table

NO_LABEL = "no label"

MOVES = 6
"""So many of the most frequent changes from one label to another are told of a question."""


@click.command()
@dataset_argument
@click.argument("was", metavar="VERSION")
@click.argument("now", metavar="VERSION")
@click.option("--question", default="", metavar="NAME", help="Of this question alone.")
@click.option("--list", "listed", is_flag=True, help="List every record whose label changed.")
@as_json
@click.pass_obj
def diff(
    opened: Opened, dataset: str, was: str, now: str, question: str, listed: bool, json_: bool
) -> None:
    """Which labels changed from one VERSION to another, and why. They are named by name or tag."""
    from argilla_distill.workers.use_cases.versions.comparing import compare

    with opened.world() as world:
        chosen = kept(world, dataset)
        with bar(f"comparing {was} with {now}", json_) as progress:
            found = compare(world, chosen, was, now, progress)
        questions = _chosen(found, question)
        lists = ChangeLists(Storage(world.settings.versions))
        changes = ((q, lists.every(found, q)) for q in questions if listed)
        page = f"{world.settings.public_url}/records/"
        if not json_:
            print_lines(_lines(found, questions))
            for each, of_it in changes:
                print_lines(_listed(each, of_it, page))
            return
        shown = found.shown()
        shown["questions"] = [
            q for q in shown["questions"] if not question or q["name"] == question
        ]
        if listed:
            shown["changes"] = [
                {
                    "question": each.name,
                    "cause": cause,
                    **asdict(change),
                    "page": page + change.record_id,
                }
                for each, of_it in changes
                for cause, change in of_it
            ]
    print_json(shown)


def _chosen(found: Difference, question: str) -> tuple[QuestionDifference, ...]:
    if not question:
        return found.questions
    one = found.question(question)
    if one is None:
        known = ", ".join(q.name for q in found.questions) or "none"
        raise click.BadParameter(f"{question!r} is not compared; there are: {known}")
    return (one,)


def _lines(found: Difference, questions: Iterable[QuestionDifference]) -> Iterator[str]:
    yield (
        f"{found.was.name} → {found.now.name} of {found.dataset}: "
        f"{many(found.records_both, 'record')} in both, {found.records_new:,} new, "
        f"{found.records_gone:,} gone"
    )
    if found.same_content:
        yield "  both have the same digest: nothing differs"
        return
    for name in found.questions_new:
        yield f"  {name}: only in {found.now.name}, not compared"
    for name in found.questions_gone:
        yield f"  {name}: only in {found.was.name}, not compared"
    for question in questions:
        yield from _question(question)


def _question(question: QuestionDifference) -> Iterator[str]:
    share = f" ({percent(question.changed / question.records)})" if question.records else ""
    by = (question.was_strategy, question.now_strategy)
    strategy = f"by {by[0]}" if by[0] == by[1] else f"by {by[0]}, then by {by[1]}"
    labels = many(question.changed, "label")
    yield f"  {question.name}: {labels} changed{share if question.changed else ''}, {strategy}"
    if question.settings:
        yield f"    settings that differ: {', '.join(question.settings)}"
    if not question.changed:
        return
    cells = [[CAUSES[c.cause], f"{c.count:,}", f"{c.alone:,}"] for c in question.caused]
    for line in table(["cause", "labels", "by it alone"], cells, width() - 4):
        yield f"    {line}"
    moved = [m for m in question.moves if m.was != m.now][:MOVES]
    if moved:
        every = (f"{_label(m.was)} → {_label(m.now)} {m.count:,}" for m in moved)
        yield f"    most often: {'; '.join(every)}"


def _listed(
    question: QuestionDifference, changes: Iterable[tuple[str, Change]], page: str
) -> Iterator[str]:
    for cause, change in changes:
        also = f"; also: {', '.join(CAUSES[c] for c in change.also)}" if change.also else ""
        name = f" ({plain(change.external_id)})" if change.external_id else ""
        yield (
            f"{page}{change.record_id}{name}: {question.name} was {_label(change.was)}, "
            f"is {_label(change.now)}: {CAUSES[cause]}{also}"
        )


def _label(label: str | None) -> str:
    return NO_LABEL if label is None else plain(label)
