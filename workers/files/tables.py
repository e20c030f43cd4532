"""CSV files, row by row, with the line that each row stands on and all that is wrong with them.

What the cells mean is `workers.files.cells` and `workers.files.answers_file`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from functools import cached_property
from operator import itemgetter
from pathlib import Path

Progress = Callable[[int, int], None]
"""Told how much is done and how much there is."""

MOST_MISTAKES = 10
"""So many bad rows are told at once; reading ends with the last of them."""

LONGEST_CELL = 2**31 - 1
"""Characters. Python's own limit is 131,072; texts of records may be longer."""

EVERY = 5_000
"""Rows from one sign of progress to the next."""


class BadTable(ValueError):
    """Files that cannot be used as they are; one line for each thing that is wrong."""


class Mistakes:
    """What is wrong, gathered so that it can be told at once.

    >>> mistakes = Mistakes()
    >>> mistakes.add(Path("a.csv"), 3, "label is empty")
    >>> mistakes.check()
    Traceback (most recent call last):
    workers.files.tables.BadTable: a.csv:3: label is empty
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, path: Path, line: int, text: str) -> None:
        """Note one. Raises BadTable when there are many."""
        self.found.append(f"{path}:{line}: {text}")
        if len(self.found) == MOST_MISTAKES:
            self.found.append(f"(these are the first {MOST_MISTAKES}; there may be more)")
            self.check()

    def check(self) -> None:
        """Raise BadTable if there are any."""
        if self.found:
            raise BadTable("\n".join(self.found))


class Table:
    """A CSV file in UTF-8 whose first line names the columns; those nobody asks for are ignored.

    Parameters
    ----------
    mistakes : where what is wrong goes; rows that are wrong are left out.
    progress : told kilobytes.
    """

    def __init__(self, path: Path, mistakes: Mistakes, progress: Progress | None = None) -> None:
        self.path = path
        self.mistakes = mistakes
        self.progress = progress or (lambda done, total: None)

    @cached_property
    def header(self) -> list[str]:
        """The names of the columns; empty if there are none."""
        return [name.strip() for name in next(self._lines, (1, []))[1]]

    def rows(self, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The line that each row begins on, from 1, and its cells of these columns (two or more).

        They are read once.
        """
        header = self.header
        missing = [name for name in columns if name not in header]
        twice = [name for name in columns if header.count(name) > 1]
        if self.mistakes.found:
            return
        if not header:
            self.mistakes.add(self.path, 1, f"empty; the columns {', '.join(columns)} are expected")
        elif missing:
            there = ", ".join(header)
            self.mistakes.add(self.path, 1, f"no column {', '.join(missing)}; there is {there}")
        elif twice:
            self.mistakes.add(self.path, 1, f"more than one column {', '.join(twice)}")
        if self.mistakes.found:
            return
        pick = itemgetter(*(header.index(name) for name in columns))
        width = len(header)
        for line, cells in self._lines:
            if len(cells) == width:
                yield line, pick(cells)
            else:
                self.mistakes.add(self.path, line, f"{len(cells)} cells instead of {width}")

    @cached_property
    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        return self._read()

    def _read(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is not blank. What is not UTF-8 or not CSV is a mistake, and the end."""
        csv.field_size_limit(LONGEST_CELL)
        line = 1
        try:
            size = self.path.stat().st_size // 1000
            with self.path.open("rb") as raw:
                text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
                reader = csv.reader(text, strict=True)
                for n, cells in enumerate(reader):
                    if cells:
                        yield line, cells
                    line = reader.line_num + 1
                    if not n % EVERY:
                        self.progress(min(raw.tell() // 1000, size), size)
            self.progress(size, size)
        except UnicodeDecodeError:
            self.mistakes.add(self.path, _not_utf8(self.path) or line, "not UTF-8")
        except csv.Error as error:
            self.mistakes.add(self.path, line, f"not CSV: {error}")
        except OSError as error:
            raise BadTable(f"{self.path}: {error.strerror}") from error


def _not_utf8(path: Path) -> int:
    """The number of the first line that is not UTF-8; 0 if there is none."""
    with path.open("rb") as lines:
        for n, line in enumerate(lines, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return n
    return 0
