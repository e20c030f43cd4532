"""Bytes on the command line that are no UTF-8 text, which Python hands on as halves of characters."""

from __future__ import annotations

import click
import pytest

from argilla_distill.workers.cli.context import of_text
from argilla_distill.workers.cli.main import cli
from tests.workers.cli.command_line import Run

HALF = "\udcff"

WITH_TEXT = (
    ("history", HALF),
    ("version", "create", "support/chat", "--note", HALF),
    ("version", "create", "support/chat", "--only", f"round={HALF}"),
    ("version", "show", "support/chat", HALF),
    ("compare", "support/chat", "learned-1", HALF),
    ("round", "status", "support/chat", HALF),
    ("round", "start", "support/chat", "{outputs}", "--name", "4", "--model", HALF),
    ("status", HALF),
)


@pytest.mark.parametrize("words", WITH_TEXT)
def test_what_is_no_text_is_refused_before_anything_is_done(
    run: Run, tmp_path: object, words: tuple[str, ...]
) -> None:
    done = run(*(str(tmp_path) if word == "{outputs}" else word for word in words))
    assert done.code == 2
    assert "is not UTF-8 text" in done.err
    assert "Traceback" not in done.err


def test_every_text_of_every_command_is_looked_at() -> None:
    def plain(command: click.Command) -> list[str]:
        own = [
            f"{command.name} {each.name}"
            for each in command.params
            if type(each.type) is click.types.StringParamType
        ]
        if isinstance(command, click.Group):
            own += [name for each in command.commands.values() for name in plain(each)]
        return own

    assert plain(click.Command("new", params=[click.Option(["--text"])])) == ["new text"]
    assert plain(of_text(click.Command("new", params=[click.Option(["--text"])]))) == []
    assert plain(cli) == []
