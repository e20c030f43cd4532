"""A version's files as they are written, part by part, and the digest of what is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import VersionFile
from argilla_distill.plugin.storage.storage import sha256_of

ROWS = 50_000
"""Rows of a file."""

GROUP = 5_000
"""Rows that are held before they are written, and so read at once."""

HELD = 250
"""Rows that are held as dicts; the others of a group are Arrow's, which are a tenth as large."""

WHOLE = 2**256


class Parts:
    """Parquet files of one table: `records-train-00000.parquet` and so on, zstd."""

    def __init__(self, folder: Path, stem: str, schema: pa.Schema, first: int = 0) -> None:
        self._folder = folder
        self.stem = stem
        self._schema = schema
        self._number = first
        self._held: list[Mapping[str, Any]] = []
        self._tables: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None
        self._rows = 0
        self.files: list[VersionFile] = []

    @property
    def next(self) -> int:
        """The number of the next file."""
        return self._number

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row."""
        self._held.append(row)
        if len(self._held) >= HELD:
            self._take()
        if len(self._tables) * HELD >= GROUP:
            self._write()
        if self._rows >= ROWS:
            self.close()

    def close(self) -> None:
        """End the file in hand, if there is one; the next row begins another."""
        self._write()
        if self._writer is None:
            return
        self._writer.close()
        self.files.append(described_file(self._folder / self._name, self._rows))
        self._writer, self._rows = None, 0
        self._number += 1

    def empty(self) -> None:
        """A table without a row has a file as well: its columns are known by it."""
        if not self.files and self._number == 0:
            self._open()
            self.close()

    @property
    def _name(self) -> str:
        return f"{self.stem}-{self._number:05}.parquet"

    def _open(self) -> pq.ParquetWriter:
        if self._writer is None:
            path = self._folder / self._name
            self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        return self._writer

    def _take(self) -> None:
        if self._held:
            self._tables.append(pa.Table.from_pylist(self._held, self._schema))
            self._held = []

    def _write(self) -> None:
        self._take()
        if self._tables:
            group = pa.concat_tables(self._tables).combine_chunks()
            self._open().write_table(group)
            self._rows += len(group)
            self._tables = []


def described_file(path: Path, rows: int) -> VersionFile:
    """A file with its size and digest."""
    with path.open("rb") as file:
        return VersionFile(path.name, rows, path.stat().st_size, sha256_of(file))


def rows_of(path: Path) -> int:
    """How many rows a file has."""
    return int(pq.read_metadata(path).num_rows)


def digest(record: Sequence[Any], so_far: int = 0) -> int:
    """The digest of records in any order, whatever files they are in: the sum of their hashes mod 2^256.

    Records of a version differ from each other, so that none can make up for another.

    Parameters
    ----------
    record : its row and its votes, in their order.

    >>> one, other = [{"a": 1}, []], [{"a": 2}, []]
    >>> digest(one, digest(other)) == digest(other, digest(one)), digest(one) == digest(other)
    (True, False)
    """
    text = _CANONICAL.encode(record)
    return (so_far + int.from_bytes(sha256(text.encode()).digest(), "big")) % WHOLE


def _moment(value: object) -> int:
    """A moment as it was before Arrow had it: ms since the epoch."""
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is in no row")
    return round(value.timestamp() * 1000)


_CANONICAL = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, default=_moment, check_circular=False
)
