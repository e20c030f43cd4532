"""The file of one part of a history, as it is written: a row group for what is read at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.history.archived import ArchivedPart, Group
from argilla_distill.plugin.storage.history_files import COLUMNS
from argilla_distill.plugin.storage.storage import sha256_of
from argilla_distill.plugin.store.shapes.history_shapes import StoredEntry

GROUP = 2_000
"""Entries that are read at once, at most: one that is looked for takes some milliseconds."""

GROUP_CHARACTERS = 2_000_000
"""So many characters of entries end a group too: long texts may be answers."""

SCHEMA = pa.schema([pa.field(name, pa.string(), nullable=False) for name in COLUMNS])


class PartFile:
    """One part in the making. `digest_` is that of its entries' texts, in their order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = pq.ParquetWriter(
            path,
            SCHEMA,
            version="1.0",
            data_page_version="1.0",
            compression="gzip",
            compression_level=6,
            use_dictionary=False,
            write_statistics=["id"],
        )
        self._held: list[StoredEntry] = []
        self._characters = 0
        self._counts: list[tuple[str, int]] = []
        self._digest = sha256()
        self.last = ""
        self.entries = 0

    @property
    def digest_(self) -> str:
        """Of what was added so far."""
        return self._digest.hexdigest()

    def add(self, entries: Iterable[StoredEntry]) -> None:
        """Further entries, in their order."""
        for entry in entries:
            self._held.append(entry)
            self._digest.update(_bytes(entry))
            self._characters += sum(map(len, entry))
            self.last = entry.id
            self.entries += 1
            if len(self._held) >= GROUP or self._characters >= GROUP_CHARACTERS:
                self._write()

    def close(self) -> ArchivedPart:
        """Write the rest; what is to be noted of the part. At least one entry was added."""
        if self._held:
            self._write()
        self._writer.close()
        written = pq.read_metadata(self._path)
        groups = []
        for number, (first, count) in enumerate(self._counts):
            about = written.row_group(number)
            columns = [about.column(n) for n in range(about.num_columns)]
            start = columns[0].data_page_offset
            groups.append(Group(first, count, start, sum(c.total_compressed_size for c in columns)))
        with self._path.open("rb") as file:
            digest = sha256_of(file)
        first, size = self._counts[0][0], self._path.stat().st_size
        name = f"{first}_{self.last}_{digest[:8]}.parquet"
        return ArchivedPart(name, first, self.last, size, digest, tuple(groups))

    def abandon(self) -> None:
        """End it as it is: it is of no use."""
        self._writer.close()

    def _write(self) -> None:
        columns = zip(*self._held, strict=True)
        table = pa.Table.from_arrays([_column(texts) for texts in columns], schema=SCHEMA)
        self._writer.write_table(table, row_group_size=len(self._held))
        self._counts.append((self._held[0].id, len(self._held)))
        self._held, self._characters = [], 0


def _column(texts: Sequence[str]) -> pa.StringArray:
    """What `pyarrow.array` makes of texts, which loads pandas for it: a second, and 70 MB."""
    encoded = [text.encode() for text in texts]
    ends = array("i", accumulate(map(len, encoded), initial=0))
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    )


def digest_of(entries: Iterable[StoredEntry]) -> str:
    """The digest of entries that were read again, as `PartFile.digest_` is."""
    found = sha256()
    for entry in entries:
        found.update(_bytes(entry))
    return found.hexdigest()


def _bytes(entry: StoredEntry) -> bytes:
    """An entry's texts, each with an end that is in none of them: JSON and ids escape it."""
    return "\x1f".join(entry).encode() + b"\n"
