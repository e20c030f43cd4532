"""The command `trace`: which segments are suspect, and what is near to failures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.argilla.links import review_link
from argilla_distill.workers.cli.context import Opened, as_json, print_json, print_lines, width
from argilla_distill.workers.cli.datasets import dataset_argument, kept, named
from argilla_distill.workers.cli.tracing.lines import Traced, document, lines
from argilla_distill.workers.use_cases.world import World

if TYPE_CHECKING:
    from argilla_distill.workers.use_cases.tracing.failing import FailureText
    from argilla_distill.workers.use_cases.tracing.material import Material


@click.command()
@dataset_argument
@click.argument(
    "failures", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--question", default="", metavar="NAME", help="Which question's labels.")
@click.option("--version", default="latest", show_default=True, help="A version's name, or a tag.")
@click.option("--round", "round_", default="", metavar="ROUND", help="Its failures, by labels.")
@click.option("--run", default="", metavar="RUN", help="Its failures: predictions unlike labels.")
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
@click.option(
    "--what-if",
    "without",
    default="",
    metavar="SEGMENT",
    help="What a small model would be without SEGMENT, and with its labels as reviewers decided.",
)
@as_json
@click.pass_obj
def trace(
    opened: Opened,
    dataset: str,
    failures: Path | None,
    question: str,
    version: str,
    round_: str,
    run: str,
    near: int,
    each: int | None,
    again: str,
    without: str,
    json_: bool,
) -> None:
    """Which segments of DATASET are associated with wrong labels, and which of them is near to FAILURES.

    FAILURES is a file with one JSON object a line: record_id, external_id, text, or fields. Or they are those
    of a round, or of a run. --audit and --re-ask put records into the review dataset, and may be repeated.
    """
    from argilla_distill.workers.use_cases.tracing.asking_again import ask_again
    from argilla_distill.workers.use_cases.tracing.auditing import audit
    from argilla_distill.workers.use_cases.tracing.failing import origin
    from argilla_distill.workers.use_cases.tracing.known_failures import asked_by
    from argilla_distill.workers.use_cases.tracing.material import material
    from argilla_distill.workers.use_cases.tracing.suspecting import suspect
    from argilla_distill.workers.use_cases.tracing.what_if import what_if
    from argilla_distill.workers.use_cases.versions.keeping import found

    if sum(map(bool, (failures, round_, run))) > 1:
        raise click.UsageError("name one of FAILURES, --round and --run")
    with opened.world() as world:
        find = named if each or again else kept  # what asks reviewers needs them
        chosen = found(world, find(world, dataset), version)
        if (round_ or run) and not question:
            question = asked_by(world, chosen, round_, run)
        read = material(world, chosen, question)
        failed = _failed(world, read, failures, round_, run)
        near_ones = origin(failed, read, near) if failed else None
        looked = suspect(world, read)
        asked = ask_again(world, read, again) if again else None
        audits = audit(world, read, looked, each) if each else None
        if audits is None:
            audits = world.store.segment_audits.decided_so_far(chosen.dataset_id, looked.question)
        supposed = what_if(world, read, without) if without else None
        links = _links(world, chosen)
    traced = Traced(looked, audits, asked, near_ones, supposed, links)
    if json_:
        print_json(document(traced))
    else:
        print_lines(lines(traced, width()))


def _failed(
    world: World, read: Material, failures: Path | None, round_: str, run: str
) -> list[FailureText]:
    from argilla_distill.workers.use_cases.tracing import known_failures
    from argilla_distill.workers.use_cases.tracing.failing import failures_of

    if round_:
        return known_failures.failures_of_round(world, read, round_)
    if run:
        return known_failures.failures_of_run(world, read, run)
    if failures is None:
        return []
    try:
        with failures.open(encoding="utf-8-sig") as lines:
            return failures_of(lines, read)
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{failures} is not UTF-8 text: {error.reason}") from None


def _links(world: World, manifest: Manifest) -> tuple[str, str]:
    kept, argilla = world.store.reviews.of(manifest.dataset_id), world.settings.argilla_url
    if kept is None:
        return "", ""
    return review_link(argilla, kept.id), review_link(argilla, kept.id, "wanted")


COMMANDS = (trace,)
