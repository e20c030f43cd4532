"""Commands that only look: status, history, doctor."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import Any
from uuid import UUID

import click
from rich.table import Table
from rich.text import Text

from workers.cli.context import Opened, as_json, console, print_json
from workers.use_cases import status as reporting

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@as_json
@click.pass_obj
def status(opened: Opened, json_: bool) -> None:
    """A table of all datasets: progress, what waits, what went wrong, which models are in use."""
    with opened.world() as world:
        datasets = reporting.status(world.store)
    if json_:
        print_json(datasets)
        return
    table = Table("dataset", "state", "records", "completed", "answers", "published", "conflicts")
    for column in ("waiting", "set aside", "questions"):
        table.add_column(column)
    for d in datasets:
        table.add_row(*map(_cell, _row(d)))
    console().print(table if datasets else "no dataset yet: run `argilla-distill connect`")


def _row(d: dict[str, Any]) -> tuple[object, ...]:
    words = filter(None, (d["word"], (d["review"] or {}).get("word")))
    state = ": ".join((d["state"], *words))
    questions = "\n".join(_question(name, q) for name, q in d["questions"].items())
    counts = (d["records"], d["completed"], d["answers"], d["published"], d["conflicts"])
    return (d["name"], state, *counts, d["dirty"] + d["stale"], len(d["poisoned"]), questions)


def _question(name: str, q: dict[str, Any]) -> str:
    if "version" in q:
        told = f"{name}: {q['strategy']}:{q['version']}, {q['votes']} votes"
        return f"{told}; {q['training']}" if "training" in q else told
    return f"{name}: {q['word']}"


@click.command()
@click.argument("record", type=click.UUID)
@as_json
@click.pass_obj
def history(opened: Opened, record: UUID, json_: bool) -> None:
    """Everything that was ever said and decided about RECORD (its id in Argilla)."""
    with opened.world() as world:
        entries = reporting.history(world.store, str(record))
    if entries is None:
        raise click.ClickException(f"no record {record}; is its dataset connected?")
    if json_:
        print_json(entries)
        return
    table = Table("when (UTC)", "who", "what", "said", "before")
    for entry in entries:
        moment = datetime.fromtimestamp(entry["at"] / 1000, timezone.utc)
        who = f"{entry['who']} ({entry['source']})" if entry["source"] else entry["who"]
        what = " ".join(part for part in (entry["kind"], entry["status"]) if part)
        if entry.get("more", {}).get("echo"):
            what += ", echo"
        row = (
            f"{moment:%Y-%m-%d %H:%M:%S}",
            who,
            what,
            _said(entry["values"]),
            _said(entry["replaced"]),
        )
        table.add_row(*map(_cell, row))
    console().print(table)


def _said(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items())


def _cell(value: object) -> Text:
    """What people wrote is text, never markup."""
    return Text(str(value))


@click.command()
@as_json
@click.pass_obj
def doctor(opened: Opened, json_: bool) -> None:
    """Examine every part that the service stands on, and say what to do."""
    from workers.use_cases import doctor as examination  # loads the engine: a second

    worst = examination.OK
    found = []
    with opened.world() as world:
        for finding in examination.examine(world):
            found.append(vars(finding))
            if finding.state == examination.FAIL or worst == examination.OK:
                worst = finding.state
            if not json_:
                line = Text(f"{finding.state:>4} ", style=STYLES[finding.state])
                line.append(f"{finding.what}: {finding.text}", style="default")
                console().print(line, soft_wrap=True)
                if finding.remedy:
                    console().print(Text(f"     → {finding.remedy}"), soft_wrap=True)
    if json_:
        print_json(found)
    sys.exit(1 if worst == examination.FAIL else 0)


COMMANDS = (status, history, doctor)
