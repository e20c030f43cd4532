"""What was exported as a file: Parquet, CSV or JSON Lines.

In CSV a struct's parts are columns with a dot between (`soft_label.yes`), lists are JSON. Times are ISO
8601 in CSV and JSON Lines.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.exports.export import Exported
from argilla_distill.exports.readable_version import Row
from argilla_distill.exports.request import TRAINING, InvalidExport

Kind = Literal["parquet", "csv", "jsonl"]

ENDINGS: Mapping[str, Kind] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}

ROWS = 1_000
"""Rows that are written at once."""

Progress = Callable[[int], None]


def kind_of(name: str) -> Kind:
    """The kind of file by its ending.

    Raises
    ------
    InvalidExport : an ending that names none.

    >>> kind_of("pairs.JSONL")
    'jsonl'
    """
    for ending, kind in ENDINGS.items():
        if name.casefold().endswith(ending):
            return kind
    raise InvalidExport(f"{name}: a file ends in .parquet, .csv or .jsonl")


def check(exported: Exported, format_: str, kind: Kind) -> None:
    """See to it that a kind of file can hold a format.

    Raises
    ------
    InvalidExport : messages and steps are lists, which CSV does not know.
    """
    lists = [f.name for f in exported.schema if pa.types.is_list(f.type)]
    if kind == "csv" and format_ in TRAINING and lists:
        raise InvalidExport(
            f"CSV has no lists, and {lists[0]} is one: write a .jsonl or .parquet file"
        )


def write(exported: Exported, file: BinaryIO, kind: Kind, progress: Progress) -> int:
    """Write all rows; return how many.

    Parameters
    ----------
    progress : called with how many rows are written.
    """
    writer = {"parquet": _parquet, "csv": _csv, "jsonl": _jsonl}[kind]
    count = 0
    for count in writer(exported, file):
        progress(count)
    return count


def _parquet(exported: Exported, file: BinaryIO) -> Iterator[int]:
    count = 0
    with pq.ParquetWriter(file, exported.schema, compression="zstd") as writer:
        while rows := list(islice(exported.rows, ROWS)):
            writer.write_table(pa.Table.from_pylist(rows, exported.schema))
            count += len(rows)
            yield count


def _jsonl(exported: Exported, file: BinaryIO) -> Iterator[int]:
    names = exported.schema.names
    encode = json.JSONEncoder(ensure_ascii=False, default=_moment).encode
    for count, row in enumerate(exported.rows, 1):
        file.write((encode({name: row.get(name) for name in names}) + "\n").encode())
        yield count


def _csv(exported: Exported, file: BinaryIO) -> Iterator[int]:
    columns = list(_columns(exported.schema))
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    try:
        table = csv.writer(text, lineterminator="\n")
        table.writerow([".".join(path) for path in columns])
        for count, row in enumerate(exported.rows, 1):
            table.writerow([_cell(row, path) for path in columns])
            yield count
    finally:
        text.detach()


def _columns(fields: pa.Schema | pa.StructType) -> Iterator[tuple[str, ...]]:
    """The paths of all columns, structs taken apart."""
    for field in fields:
        if pa.types.is_struct(field.type):
            yield from ((field.name, *rest) for rest in _columns(field.type))
        else:
            yield (field.name,)


def _cell(row: Row, path: tuple[str, ...]) -> object:
    value: Any = row
    for name in path:
        value = None if value is None else value.get(name)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_moment)
    return _moment(value) if isinstance(value, datetime) else value


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
