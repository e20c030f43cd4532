"""The command that needs no service: aggregate."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from argilla_distill.domain.strategy_names import LEARNED
from argilla_distill.plugin.settings.dataset_settings import MAX_COST
from argilla_distill.workers.cli.context import bar, of_system
from argilla_distill.workers.files.output import STANDARD, Output, SameFile, refuse_same
from argilla_distill.workers.files.reading.input_file import files_in

if TYPE_CHECKING:
    from argilla_distill.workers.use_cases.aggregate import Aggregate

TYPES = ("label", "multi_label", "rating", "ranking", "span", "text")

existing = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
recorded = click.Path(exists=True, allow_dash=True, path_type=Path)
new = click.Path(dir_okay=False, writable=True, allow_dash=True, path_type=Path)


if TYPE_CHECKING:
    _Param = click.ParamType[tuple[str, Any]]
else:
    _Param = click.ParamType  # generic from click 8.4 on only


class Type(_Param):
    """A type of question, or the type of one question: ``helpful=label``."""

    name = "type"

    def get_metavar(self, *_: object, **__: object) -> str:
        """What help shows; click passes names from 8.4 on."""
        return f"[{'|'.join(TYPES)}]"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[str, str]:
        """Question (empty for all) and type."""
        if isinstance(value, tuple):
            return value
        name, _, kind = str(value).rpartition("=")
        return name, click.Choice(TYPES).convert(kind, param, context)


class BadInput(click.ClickException):
    """What was given cannot be used."""

    exit_code = 2


@click.command()
@click.argument("answers", type=recorded, metavar="ANSWERS")
@click.option(
    "--type", "types", type=Type(), multiple=True, help="What was asked; of exports QUESTION=TYPE."
)
@click.option("--strategy", default=LEARNED, show_default=True, help="How to decide.")
@click.option(
    "--cost",
    "costs",
    multiple=True,
    metavar="SAID->RIGHT=COST",
    help="What a mistake costs; else 1.",
)
@click.option("--adjudications", type=existing, metavar="TRUTH", help="Reviewers' decisions.")
@click.option("--items", type=existing, metavar="ITEMS", help="The records' texts.")
@click.option("--labels", metavar="A,B,…", help="Labels, scale or items; else those answered.")
@click.option("--question", "questions", multiple=True, help="Of an export; else all, by name.")
@click.option("--wide", is_flag=True, help="A row is a task, a column an annotator.")
@click.option("--anonymous", is_flag=True, help="A row without annotator has one of its own.")
@click.option(
    "--column", "columns", multiple=True, metavar="COLUMN=NAME", help="What it is called."
)
@click.option("--encoding", default="", help="Of text files without a mark; else UTF-8.")
@click.option("--out", type=new, metavar="OUT.jsonl", help="Where to; else standard output.")
@click.option("--annotators", type=new, metavar="OUT.csv", help="Where reliabilities go.")
@click.option("--quiet", is_flag=True, help="No progress, no summary.")
def aggregate(
    answers: Path,
    types: tuple[tuple[str, Any], ...],
    strategy: str,
    costs: tuple[str, ...],
    adjudications: Path | None,
    items: Path | None,
    labels: str | None,
    questions: tuple[str, ...],
    wide: bool,
    anonymous: bool,
    columns: tuple[str, ...],
    encoding: str,
    out: Path | None,
    annotators: Path | None,
    quiet: bool,
) -> None:
    """Distil a file of answers: no Argilla, no Redis, no settings.

    ANSWERS is a table with the columns task, worker and label (CSV, JSON, Parquet or Excel), or an
    export of Argilla or Label Studio. One JSON line is written for each record.
    """
    # These load the engine: a second.
    from argilla_distill.workers.engine import registry
    from argilla_distill.workers.engine.contract.terms import Terms
    from argilla_distill.workers.engine.errors import EngineError
    from argilla_distill.workers.files.answers_file import read
    from argilla_distill.workers.files.input_options import InputOptions, split_labels
    from argilla_distill.workers.files.reading.columns import parse
    from argilla_distill.workers.files.reading.mistakes import BadTable
    from argilla_distill.workers.use_cases.aggregate import aggregate as learn

    _check_paths(
        {"answers": answers, "adjudications": adjudications, "items": items}, out, annotators
    )
    if wide and anonymous:
        raise BadInput("--wide names an annotator for each column; --anonymous has nothing to do")
    if encoding:
        _check_encoding(encoding)
    if labels is not None and not (known := split_labels(labels)):
        raise BadInput("--labels names none")
    terms = Terms(dict(map(_cost, costs)))
    try:
        given = InputOptions(
            answers,
            dict(types),
            adjudications,
            items,
            known if labels is not None else (),
            questions,
            parse(columns),
            encoding,
            wide,
            anonymous,
        )
        for _, kind in types:
            registry.find(strategy, kind)
        with bar(f"reading {answers.name} (kB)", quiet) as progress:
            found = read(given, progress)
        learned = []
        for each in found:
            with bar(f"learning {len(each.task)} answers", quiet) as progress:
                learned.append(learn(each, strategy, terms))
                progress(1, 1)
    except (BadTable, EngineError) as error:
        raise BadInput(str(error)) from error
    try:
        with Output() as output:
            with bar("deciding", quiet) as progress:
                lines = chain.from_iterable(each.lines(progress) for each in learned)
                _write(output, out or STANDARD, lines)
            if annotators:
                _write_annotators(_opened(output, annotators), learned)
    except OSError as error:
        raise click.ClickException(of_system(error)) from error
    for note in dict.fromkeys(note for each in found for note in each.notes):
        click.echo(note, err=True)
    if not quiet:
        for one in learned:
            click.echo(_summary(one), err=True)


def _check_paths(
    read: Mapping[str, Path | None], out: Path | None, annotators: Path | None
) -> None:
    given = {f"the file of {name}": path for name, path in read.items() if path}
    written = {"--out": out, "--annotators": annotators}
    if list(given.values()).count(STANDARD) > 1:
        raise BadInput("only one file can come from standard input")
    for path in written.values():
        if path and not path.parent.is_dir():
            raise BadInput(f"no folder {path.parent}")
    answers = read["answers"]
    if answers and answers.is_dir():
        given |= {f"{path.name} of the answers": path for path in files_in(answers)}
    try:
        refuse_same(given, {name: path for name, path in written.items() if path})
    except SameFile as error:
        raise BadInput(str(error)) from error


def _cost(written: str) -> tuple[str, float]:
    """`no->yes=5` as a pair."""
    name, _, number = written.rpartition("=")
    try:
        cost = float(number)
    except ValueError:
        cost = 0.0
    if "->" not in name or not 0 < cost <= MAX_COST:
        raise BadInput(
            f'--cost: "{written}" should be like "no->yes=5", the cost above 0 and at most {MAX_COST:,}'
        )
    return name, cost


def _check_encoding(name: str) -> None:
    try:
        b"a,b".decode(name, errors="ignore")
    except (LookupError, UnicodeError):  # some of Python's are for other things than text files
        raise BadInput(f"--encoding: there is no encoding {name} of text files") from None


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


def _write_annotators(file: IO[str], learned: list[Aggregate]) -> None:
    named = bool(learned[0].answers.name)
    found = [(each.answers.name, one) for each in learned for one in each.annotators()]
    traits = sorted({trait for _, one in found for trait in one.traits})
    table = csv.writer(file, lineterminator="\n")
    columns = ["annotator", "votes", "reliability", "low", "high", *traits]
    table.writerow([*(["question"] if named else []), *columns])
    for name, one in found:
        numbers = (one.accuracy, one.low, one.high, *(one.traits.get(t) for t in traits))
        shown = ("" if n is None else f"{n:.6g}" for n in numbers)
        table.writerow([*([name] if named else []), one.annotator, one.n_votes, *shown])
    file.flush()


def _summary(learned: Aggregate) -> str:
    found = learned.answers
    name = f"{found.name}: " if found.name else ""
    summary = f"{name}{len(found.task)} answers of {len(found.annotators)} annotators"
    summary += f" on {len(found.tasks)} records; {learned.strategy.name}"
    training = learned.strategy.training
    return f"{summary}\n{training.summary}" if training else summary


COMMANDS = (aggregate,)
