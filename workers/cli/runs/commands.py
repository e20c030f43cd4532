"""The commands `run add | list | delete`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from argilla_distill.domain.runs.run import ModelRun
from argilla_distill.domain.runs.standing import RunStanding
from argilla_distill.domain.wording import many, moment, percent, reach
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json, print_lines, width
from argilla_distill.workers.cli.datasets import dataset_argument, kept, named, none
from argilla_distill.workers.cli.layout import plain, table


@click.group("run")
def run_() -> None:
    """Runs: what models of your own predict, so that they can be compared."""


@run_.command()
@dataset_argument
@click.argument(
    "predictions", required=False, type=click.Path(path_type=Path), metavar="[PREDICTIONS]"
)
@click.option("--name", required=True, help="The run's name, such as bot-0.5.")
@click.option("--question", default="", metavar="NAME", help="Which question is predicted.")
@click.option(
    "--trained-on", default="", metavar="VERSION", help="What the model learned from, or a tag."
)
@click.option("--agent", default="", metavar="NAME", help="Take this agent's suggestions.")
@click.option(
    "--round",
    "round_",
    default="",
    metavar="ROUND",
    help="With --agent only of this round; alone, what its outputs came with.",
)
@click.option(
    "--unseen-only",
    is_flag=True,
    help="Leave out records that the model was trained on, instead of refusing the run.",
)
@as_json
@click.pass_obj
def add(
    opened: Opened,
    dataset: str,
    predictions: Path | None,
    name: str,
    question: str,
    trained_on: str,
    agent: str,
    round_: str,
    unseen_only: bool,
    json_: bool,
) -> None:
    """Add what a model predicts of records: from a file, or from Argilla.

    PREDICTIONS is JSONL, CSV or Parquet: record_id or external_id, prediction, and if you like
    probabilities and score. Safe to repeat: the same run is not added twice.
    """
    from argilla_distill.workers.use_cases.runs import adding  # loads the engine: a second

    wish = adding.RunWish(name, predictions, question, trained_on, agent, round_, unseen_only)
    with opened.world() as world:
        chosen = named(world, dataset)
        with bar(f"run {name}", json_) as progress:

            def tell(rows: int) -> None:
                progress(rows, None, f"run {name}: reading")

            added = adding.add(world, chosen, wish, tell)
    print_json(run_json(added)) if json_ else print_lines(_lines(added))


@run_.command("list")
@dataset_argument
@as_json
@click.pass_obj
def list_(opened: Opened, dataset: str, json_: bool) -> None:
    """All runs of a dataset, and how often each is right, as audits tell so far."""
    from argilla_distill.workers.use_cases.comparisons.run_standings import standings

    with opened.world() as world:
        chosen = kept(world, dataset)
        every = standings(world, chosen)
    if json_:
        print_json({"runs": [standing_json(each) for each in every]})
        return
    heads = ["run", "question", "trained on", "predictions", "right", "audits", "added"]
    cells = [
        [
            each.run.name,
            each.run.question,
            each.run.trained_on,
            f"{each.run.predictions:,}",
            _right(each),
            f"{each.audits:,}",
            moment(each.run.added_at),
        ]
        for each in every
    ]
    if cells:
        print_lines(table(heads, cells, width()))
    else:
        click.echo(none(chosen, "run", "add one with `argilla-distill run add`"))


@run_.command()
@dataset_argument
@click.argument("name", metavar="RUN")
@as_json
@click.pass_obj
def delete(opened: Opened, dataset: str, name: str, json_: bool) -> None:
    """Forget a run, and what it predicted. What was found by comparing it stays where it was printed."""
    from argilla_distill.workers.use_cases.runs import adding

    with opened.world() as world:
        gone = adding.delete(world, kept(world, dataset), name)
    if json_:
        print_json(run_json(gone))
    else:
        click.echo(f"run {gone.name} is deleted, with {many(gone.predictions, 'prediction')}")


def run_json(run: ModelRun) -> dict[str, Any]:
    """A run, as scripts read it."""
    return asdict(run)


def standing_json(each: RunStanding) -> dict[str, Any]:
    """A run and what audits say of it, as scripts read it."""
    fields = asdict(each)
    return {**fields.pop("run"), **fields}


def _right(each: RunStanding) -> str:
    if each.right is None:
        return ""
    return f"{percent(each.right.value)} ({reach(each.right.low, each.right.high)})"


def _lines(run: ModelRun) -> Iterator[str]:
    of = f", trained on {run.trained_on}" if run.trained_on else ""
    yield f"run {run.name}: {many(run.predictions, 'prediction')} of {run.question}{of}"
    yield f"  from {plain(run.source)}, added {moment(run.added_at)}"
    if run.left_out:
        yield f"  {many(run.left_out, 'record')} left out, which {run.trained_on} taught"
    if not run.trained_on:
        yield "  not known what it was trained on (--trained-on): nobody looked whether it saw these records"


COMMANDS = (run_,)
