"""Rows of CSV, JSON, Parquet, Arrow and Excel files, whatever they were written by: all cells are text.

Which column is what is `workers.files.reading.columns`; what a cell says is `workers.files.cells`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, Protocol

from argilla_distill.workers.files.reading.arrow import ArrowRows
from argilla_distill.workers.files.reading.as_text import as_cell
from argilla_distill.workers.files.reading.columns import ColumnPositions
from argilla_distill.workers.files.reading.documents import documents
from argilla_distill.workers.files.reading.input_file import DAMAGED, NO_WORKBOOK, InputFile
from argilla_distill.workers.files.reading.mistakes import Unreadable

LONGEST_CELL = 2**31 - 1
"""Characters. Python's own limit is 131,072; texts of records may be longer."""

SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "|"}

FIRST = 1_000
"""Objects of a JSON file whose keys are its columns."""


class Rows(Protocol):
    """A header and rows.

    Attributes
    ----------
    header : names of the columns
    unit : what is between a file's name and a row's number, for example ``:``
    notes : what was taken for granted
    separator : of a CSV file; else empty
    """

    header: list[str]
    unit: str
    notes: list[str]
    separator: str

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        """The number of each row, and its cells."""
        ...


def rows_of(source: InputFile, columns: ColumnPositions) -> Rows:
    """The rows of a file.

    Raises
    ------
    Unreadable : it cannot be read; also while its rows are read.
    """
    if source.kind == "csv":
        return CsvRows(source, columns)
    if source.kind == "json":
        unit, found = documents(source)
        return ObjectRows(unit, found, source.notes())
    if source.kind == "excel":
        return ExcelRows(source)
    return ArrowRows(source)


class CsvRows:
    """Rows of a CSV file. What is not text or not CSV is the end.

    Rows of empty cells are passed over.
    """

    unit = ":"

    def __init__(self, source: InputFile, columns: ColumnPositions) -> None:
        csv.field_size_limit(LONGEST_CELL)
        self.notes = source.notes()
        self.separator, skip = _separator(source, columns)
        if self.separator != ",":
            name = SEPARATORS.get(self.separator, self.separator)
            self.notes.append(f"{source.name}: read with {name} as separator")
        self._lines = _csv_lines(source, self.separator, skip)
        self.header = next((_stripped(row) for _, row in self._lines if any(_stripped(row))), [])

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        for line, cells in self._lines:
            if cells[0].strip() or any(_stripped(cells)):
                yield line, cells


class ObjectRows:
    """Rows of a JSON file: one object each."""

    separator = ""

    def __init__(
        self, unit: str, found: Iterable[tuple[int, dict[str, Any]]], notes: list[str]
    ) -> None:
        self.unit = unit
        self.notes = notes
        objects = iter(found)
        self._first = list(islice(objects, FIRST))
        self._rest = objects
        self.header = list(dict.fromkeys(key for _, each in self._first for key in each))

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        header = self.header
        for number, each in chain(self._first, self._rest):
            yield number, [as_cell(each.get(key)) for key in header]


class ExcelRows:
    """Rows of the first sheet of an Excel file."""

    unit = ":"
    separator = ""

    def __init__(self, source: InputFile) -> None:
        try:
            import openpyxl
        except ImportError:
            raise Unreadable(
                f"{source.name}: this is an Excel file; to read it, install openpyxl "
                "(pip install 'argilla-distill[excel]'), or save it as CSV"
            ) from None
        self.notes: list[str] = []
        with source.open() as file:
            packed = io.BytesIO(file.read())
        with _of_a_workbook(source):
            book = openpyxl.load_workbook(packed, read_only=True, data_only=True)
            first, *others = book.sheetnames
            cells_of = book[first].iter_rows(values_only=True)
        if others:
            self.notes.append(f"{source.name}: only the sheet {first!r} is read")
        self._rows = enumerate(_whole(source, cells_of), 1)
        cells = next((cells for _, cells in self._rows if any(c is not None for c in cells)), ())
        self.header = [as_cell(cell).strip() for cell in cells]
        while self.header and not self.header[-1]:
            self.header.pop()

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        width = len(self.header)
        for number, cells in self._rows:
            if any(cell is not None for cell in cells):
                row = [as_cell(cell) for cell in cells]
                while len(row) > width and not row[-1]:
                    row.pop()
                yield number, row + [""] * (width - len(row))


def _whole(source: InputFile, rows: Iterator[Any]) -> Iterator[Any]:
    with _of_a_workbook(source):
        yield from rows


@contextmanager
def _of_a_workbook(source: InputFile) -> Iterator[None]:
    """Raises Unreadable where its parts are damaged, or are none of a workbook."""
    try:
        yield
    except (*DAMAGED, *NO_WORKBOOK) as error:
        why = str(error) or type(error).__name__
        raise Unreadable(f"{source.name}: this Excel file is damaged: {why}") from error


class ListedRows:
    """Rows that are there already."""

    separator = ""

    def __init__(self, header: list[str], rows: Sequence[Sequence[str]], unit: str) -> None:
        self.header = header
        self.unit = unit
        self.notes: list[str] = []
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        return iter(enumerate(self._rows, 1))


def _csv_lines(source: InputFile, separator: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    line = 1 + skip
    try:
        with source.text() as text:
            for _ in range(skip):
                text.readline()
            reader = csv.reader(text, delimiter=separator, strict=True)
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1 + skip
    except UnicodeError:
        raise source.not_text() from None
    except csv.Error as error:
        raise Unreadable(f"{source.name}:{line}: not CSV: {_cause(error)}") from error
    except DAMAGED as error:
        raise Unreadable(f"{source.name}: it is damaged: {error}") from error


def _separator(source: InputFile, columns: ColumnPositions) -> tuple[str, int]:
    """What separates cells, and how many lines are before the header."""
    head = source.head.decode(source.encoding, errors="ignore")
    said = re.match(r'sep=([^"\r])\r?\n', head)  # Excel's own hint
    if said:
        return said[1], 1
    best, found = (-1, -1), ","
    for separator in SEPARATORS:
        try:
            lines = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
            header = next((row for row in map(_stripped, lines) if any(row)), [])
        except csv.Error:
            continue
        if (merit := (columns.count(header), len(header))) > best:
            best, found = merit, separator
    return found, 0


def _stripped(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _cause(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quote is never closed"
    if "expected after" in str(error):
        return f"{error}; a quote within a quoted cell is written twice"
    return str(error)
