"""Rows of a file by the columns that are asked for, with all that is wrong with them.

What the cells mean is `workers.files.cells`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from argilla_distill.workers.files.reading.columns import ColumnPositions, listed
from argilla_distill.workers.files.reading.input_file import InputFile
from argilla_distill.workers.files.reading.mistakes import Mistakes, Unreadable
from argilla_distill.workers.files.reading.rows import Rows, rows_of

Progress = Callable[[int, int], None]
"""Told how much is done and how much there is."""

MARK = "\ufeff"
"""What UTF-8 files may begin with; behind another file it is a character."""

EVERY = 5_000
"""Rows from one sign of progress to the next."""

INDEX = re.compile(r"Unnamed: \d+|__index_level_\d+__")
"""What pandas calls an index without a name where it reads or writes one as a column."""

MORE_NAMES = {
    "task": "item, record, id",
    "worker": "annotator, rater, user",
    "label": "answer, value, response",
}
"""Some of what columns are called as well."""


class Table:
    """A file whose columns have names.

    Parameters
    ----------
    mistakes : where what is wrong goes; rows that are wrong are left out.
    rows : of the file, if they are known already.
    progress : called with kilobytes.
    """

    def __init__(
        self,
        source: InputFile,
        mistakes: Mistakes,
        columns: ColumnPositions | None = None,
        progress: Progress | None = None,
        rows: Rows | None = None,
    ) -> None:
        self.source = source
        self.mistakes = mistakes
        self.columns = columns or ColumnPositions()
        self.progress = progress or (lambda done, total: None)
        self._rows = rows or rows_of(source, self.columns)
        self.header = self._rows.header
        self.separator = self._rows.separator
        self.notes = list(self._rows.notes)  # there may be more once its rows are read
        self._only: tuple[int, str] | None = None

    def place(self, number: int) -> str:
        """Where a row is, for people."""
        return f"{self.source.name}{self._rows.unit}{number}"

    def has(self, column: str) -> bool:
        """Whether there is such a column."""
        try:
            return self.columns.place(self.header, column) is not None
        except ValueError:
            return True

    def only(self, column: str, value: str, needed: bool) -> None:
        """Leave out rows in which this column says something else."""
        try:
            place = self.columns.place(self.header, column)
        except ValueError as error:
            self.mistakes.add(self.place(1), str(error))
            return
        if place is not None:
            self._only = place, value
        elif needed:
            self.mistakes.add(self.place(1), f"no column {column}: there are several questions")

    def rows(self, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The number of each row, from 1, and its cells of these columns (two or more).

        They are read once. The notes tell which columns are not used.
        """
        places = self._places(columns)
        if places is None:
            return
        self._note_unused(places)
        pick = itemgetter(*places)
        for number, cells in self._all():
            yield number, pick(cells)

    def wide(self, column: str) -> Iterator[tuple[int, str, str, str]]:
        """Number, that column's cell, the name of another column and its cell: all that is not empty."""
        places = self._places((column,))
        if places is None:
            return
        own = places[0]
        left = [self.columns.place(self.header, name) for name in ("text", "confidence")]
        no_name = [n for n, name in enumerate(self.header) if not name or INDEX.fullmatch(name)]
        others = [n for n in range(len(self.header)) if n not in (own, *left, *no_name)]
        if len({self.header[n] for n in others}) < len(others):
            self.mistakes.add(self.place(1), "two columns have the same name")
            return
        names = [self.header[n] for n in others]
        self._note_unused([own, *others])
        self.notes.append(f"{self.source.name}: annotators are {listed(names)}")
        for number, cells in self._all():
            for n, name in zip(others, names, strict=True):
                if cells[n].strip():
                    yield number, cells[own], name, cells[n]

    def _places(self, columns: Sequence[str]) -> list[int] | None:
        """Where the columns are; None if something is wrong."""
        places: list[int] = []
        missing: list[str] = []
        if not any(self.header):
            expected = ", ".join(columns)
            self.mistakes.add(self.place(1), f"empty; the columns {expected} are expected")
            return None
        for column in columns:
            try:
                found = self.columns.place(self.header, column)
            except ValueError as error:
                self.mistakes.add(self.place(1), str(error))
                return None
            if found is None:
                missing.append(column)
            else:
                places.append(found)
        if missing:
            why = f"no column {', '.join(missing)}; there is {listed(self.header)}"
            more = [f"{column}: {MORE_NAMES[column]}" for column in missing if column in MORE_NAMES]
            if more:
                why += f" (also read as {'; '.join(more)}; or say --column {missing[0]}=NAME)"
            if missing == ["worker"]:
                why += "; --anonymous takes each row for an annotator of its own"
            self.mistakes.add(self.place(1), why)
            return None
        twice = {self.header[n] for n in places if places.count(n) > 1}
        if twice:
            self.mistakes.add(self.place(1), f"the column {min(twice)} cannot be two things")
            return None
        return places

    def _all(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Every row that has as many cells as there are columns."""
        width = len(self.header)
        source = self.source
        starts = {mark + name for name in self.header[:1] for mark in ("", MARK)}
        again = []
        try:
            for n, (number, cells) in enumerate(self._rows):
                if self.separator and cells[0] in starts and self._is_header(cells):
                    again.append(number)
                elif len(cells) == width:
                    if self._only is None or cells[self._only[0]].strip() == self._only[1]:
                        yield number, cells
                else:
                    self.mistakes.add(self.place(number), f"{len(cells)} cells instead of {width}")
                if not n % EVERY:
                    self.progress(source.done, source.size)
            self.progress(source.size, source.size)
        except Unreadable as error:
            self.mistakes.found += str(error).splitlines()
        if again:
            more = f", and {len(again) - 1} more" if len(again) > 1 else ""
            self.notes.append(f"{self.place(again[0])}: left out, this is the header again{more}")

    def _is_header(self, cells: Sequence[str]) -> bool:
        """Whether it is the header of a file that was put behind another, with its mark or without."""
        return [cell.strip() for cell in (cells[0].removeprefix(MARK), *cells[1:])] == self.header

    def _note_unused(self, places: Sequence[int]) -> None:
        used = [*places, self._only[0]] if self._only else places
        unused = [name for n, name in enumerate(self.header) if n not in used]
        if unused:
            column = "column is" if len(unused) == 1 else "columns are"
            self.notes.append(f"{self.source.name}: not used, the {column} {listed(unused)}")
