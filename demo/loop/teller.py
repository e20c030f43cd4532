"""Whoever tells the story: says what happens, and runs the commands, each of which is printed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table

from demo.running.stage import Stage


class Teller:
    """On servers that run already."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def run(self, *arguments: str) -> str:
        """Run a command of argilla-distill, and say which, files by their names. Returns what it prints."""
        folder = f"{self.stage.service.directory}/"
        shown = [argument.removeprefix(folder) for argument in arguments]
        with self.stage.step(shlex.join(["argilla-distill", *shown])):
            return self.stage.service.command(*arguments).stdout

    def json(self, *arguments: str) -> dict[str, Any]:
        """What a command prints as JSON."""
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return found

    def act(self, title: str) -> None:
        """A heading."""
        self.stage.console.print(f"\n{title}", style="bold", markup=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """A line."""
        self.stage.console.print(f"  {text}", soft_wrap=True, markup=False)

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table that fits into 80 columns."""
        table = Table(
            title=title, title_style="bold", title_justify="left", box=box.SIMPLE, pad_edge=False
        )
        for name in header:
            table.add_column(name, no_wrap=True)
        for row in rows:
            table.add_row(*row)
        self.stage.console.print(table)


def drawn(low: float, value: float, high: float, ends: tuple[float, float], cells: int = 11) -> str:
    """An interval as a line of text, the value in it, and a mark where zero is.

    Parameters
    ----------
    ends : what the first and the last cell stand for; an interval that leaves them is cut there.

    >>> print(drawn(0.1, 0.3, 0.5, (0.0, 1.0), 11) + "|")
     ├─●─┤     |
    >>> print(drawn(-0.2, 0.1, 0.4, (-0.5, 0.5), 11) + "|")
       ├──●──┤ |
    >>> print(drawn(0.2, 0.3, 0.4, (-0.5, 0.5), 11) + "|")
         ┊ ├●┤ |
    """
    first, last = ends

    def cell(number: float) -> int:
        share = (number - first) / (last - first)
        return round(min(max(share, 0.0), 1.0) * (cells - 1))

    line = [" "] * cells
    if first < 0 < last:
        line[cell(0.0)] = "┊"
    start, end = cell(low), cell(high)
    for n in range(start, end + 1):
        line[n] = "─"
    line[start], line[end] = "├", "┤"
    line[cell(value)] = "●"
    return "".join(line)
