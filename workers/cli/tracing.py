"""The command `trace`: which segments are suspect, and what is near to failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from argilla_distill.domain.versions.segment_audits import SegmentAudits
from argilla_distill.domain.versions.tracing import (
    KINDS,
    AskedAgain,
    FailuresOrigin,
    Suspect,
    Suspicions,
)
from argilla_distill.domain.wording import count, figure, many, percent
from argilla_distill.plugin.argilla.links import review_link
from argilla_distill.workers.cli.context import Opened, as_json, print_json, print_lines, width
from argilla_distill.workers.cli.datasets import dataset_argument, named
from argilla_distill.workers.cli.layout import INDENT, plain, table, wrapped
from argilla_distill.workers.use_cases.world import World

HEADER = ("segment", "labels", "sure", "against", "expected", "z", "")
SHOWN = 5
"""So many segments of a kind, and failures, are shown; JSON has all."""


@click.command()
@dataset_argument
@click.argument(
    "failures", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--question", default="", metavar="NAME", help="Which question's labels.")
@click.option("--version", default="latest", show_default=True, help="A version's name, or a tag.")
@click.option(
    "--near",
    default=5,
    show_default=True,
    type=click.IntRange(1, 100),
    help="So many near training records of each failure.",
)
@click.option(
    "--audit",
    "each",
    type=click.IntRange(1, 500),
    help="Have reviewers decide so many records of each suspect segment and of the rest, blind.",
)
@click.option("--re-ask", "again", default="", metavar="SEGMENT", help="Ask SEGMENT for new votes.")
@as_json
@click.pass_obj
def trace(
    opened: Opened,
    dataset: str,
    failures: Path | None,
    question: str,
    version: str,
    near: int,
    each: int | None,
    again: str,
    json_: bool,
) -> None:
    """Which segments of DATASET are associated with wrong labels, and which of them is near to FAILURES.

    FAILURES is a file with one JSON object a line: record_id, external_id, text, or fields. --audit and
    --re-ask put records into the review dataset, and may be repeated.
    """
    from argilla_distill.workers.use_cases.tracing.asking_again import ask_again
    from argilla_distill.workers.use_cases.tracing.auditing import audit
    from argilla_distill.workers.use_cases.tracing.failing import failures_of, origin
    from argilla_distill.workers.use_cases.tracing.material import material
    from argilla_distill.workers.use_cases.tracing.suspecting import suspect
    from argilla_distill.workers.use_cases.versions.keeping import found

    with opened.world() as world:
        read = material(world, found(world, named(world, dataset), version), question)
        near_ones = None
        if failures is not None:
            try:
                with failures.open(encoding="utf-8-sig") as lines:
                    failed = failures_of(lines, read)
            except UnicodeDecodeError as error:
                raise click.UsageError(f"{failures} is not UTF-8 text: {error.reason}") from None
            near_ones = origin(failed, read, near)
        looked = suspect(world, read)
        asked = ask_again(world, read, again) if again else None
        audits = audit(world, read, looked, each) if each else None
        if audits is None:
            audits = world.store.segment_audits.decided_so_far(
                read.manifest.dataset_id, looked.question
            )
        links = _links(world, read.manifest.dataset_id)
    traced = _Traced(looked, audits, asked, near_ones, links)
    if json_:
        print_json(_document(traced))
    else:
        print_lines(_lines(traced, width()))


@dataclass(frozen=True)
class _Traced:
    """Everything that is told. `links` are the review dataset's for reviewers, and for new votes."""

    looked: Suspicions
    audits: SegmentAudits | None
    asked: AskedAgain | None
    near: FailuresOrigin | None
    links: tuple[str, str]


def _links(world: World, dataset_id: str) -> tuple[str, str]:
    kept, argilla = world.store.reviews.of(dataset_id), world.settings.argilla_url
    if kept is None:
        return "", ""
    return review_link(argilla, kept.id), review_link(argilla, kept.id, "wanted")


def _document(found: _Traced) -> dict[str, Any]:
    looked, near, audits, asked = found.looked, found.near, found.audits, found.asked
    audited = (
        {**asdict(audits), "message": audits.sentence, "link": found.links[0]} if audits else None
    )
    again = {**asdict(asked), "message": asked.sentence, "link": found.links[1]} if asked else None
    return {
        **asdict(looked),
        "audits": audited,
        "asked_again": again,
        "message": looked.sentence,
        "failures": [asdict(each) for each in near.failures] if near else None,
        "shares": [asdict(each) for each in near.shares] if near else None,
    }


def _lines(found: _Traced, cells: int) -> Iterator[str]:
    looked = found.looked
    if found.asked:
        yield from wrapped(found.asked.sentence, cells)
        yield f"for whoever answers anew: {found.links[1]}"
        return
    yield from wrapped(
        f"{plain(looked.question)} of {looked.version}, {many(looked.looked_at, 'label')}", cells
    )
    yield from wrapped(looked.sentence, cells)
    for kind in KINDS:
        some = [each for each in looked.segments if each.kind == kind]
        if some:
            yield ""
            yield from table(HEADER, [_cells(each) for each in some[:SHOWN]], cells)
            if len(some) > SHOWN:
                yield f"{INDENT}and {count(len(some) - SHOWN)} more"
    for each in looked.significant[:1]:
        yield ""
        yield from wrapped(
            f"Look at it: argilla-distill export DATASET {looked.version} --format records "
            f'--only "{each.segment}" -o segment.csv. Prove it: trace DATASET --audit 40. '
            f'Ask again: trace DATASET --re-ask "{each.segment}". Train without it: export … '
            f'--without "{each.segment}".',
            cells,
        )
    if found.audits:
        yield ""
        yield from _audit_lines(found.audits, cells)
        if found.audits.waiting:
            yield f"for reviewers: {found.links[0]}"
    if found.near:
        yield ""
        yield from _near_lines(found.near, cells)


def _audit_lines(audits: SegmentAudits, cells: int) -> Iterator[str]:
    yield from wrapped(f"Audits of segments of {audits.version}. {audits.sentence}", cells)
    for each in audits.segments:
        yield from wrapped(each.sentence, cells, INDENT, INDENT * 2)


def _near_lines(near: FailuresOrigin, cells: int) -> Iterator[str]:
    yield from wrapped(
        "Training records near to the failures, by segment: evidence to read, and no proof.", cells
    )
    rows = [
        (each.segment, count(each.near), percent(each.near_share), percent(each.share))
        for each in near.shares[: 2 * SHOWN]
    ]
    if rows:
        yield from table(("segment", "near", "of the near", "of all"), rows, cells)
    for failure in near.failures[:SHOWN]:
        yield ""
        yield from wrapped(f"failure: {plain(failure.text)}", cells, "", INDENT)
        for one in failure.near:
            where = [f"round {one.round}"] if one.round else []
            where += [f"by {', '.join(one.annotators)}"] if one.annotators else []
            where += [f"guidelines {', '.join(one.guidelines)}"] if one.guidelines else []
            where += ["in conflict"] if one.conflict else []
            what = "; ".join([f"{figure(one.similarity)} {one.record_id}", one.label, *where])
            yield from wrapped(f"{plain(what)}: {plain(one.text)}", cells, INDENT, INDENT * 2)
    if len(near.failures) > SHOWN:
        yield f"{INDENT}and {count(len(near.failures) - SHOWN)} more failures: --json has all"


def _cells(each: Suspect) -> tuple[str, ...]:
    if each.p >= 1:
        return each.segment, count(each.claims), count(each.sure), "–", "–", "–", "too few"
    against, expected = count(each.contradicted), figure(each.expected, 1)
    mark = "suspect" if each.significant else ""
    return (
        each.segment,
        count(each.claims),
        count(each.sure),
        against,
        expected,
        figure(each.z),
        mark,
    )


COMMANDS = (trace,)
