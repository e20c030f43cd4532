"""The command `export`: a version in a format that people read or train on."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import click

from argilla_distill.domain.versions.segments import InvalidSegment, Selection
from argilla_distill.domain.versions.split import SPLITS
from argilla_distill.workers.cli.context import Opened, as_json, bar, print_json
from argilla_distill.workers.cli.datasets import dataset_argument, kept
from argilla_distill.workers.files.output import STANDARD, Output

if TYPE_CHECKING:
    from argilla_distill.exports.export import Exported
    from argilla_distill.exports.files import Kind

FORMATS = (
    "records",
    "votes",
    "classification",
    "prompt-completion",
    "unpaired-preference",
    "preference",
    "stepwise-supervision",
)
REWARDED = ("prompt-completion", "unpaired-preference", "preference")
"""As of `exports.request`, which loads pyarrow; a test holds them equal."""

KINDS = ("parquet", "csv", "jsonl")

new = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


@click.command()
@dataset_argument
@click.argument("version", metavar="VERSION")
@click.option("--format", "format_", type=click.Choice(FORMATS), required=True, help="Of the rows.")
@click.option("-o", "--out", type=new, default=STANDARD, help="Where to; else standard output.")
@click.option("--as", "kind", type=click.Choice(KINDS), help="Of the file; else by its ending.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--split", type=click.Choice(SPLITS), help="Formats to train on: else train.")
@click.option("--question", default="", help="What it is about, where there are several.")
@click.option("--field", "fields", multiple=True, help="Of classification: makes the text.")
@click.option("--mistake", "mistakes", multiple=True, help="Of stepwise: a label of wrong spans.")
@click.option("--messages", is_flag=True, help="Texts as messages, as chats always are.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), help="Leave out what is less sure.")
@click.option("--only", multiple=True, metavar="SEGMENT", help="Such as round=2,annotator=ann.")
@click.option("--without", multiple=True, metavar="SEGMENT", help="All but these.")
@click.option("--changed-since", default="", metavar="VERSION", help="New, or decided anew.")
@as_json
@click.pass_obj
def export(
    opened: Opened,
    dataset: str,
    version: str,
    format_: str,
    out: Path,
    kind: Kind | None,
    force: bool,
    split: str | None,
    question: str,
    fields: tuple[str, ...],
    mistakes: tuple[str, ...],
    messages: bool,
    min_confidence: float | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    changed_since: str,
    json_: bool,
) -> None:
    """Write a version in a format that people read or train on.

    VERSION is its name, or a tag. What models are tested with is in no file to train on.
    """
    # These load pyarrow and the engine: a second.
    from argilla_distill.exports import files
    from argilla_distill.exports.request import ExportRequest, InvalidExport
    from argilla_distill.workers.use_cases.versions.exporting import exported

    _check(format_, out, force, json_, fields, mistakes, messages)
    try:
        selection = Selection.parse(only, without)
        wanted = kind or ("jsonl" if out == STANDARD else files.kind_of(out.name))
        request = ExportRequest(
            format=format_,
            split=split or "",
            question=question,
            fields=fields,
            messages=messages,
            min_confidence=min_confidence,
            mistakes=mistakes,
            selection=selection,
            since=changed_since,
        )
        with opened.world() as world:
            manifest, found = exported(world, kept(world, dataset), version, request)
            files.check(found, format_, wanted)
            with bar(f"exporting {manifest.name}", json_) as progress:
                count = _write(found, out, wanted, progress)
    except (InvalidSegment, InvalidExport) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror or error}") from error
    left_out = dict(sorted(found.left_out.items()))
    if json_:
        facts = {"version": manifest.name, "content_sha256": manifest.content_sha256}
        print_json(
            {
                **facts,
                **request.named_briefly(),
                "file": str(out),
                "rows": count,
                "left_out": left_out,
            }
        )
    else:
        click.echo(_summary(request.splits, format_, count, found.left_out), err=True)


def _check(
    format_: str,
    out: Path,
    force: bool,
    json_: bool,
    fields: tuple[str, ...],
    mistakes: tuple[str, ...],
    messages: bool,
) -> None:
    """What makes no sense together, or would overwrite something."""
    for given, option, formats in (
        (fields, "--field", ("classification",)),
        (mistakes, "--mistake", ("stepwise-supervision",)),
        (messages, "--messages", REWARDED),
    ):
        if given and format_ not in formats:
            raise click.UsageError(f"{option} has nothing to do in {format_}")
    if out == STANDARD:
        if json_:
            raise click.UsageError("--json is about a file: say which with --out")
        return
    if not out.parent.is_dir():
        raise click.UsageError(f"no folder {out.parent}")
    if out.is_file() and not force:
        raise click.UsageError(f"{out} is there already: --force replaces it")


def _write(found: Exported, out: Path, kind: Kind, progress: object) -> int:
    """Write all rows; nothing is there, or comes out, before all of it is.

    Raises
    ------
    ClickException : there is no row.
    """
    from argilla_distill.exports.files import write

    assert callable(progress)

    def tell(count: int) -> None:
        progress(count, None)

    if out != STANDARD:
        with Output() as output:
            count = write(found, output.open_bytes(out), kind, tell)
            _refuse_nothing(count, found.left_out)
        return count
    with TemporaryFile() as file:
        count = write(found, file, kind, tell)
        _refuse_nothing(count, found.left_out)
        file.seek(0)
        try:
            with click.open_file("-", "wb") as standard:
                shutil.copyfileobj(file, standard)
                standard.flush()
        except BrokenPipeError:  # whoever reads has seen enough
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return count


def _refuse_nothing(count: int, left_out: Counter[str]) -> None:
    if not count:
        reasons = _reasons(left_out) or "no record is in what was asked for"
        raise click.ClickException(f"there is no row to write: {reasons}")


def _summary(splits: tuple[str, ...], format_: str, count: int, left_out: Counter[str]) -> str:
    which = f" of the {splits[0]} split" if len(splits) == 1 else ""
    rows = f"{count:,} rows{which}"
    if splits == ("test",) and format_ not in ("records", "votes"):
        rows += ", to evaluate with and never to train on"
    return f"{rows}; left out: {_reasons(left_out) or 'none'}"


def _reasons(left_out: Counter[str]) -> str:
    return ", ".join(f"{n:,} {why}" for why, n in sorted(left_out.items()) if n)


COMMANDS = (export,)
