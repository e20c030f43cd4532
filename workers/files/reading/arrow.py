"""Rows of Parquet files and of Arrow's own; labels by name where Hugging Face keeps numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from argilla_distill.workers.files.reading.as_text import as_cell
from argilla_distill.workers.files.reading.input_file import DAMAGED, InputFile
from argilla_distill.workers.files.reading.mistakes import Unreadable

BATCH = 20_000
"""Rows of a Parquet file that are unpacked at a time."""


class ArrowRows:
    """Rows of a Parquet file or of Arrow's own; labels by name where Hugging Face keeps numbers."""

    unit = ", row "
    separator = ""

    def __init__(self, source: InputFile) -> None:
        self.notes: list[str] = []
        self._source = source
        self._batches = arrow_batches(source)
        self._schema = next(self._batches)
        self.header = [str(name) for name in self._schema.names]
        self._names = _class_names(self._schema.metadata)

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        number = 0
        for batch in self._batches:
            columns = [self._cells(n, batch.column(n)) for n in range(len(self.header))]
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, cells

    def _cells(self, n: int, column: Any) -> list[str]:
        names = self._names.get(self.header[n])
        with texts_of(self._source):
            values = values_of(column)
            if names:
                values = [class_name(names, value) for value in values]
            return list(map(as_cell, values))


def arrow_records(sources: Iterable[InputFile]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of Parquet or Arrow files as objects, labels by name."""
    number = 0
    for source in sources:
        batches = arrow_batches(source)
        names = _class_names(next(batches).metadata)
        for batch in batches:
            with texts_of(source):
                columns = [values_of(column) for column in batch.columns]
            keys = batch.schema.names
            for cells in zip(*columns, strict=True):
                record = dict(zip(keys, cells, strict=True))
                number += 1
                for column in names.keys() & record.keys():
                    record[column] = class_name(names[column], record[column])
                yield number, record


def arrow_batches(source: InputFile) -> Iterator[Any]:
    """The schema of a Parquet or Arrow file, and then its rows, some at a time."""
    import pyarrow as arrow
    from pyarrow import parquet

    kind = source.kind  # before it is opened: to tell, it is opened as well
    try:
        with texts_of(source), source.open() as file:
            if kind == "parquet":
                table = parquet.ParquetFile(file)
                yield table.schema_arrow
                yield from table.iter_batches(batch_size=BATCH)
            elif kind == "arrow":
                stream = arrow.ipc.open_stream(file)
                yield stream.schema
                yield from stream
            else:
                whole = arrow.ipc.open_file(file)
                yield whole.schema
                for n in range(whole.num_record_batches):
                    yield whole.get_batch(n)
    except (arrow.ArrowException, *DAMAGED) as error:
        raise Unreadable(
            f"{source.name}: it is damaged: {str(error).partition(chr(10))[0]}"
        ) from error


@contextmanager
def texts_of(source: InputFile) -> Iterator[None]:
    """Raises Unreadable where a text, or a column's name, is no UTF-8: Arrow looks only when it is read."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise Unreadable(f"{source.name}: a text in it is not UTF-8: {error.reason}") from error


def values_of(column: Any) -> list[Any]:
    """A column as Python has it; times that it has not (nanoseconds, the year 10000) as texts.

    >>> import pyarrow
    >>> values_of(pyarrow.array([None, 3_000_000], pyarrow.date32()))
    [None, '10183-09-21']
    """
    import pyarrow as arrow

    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        raise
    except (ValueError, OverflowError):
        kind = column.type
        if getattr(kind, "tz", None):  # one that this computer does not know
            column = column.cast(arrow.timestamp(kind.unit, "UTC"))
        return list(column.cast(arrow.string()).to_pylist())


def class_name(names: Sequence[str], value: Any) -> Any:
    """The label whose number is in a column, or in lists of a column."""
    if isinstance(value, list):
        return [class_name(names, each) for each in value]
    return names[value] if isinstance(value, int) and 0 <= value < len(names) else None


def _class_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """Columns whose labels Hugging Face keeps as numbers -> the labels."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError):
        return {}
    found = {}
    for column, feature in features.items():
        inner = feature if isinstance(feature, dict) else {}
        inner = inner.get("feature", inner)
        if isinstance(inner, dict) and inner.get("_type") == "ClassLabel":
            found[column] = [str(name) for name in inner["names"]]
    return found
