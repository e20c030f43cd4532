"""Commands that only look: status, history, doctor."""

from __future__ import annotations

import sys

import click
from rich.text import Text

from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable
from argilla_distill.workers.cli.context import (
    Opened,
    as_json,
    console,
    print_json,
    print_lines,
    width,
)
from argilla_distill.workers.cli.datasets import known, no_such_dataset
from argilla_distill.workers.cli.layout import wrapped
from argilla_distill.workers.cli.looking import lines
from argilla_distill.workers.cli.looking.documents import history_json, status_json
from argilla_distill.workers.use_cases.checks import plan_check, record_history
from argilla_distill.workers.use_cases.checks import status as dataset_status
from argilla_distill.workers.use_cases.checks.finding import FAIL, OK
from argilla_distill.workers.use_cases.world import World

NOT_CONNECTED = "not connected to Argilla: run `argilla-distill connect`"
STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@click.argument("datasets", nargs=-1, metavar="[WORKSPACE/DATASET]...")
@click.option("--details", is_flag=True, help="Everything about each dataset.")
@as_json
@click.pass_obj
def status(opened: Opened, datasets: tuple[str, ...], details: bool, json_: bool) -> None:
    """One line a dataset: progress, what waits, what went wrong. With names: everything about them."""
    with opened.world() as world:
        found = dataset_status.status(world.store)
        general = [] if world.connected or not found else [NOT_CONNECTED]
        for mismatch in _mismatches(world):
            mine = [d.settings for d in found if d.name == mismatch.dataset]
            (mine[0] if mine else general).append(f"distill.toml: {mismatch}")
    unknown = [name for name in datasets if not any(name in (d.name, d.id) for d in found)]
    if unknown:
        raise no_such_dataset(unknown, [d.name for d in found])
    if datasets:
        found = [d for d in found if d.name in datasets or d.id in datasets]
    if json_:
        print_json([status_json(each) for each in found])
    elif not found:
        click.echo("no dataset yet: run `argilla-distill connect`")
    elif details or datasets:
        blocks = ("\n".join(lines.details(dataset, width())) for dataset in found)
        click.echo("\n\n".join(blocks))
    else:
        print_lines(lines.overview(found, width()))
    for text in general:
        print_lines(wrapped(text, width(), "! ", "  "), err=json_)


def _mismatches(world: World) -> list[plan_check.Mismatch]:
    """What distill.toml names and Argilla does not have; if Argilla is away, that instead."""
    try:
        return plan_check.compare(world)
    except (ArgillaUnavailable, ArgillaRefused) as error:
        return [plan_check.Mismatch("not compared with Argilla", str(error))]


@click.command()
@click.argument("record", default="", required=False)
@click.option(
    "--dataset",
    default="",
    metavar="WORKSPACE/DATASET",
    help="Only in this dataset; without RECORD, its guidelines, settings and rounds.",
)
@as_json
@click.pass_obj
def history(opened: Opened, record: str, dataset: str, json_: bool) -> None:
    """Everything that was ever said and decided about RECORD: its id in Argilla, or its external id."""
    if not record:
        _history_of_dataset(opened, dataset, json_)
        return
    with opened.world() as world:
        found = record_history.find(world.store, record, dataset)
        if not found:
            where = f" in {dataset}" if dataset else ""
            raise click.ClickException(f"no record {record}{where}; is its dataset connected?")
        if len(found) > 1:
            places = "; ".join(f"{each.dataset}: {each.record}" for each in found)
            raise click.ClickException(
                f"{len(found)} datasets have a record {record}; say --dataset, or one of the ids: {places}"
            )
        (one,) = found
        story = record_history.history(world.store, one)
    if json_:
        print_json(history_json(one, story))
    else:
        print_lines(lines.story(one, story.events, width()))


def _history_of_dataset(opened: Opened, dataset: str, json_: bool) -> None:
    """What became of a dataset's guidelines, settings and rounds."""
    if not dataset:
        raise click.UsageError("name a RECORD, or a whole dataset with --dataset")
    with opened.world() as world:
        found = known(world.store, dataset)
        name = world.store.datasets.info(found).get("name", found)
        story = record_history.of_dataset(world.store, found)
    if json_:
        print_json(history_json(None, story))
    else:
        print_lines(lines.dataset_story(name, story.events, width()))


@click.command()
@as_json
@click.pass_obj
def doctor(opened: Opened, json_: bool) -> None:
    """Examine every part that the service needs, and say what to do."""
    from argilla_distill.workers.use_cases.checks import (
        doctor as examination,  # loads the engine: a second
    )

    worst = OK
    found = []
    with opened.world() as world:
        for finding in examination.examine(world):
            found.append(vars(finding))
            if finding.state == FAIL or worst == OK:
                worst = finding.state
            if not json_:
                line = Text(f"{finding.state:>4} ", style=STYLES[finding.state])
                line.append(f"{finding.what}: {finding.text}", style="default")
                console().print(line, soft_wrap=True)
                if finding.remedy:
                    console().print(Text(f"     → {finding.remedy}"), soft_wrap=True)
    if json_:
        print_json(found)
    sys.exit(1 if worst == FAIL else 0)


COMMANDS = (status, history, doctor)
