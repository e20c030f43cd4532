"""A version's rows, read again: a range of record ids at a time, and only the columns that are asked for.

Rows are sorted by record id within each file, and a file tells the ids of each group of its rows. So a
range is read without what lies before it, and memory holds one range.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.lib import ArrowException

from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.storage.storage import Storage

ID = "record_id"

UNREADABLE = (ArrowException, OSError)
"""What is raised where a file is missing, damaged or out of reach."""


@dataclass(frozen=True)
class IdRange:
    """Record ids from `low` on, to `high` and without it; None is the end."""

    low: str
    high: str | None


def id_ranges(ids: pa.Array, size: int) -> Iterator[IdRange]:
    """Ranges that hold so many of these sorted ids each, from the first id there may be to the last.

    >>> [(r.low, r.high) for r in id_ranges(pa.array(["a", "b", "c"]), 2)]
    [('', 'c'), ('c', None)]
    """
    bounds = ["", *(ids[n].as_py() for n in range(size, len(ids), size))]
    for n, low in enumerate(bounds):
        yield IdRange(low, bounds[n + 1] if n + 1 < len(bounds) else None)


class VersionRows:
    """The rows of one version."""

    def __init__(self, storage: Storage, manifest: Manifest) -> None:
        self._storage = storage
        self.manifest = manifest

    def ids(self) -> pa.Array:
        """All record ids, sorted."""
        tables = [file.read(columns=[ID]).column(ID) for file in self._files("records")]
        chunks = [chunk for table in tables for chunk in table.chunks]
        found = pa.chunked_array(chunks, pa.string()).combine_chunks()
        return pc.take(found, pc.sort_indices(found))

    def records(self, within: IdRange, columns: Sequence[str]) -> pa.Table:
        """These columns of a range's records, sorted by id. `question.value` is part of a struct."""
        return self._read("records", within, columns)

    def votes(self, within: IdRange, columns: Sequence[str]) -> pa.Table:
        """These columns of a range's votes, sorted by record id."""
        return self._read("votes", within, columns)

    def _read(self, table: str, within: IdRange, columns: Sequence[str]) -> pa.Table:
        wanted = [ID, *columns]
        parts = []
        for file in self._files(table):
            groups = [g for g in range(file.num_row_groups) if _meets(file.metadata, g, within)]
            parts.append(_within(file.read_row_groups(groups, wanted), within))
        found = pa.concat_tables(parts)
        return found.take(pc.sort_indices(found.column(ID))).combine_chunks()

    def _files(self, table: str) -> list[pq.ParquetFile]:
        return [file for name, file in self._opened if name.startswith(f"{table}-")]

    @cached_property
    def _opened(self) -> list[tuple[str, pq.ParquetFile]]:
        of = (self.manifest.dataset_id, self.manifest.name)
        paths = [f.path for f in self.manifest.files if f.path.endswith(".parquet")]
        return [(path, pq.ParquetFile(self._storage.open(*of, path))) for path in paths]

    def close(self) -> None:
        """Close its files."""
        for _, file in self.__dict__.pop("_opened", ()):
            file.close(force=True)


def _meets(metadata: Any, group: int, within: IdRange) -> bool:
    """Whether a group of rows may have rows of a range."""
    found = metadata.row_group(group).column(0).statistics
    if found is None or not found.has_min_max:
        return True
    return found.max >= within.low and (within.high is None or found.min < within.high)


def _within(table: pa.Table, within: IdRange) -> pa.Table:
    ids = table.column(ID)
    inside = pc.greater_equal(ids, within.low)
    if within.high is not None:
        inside = pc.and_(inside, pc.less(ids, within.high))
    return table.filter(inside)
