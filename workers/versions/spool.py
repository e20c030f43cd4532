"""What a version is made of, on this machine's disk while it is made: records and history, by record.

Rows of a version are sorted by record id, and neither Argilla nor the history comes in that order. So
both are written into buckets, by the first characters of the record's id, and read bucket by bucket:
memory holds one bucket. What was written is kept over a kill; where it was read to is `mark`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple

from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.archived import place
from argilla_distill.domain.records import Record
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store.shapes.history_shapes import StoredEntry

_LINE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)

BETWEEN = "\x1f"
"""Stands behind each text of an entry. No text of one has it, nor an end of line: JSON escapes both."""

WHOLE = len(StoredEntry._fields) + 1
"""Parts of a line that no kill has cut short."""

KIND = StoredEntry._fields.index("kind")

HELD = 4_000_000
"""Characters that are held before they are written into their buckets."""

HELD_FILE = "held"
"""Has what is held, over a kill: to write a little into 256 files takes longer than an answer may wait."""

SUFFIX = ".lines"

PREFIX = 2
"""Characters of a record's id that name its bucket: 256 buckets of UUIDs."""


class RecordRow(NamedTuple):
    """One record as it was read, with its group; `created_at` in ms since the epoch, 0 for unknown."""

    id: str
    fields: Mapping[str, Any]
    metadata: Mapping[str, Any]
    external_id: str | None
    group: str
    status: str
    created_at: int = 0


class EarlierRow(NamedTuple):
    """What is known of a record as it once was; None where that is not known, and today's counts.

    The external id belongs to the metadata, the group to the fields.
    """

    id: str
    fields: Mapping[str, Any] | None
    metadata: Mapping[str, Any] | None
    external_id: str | None = None
    group: str = ""


class Spool:
    """Buckets of records and of history entries in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._size = self._kept = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._hold_again()

    @property
    def full(self) -> bool:
        """Whether so much is held in memory that it is time for a `mark`."""
        return self._size >= HELD

    def add_records(self, records: Iterable[tuple[Record, str]]) -> None:
        """Write records with their groups. One that comes again takes the place of the first."""
        rows = (
            RecordRow(r.id, r.fields, r.metadata, r.external_id, group, r.status, r.created_at)
            for r, group in records
        )
        self._append("records", ((row.id, _LINE.encode(row)) for row in rows))

    def add_rows(self, rows: Iterable[EarlierRow]) -> None:
        """Write what records once were: it takes the place of what is known of them so far."""
        self._append("earlier", ((row.id, _LINE.encode(row)) for row in rows))

    def add_entries(self, entries: Iterable[StoredEntry]) -> None:
        """Write entries of the history. One that comes again is one."""
        lines = ((entry.record, BETWEEN.join(entry) + BETWEEN) for entry in entries)
        self._append("entries", lines)

    def buckets(self) -> list[str]:
        """The buckets, in the order of record ids."""
        self.sort_in()
        names = {path.name.split("-", 1)[1] for path in self.folder.glob(f"*-*{SUFFIX}")}
        return sorted(bytes.fromhex(name.removesuffix(SUFFIX)).decode() for name in names)

    def records(self, bucket: str) -> dict[str, RecordRow]:
        """The records of a bucket by id, sorted."""
        found = (RecordRow(*row) for row in self._rows("records", bucket))
        rows = {row.id: row for row in found}
        for row in self._rows("earlier", bucket):
            earlier = _as_it_was(rows.get(row[0]), EarlierRow(*row))
            if earlier is not None:
                rows[earlier.id] = earlier
        return dict(sorted(rows.items()))

    def entries(self, bucket: str, kind: str = "") -> dict[str, list[Entry]]:
        """Record → its entries, in the order in which they came; of one kind, if one is named."""
        rows = (line.split(BETWEEN) for line in self._lines("entries", bucket))
        by_id = {row[0]: row for row in rows if len(row) == WHOLE and kind in ("", row[KIND])}
        found: dict[str, list[Entry]] = {}
        for entry_id in sorted(by_id, key=place):
            entry = StoredEntry(*by_id[entry_id][:-1]).entry()
            found.setdefault(entry.record, []).append(entry)
        return found

    def mark(self, name: str, at: Mapping[str, Any]) -> None:
        """Remember, over a kill, how far something has come; what was added before is written first."""
        if self.full:
            self.sort_in()
        else:
            self._keep_held()
        path = self.folder / f"{name}.mark"
        path.with_suffix(".part").write_text(json.dumps(at))
        os.replace(path.with_suffix(".part"), path)

    def marked(self, name: str) -> dict[str, Any]:
        """How far it had come; empty where it was not begun."""
        path = self.folder / f"{name}.mark"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def delete(self) -> None:
        """Everything is done."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _append(self, kind: str, lines: Iterable[tuple[str, str]]) -> None:
        for record_id, line in lines:
            self._held[kind, record_id[:PREFIX]].append(line)
            self._size += len(line)

    def sort_in(self) -> None:
        """Write what is held into its buckets.

        Whole lines: what a kill cuts short is the last line of a file, which is read past. What is in a
        bucket and is still held after a kill comes again, and is one.
        """
        for (kind, bucket), lines in self._held.items():
            with self._path(kind, bucket).open("a", encoding="utf-8", newline="") as file:
                file.write("\n" + "\n".join(lines))
        self._held.clear()
        if self._kept:
            (self.folder / HELD_FILE).unlink(missing_ok=True)
        self._size = self._kept = 0

    def _keep_held(self) -> None:
        """Write what is held into one file, if it is more than that has."""
        if self._size == self._kept:
            return
        rows = (
            f"{kind}\t{bucket.encode().hex()}\t{line}"
            for (kind, bucket), lines in self._held.items()
            for line in lines
        )
        part = self.folder / f"{HELD_FILE}.part"
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write("\n".join(rows))
        os.replace(part, self.folder / HELD_FILE)
        self._kept = self._size

    def _hold_again(self) -> None:
        """Hold what was held before a kill, or in an earlier slice."""
        try:
            rows = (self.folder / HELD_FILE).read_bytes().decode("utf-8").split("\n")
        except FileNotFoundError:
            return
        try:
            for row in rows:
                kind, bucket, line = row.split("\t", 2)
                self._held[kind, bytes.fromhex(bucket).decode()].append(line)
                self._size += len(line)
            self._kept = self._size
        except ValueError:  # the machine went down before the disk had it: begin anew
            self._held.clear()
            self._size = 0
            self.delete()
            self.folder.mkdir(parents=True)

    def _lines(self, kind: str, bucket: str) -> list[str]:
        self.sort_in()
        try:
            return self._path(kind, bucket).read_bytes().decode("utf-8", "replace").split("\n")
        except FileNotFoundError:
            return []

    def _rows(self, kind: str, bucket: str) -> Iterator[Any]:
        rows = map(_whole, self._lines(kind, bucket))
        return (row for row in rows if row is not None)

    def _path(self, kind: str, bucket: str) -> Path:
        return self.folder / f"{kind}-{bucket.encode().hex()}{SUFFIX}"


def making_place(storage: Storage, dataset_id: str, name: str) -> Path:
    """Where what is long in the making is kept: beside the storage on a disk, else where this machine does.

    Parameters
    ----------
    name : of a version, or of what else is made for the dataset.
    """
    on_disk = storage.on_disk
    beside = on_disk / ".making" if on_disk else Path(gettempdir()) / "argilla-distill-making"
    return beside / dataset_id / name.replace(":", "~")


def _as_it_was(today: RecordRow | None, earlier: EarlierRow) -> RecordRow | None:
    """A record with what it once was; None where its fields are not known."""
    if today is None:
        if earlier.fields is None:
            return None
        today = RecordRow(earlier.id, {}, {}, None, "", "")
    if earlier.fields is not None:
        today = today._replace(fields=earlier.fields, group=earlier.group)
    if earlier.metadata is not None:
        today = today._replace(metadata=earlier.metadata, external_id=earlier.external_id)
    return today


def _whole(line: str) -> Any:
    """What a line says; None if it is empty or was cut short."""
    try:
        return json.loads(line) if line.strip() else None
    except json.JSONDecodeError:
        return None
