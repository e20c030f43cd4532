"""What every command receives from `main`: how to open the world, and how to print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from argilla_distill.domain.given_json import is_whole
from argilla_distill.plugin.settings import Settings
from argilla_distill.workers.use_cases.world import World

as_json = click.option("--json", "json_", is_flag=True, help="Print JSON for scripts.")


class Utf8Text(click.types.StringParamType):
    """A text of the command line, which goes into Redis, Argilla and JSON."""

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> Any:
        """The text as it is; bytes that are not UTF-8, for Python halves of characters, are refused."""
        text = super().convert(value, param, context)
        if not is_whole(text):
            self.fail(f"{text!r} is not UTF-8 text", param, context)
        return text


def of_text(command: click.Command) -> click.Command:
    """The command, or the group and all its commands, which takes no text that is none."""
    for parameter in command.params:
        if type(parameter.type) is click.types.StringParamType:
            parameter.type = Utf8Text()
    if isinstance(command, click.Group):
        for each in command.commands.values():
            of_text(each)
    return command


@dataclass(frozen=True)
class Opened:
    """How a command gets at the world and at the settings."""

    world: Callable[[], AbstractContextManager[World]]
    settings: Callable[[], Settings]


def of_system(error: OSError) -> str:
    """What went wrong with which file, as the system says it.

    >>> of_system(OSError(28, "No space left on device", "/tmp/x"))
    '/tmp/x: No space left on device'
    """
    if not error.strerror:
        return str(error) or type(error).__name__
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def console() -> Console:
    """Where tables and progress go."""
    return Console(highlight=False)


def width() -> int:
    """How many cells a line has: the terminal's, `COLUMNS`, or 80."""
    return console().width


def print_lines(lines: Iterable[str], err: bool = False) -> None:
    """Lines as they are, to standard output or error: what people wrote is text, never markup."""
    for line in lines:
        click.echo(line, err=err)


def formerly(key: str, value: object) -> dict[str, object]:
    """A value once more, under the key that it had in the last release; for one more release."""
    return {key: value}


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def bar(title: str, quiet: bool) -> Iterator[Callable[..., None]]:
    """A progress bar on standard error; called with how much is done, how much there is, and of what."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True, quiet=quiet)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total, what=title: progress.update(
            task, completed=done, total=total, description=what
        )
