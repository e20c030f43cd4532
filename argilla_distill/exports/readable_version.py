"""A version's files, read row by row: memory holds a few hundred rows, whatever the version's size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest

Row = Mapping[str, Any]

BATCH = 500
"""Rows that are read at once."""


@dataclass(frozen=True)
class ReadableVersion:
    """A version whose files can be read.

    Attributes
    ----------
    open : from a file's path below the version's folder to its bytes; seekable.
    """

    manifest: Manifest
    open: Callable[[str], BinaryIO]

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of `records`."""
        return self.schema_of("records")

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Field → `chat` or `text`: custom fields and images are text here."""
        kinds = self.schema.field("fields").type
        return {f.name: "chat" if pa.types.is_list(f.type) else "text" for f in kinds}

    def schema_of(self, table: str) -> pa.Schema:
        """The columns of a table."""
        with self.open(self.paths(table)[0]) as file:
            return pq.read_schema(file)

    def paths(self, table: str) -> list[str]:
        """The files of a table, in order."""
        return [f.path for f in self.manifest.files if f.path.startswith(f"{table}-")]

    def batches(
        self, table: str, columns: Sequence[str] | None = None, splits: Iterable[str] = ()
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a table, a few hundred at once.

        Parameters
        ----------
        columns : their names, of a struct's part with a dot between; None for all.
        splits : of `records`, those whose files are read; empty for all.
        """
        wanted = [f"{table}-{split}" for split in splits] or [table]
        for path in (path for each in wanted for path in self.paths(each)):
            with self.open(path) as file:
                yield from pq.ParquetFile(file).iter_batches(BATCH, columns=columns)

    def rows(
        self, table: str, columns: Sequence[str] | None = None, splits: Iterable[str] = ()
    ) -> Iterator[Row]:
        """The same, row by row."""
        for batch in self.batches(table, columns, splits):
            yield from batch.to_pylist()
