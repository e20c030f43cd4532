"""The command that needs no service: aggregate."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from workers.cli.context import bar
from workers.files.output import STANDARD, Output, SameFile, refuse_same

if TYPE_CHECKING:
    from workers.engine.strategy import Reliability
    from workers.use_cases.aggregate import Aggregate

TYPES = ("label", "multi_label", "rating", "ranking", "span", "text")

existing = click.Path(exists=True, dir_okay=False, path_type=Path)
new = click.Path(dir_okay=False, writable=True, path_type=Path)


class BadInput(click.ClickException):
    """What was given cannot be used."""

    exit_code = 2


@click.command()
@click.argument("answers", type=existing, metavar="ANSWERS.csv")
@click.option("--type", "kind", type=click.Choice(TYPES), required=True, help="What was asked.")
@click.option("--strategy", default="learned", show_default=True, help="How to decide.")
@click.option("--adjudications", type=existing, metavar="TRUTH.csv", help="Reviewers' decisions.")
@click.option("--items", type=existing, metavar="ITEMS.csv", help="The records' texts.")
@click.option("--labels", metavar="A,B,…", help="The question's labels; else those answered.")
@click.option("--out", type=new, metavar="OUT.jsonl", help="Where to; else standard output.")
@click.option("--annotators", type=new, metavar="OUT.csv", help="Where reliabilities go.")
@click.option("--quiet", is_flag=True, help="No progress, no summary.")
def aggregate(
    answers: Path,
    kind: Any,
    strategy: str,
    adjudications: Path | None,
    items: Path | None,
    labels: str | None,
    out: Path | None,
    annotators: Path | None,
    quiet: bool,
) -> None:
    """Distil a file of answers: no Argilla, no Redis, no settings.

    ANSWERS.csv has the columns task, worker and label. One JSON line is written for each record.
    """
    # These load the engine: a second.
    from workers.engine import registry
    from workers.engine.errors import EngineError
    from workers.files.answers_file import read, split_labels
    from workers.files.tables import BadTable
    from workers.use_cases.aggregate import aggregate as learn

    read_ = {"answers": answers, "adjudications": adjudications, "items": items}
    written = {name: path for name, path in _named(out, annotators) if path}
    for path in written.values():
        if not path.parent.is_dir():
            raise BadInput(f"no folder {path.parent}")
    try:
        refuse_same({f"the file of {name}": p for name, p in read_.items() if p}, written)
    except SameFile as error:
        raise BadInput(str(error)) from error
    known = split_labels(labels) if labels else []
    try:
        registry.find(strategy, kind)
        with bar(f"reading {answers.name} (kB)", quiet) as progress:
            found = read(kind, answers, adjudications, items, known, progress)
        with bar(f"learning {len(found.task)} answers", quiet) as progress:
            learned = learn(found, strategy)
            progress(1, 1)
    except (BadTable, EngineError) as error:
        raise BadInput(str(error)) from error
    try:
        with Output() as output:
            with bar("deciding", quiet) as progress:
                _write(output, out or STANDARD, learned.lines(progress))
            if annotators:
                _write_annotators(_opened(output, annotators), learned.annotators())
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror}") from error
    if not quiet:
        for note in _notes(learned):
            click.echo(note, err=True)


def _write(output: Output, path: Path, lines: Iterable[dict[str, Any]]) -> None:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    try:
        file = _opened(output, path)
        for line in lines:
            file.write(encode(line) + "\n")
        file.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _opened(output: Output, path: Path) -> IO[Any]:
    return click.open_file("-", "w", "utf-8") if path == STANDARD else output.open(path)


def _write_annotators(file: IO[str], found: list[Reliability]) -> None:
    traits = sorted({trait for one in found for trait in one.traits})
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["annotator", "votes", "reliability", "low", "high", *traits])
    for one in found:
        numbers = (one.accuracy, one.low, one.high, *(one.traits.get(t) for t in traits))
        shown = ("" if n is None else f"{n:.6g}" for n in numbers)
        table.writerow([one.annotator, one.n_votes, *shown])
    file.flush()


def _named(out: Path | None, annotators: Path | None) -> tuple[tuple[str, Path | None], ...]:
    return ("--out", out), ("--annotators", annotators)


def _notes(learned: Aggregate) -> list[str]:
    found = learned.answers
    told = f"{len(found.task)} answers of {len(found.annotators)} annotators"
    told += f" on {len(found.tasks)} records"
    training = learned.strategy.training
    words = [training.word] if training else []
    return [*found.notes, f"{told}; {learned.strategy.name}", *words]


COMMANDS = (aggregate,)
