"""The command `archive`: old entries of a dataset's history leave Redis, for files beside its versions."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from datetime import datetime, timezone

import click

from argilla_distill.domain.records import milliseconds
from argilla_distill.domain.wording import count, many, size
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json
from argilla_distill.workers.cli.datasets import dataset_argument, known
from argilla_distill.workers.cli.layout import plain

DAY_MS = 86_400_000


@click.command()
@dataset_argument
@click.option(
    "--before",
    default="",
    metavar="TIME",
    help="What was seen before: ISO 8601 (UTC), or so many days ago, as in 90d.",
)
@click.option("--check", is_flag=True, help="Read all files that are there; move nothing.")
@as_json
@click.pass_obj
def archive(opened: Opened, dataset: str, before: str, check: bool, json_: bool) -> None:
    """Move old entries of DATASET's history out of Redis, into files beside its versions.

    They are still found wherever the history is read. To be run where DISTILL_VERSIONS leads to the place
    that web and workers read. May be stopped, and repeated.
    """
    from argilla_distill.workers.use_cases import archiving  # loads pyarrow

    if bool(before) == check:
        raise click.UsageError("say --before TIME to move entries, or --check to look at the files")
    with opened.world() as world:
        dataset_id = known(world.store, dataset)
        moved, wrong = archiving.Moved(), list[str]()
        if check:
            wrong = world.store.archive.wrong(dataset_id, wholly=True)
        else:
            moment = _moment(before, world.store.now())
            with bar(f"moving entries of {dataset}", json_) as progress:
                moved = archiving.archive(world, dataset_id, moment, progress)
        left = world.store.history.in_redis(dataset_id)
        archived, taken = world.store.archive.size(dataset_id)
    if json_:
        sizes = {"archived": archived, "archived_bytes": taken, "left": left}
        print_json({"dataset": dataset, **asdict(moved), **sizes, "wrong": wrong})
    else:
        if not check:
            click.echo(
                f"{many(moved.entries, 'entry', 'entries')} moved, {size(moved.bytes)} of files"
            )
        if moved.held_by:
            click.echo(
                f"no more: the saved model of {plain(moved.held_by)} has yet to learn the next ones"
            )
        click.echo(f"{count(archived)} are in files ({size(taken)}), {count(left)} in Redis")
        for each in wrong:
            click.echo(plain(each), err=True)
    if wrong:
        sys.exit(1)


def _moment(text: str, now: int) -> int:
    """A moment as people write it, in ms since the epoch."""
    days = re.fullmatch(r"(\d{1,6})d", text)
    if days:
        return now - int(days[1]) * DAY_MS
    try:
        return milliseconds(text)
    except ValueError:
        example = datetime.fromtimestamp(now / 1000, timezone.utc).strftime("%Y-%m-%d")
        message = f"{text!r} is no time; write it like {example}, or 90d for 90 days ago"
        raise click.BadParameter(message) from None


COMMANDS = (archive,)
