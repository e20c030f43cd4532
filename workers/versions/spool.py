"""What a version is made of, on this machine's disk while it is made: records and history, by record.

Rows of a version are sorted by record id, and neither Argilla nor the history comes in that order. So
both are written into buckets, by the first characters of the record's id, and read bucket by bucket:
memory holds one bucket. What was written is kept over a kill; where it was read to is `mark`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.records import Record
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store.shapes import history_shapes

_LINE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_FIELDS = tuple(history_shapes.entry_fields(Entry("")))

HELD = 4_000_000
"""Characters that are held before they are written."""

PREFIX = 2
"""Characters of a record's id that name its bucket: 256 buckets of UUIDs."""


@dataclass(frozen=True)
class RecordRow:
    """One record as it was read, with its group; `created_at` in ms since the epoch, 0 for unknown."""

    id: str
    fields: Mapping[str, Any]
    metadata: Mapping[str, Any]
    external_id: str | None
    group: str
    status: str
    created_at: int = 0


@dataclass(frozen=True)
class EarlierRow:
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
        self._held: dict[Path, list[str]] = {}
        self._size = 0
        folder.mkdir(parents=True, exist_ok=True)

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
        self._append("records", ((row.id, vars(row)) for row in rows))

    def add_rows(self, rows: Iterable[EarlierRow]) -> None:
        """Write what records once were: it takes the place of what is known of them so far."""
        self._append("earlier", ((row.id, vars(row)) for row in rows))

    def add_entries(self, entries: Iterable[Entry]) -> None:
        """Write entries of the history. One that comes again is one."""
        self._append("entries", ((entry.record, _row(entry)) for entry in entries))

    def buckets(self) -> list[str]:
        """The buckets, in the order of record ids."""
        self._write()
        names = {path.name.split("-", 1)[1] for path in self.folder.glob("*-*.jsonl")}
        return sorted(bytes.fromhex(name.removesuffix(".jsonl")).decode() for name in names)

    def records(self, bucket: str) -> dict[str, RecordRow]:
        """The records of a bucket by id, sorted."""
        rows = {row["id"]: RecordRow(**row) for row in self._read("records", bucket)}
        for row in self._read("earlier", bucket):
            earlier = _as_it_was(rows.get(row["id"]), EarlierRow(**row))
            if earlier is not None:
                rows[earlier.id] = earlier
        return dict(sorted(rows.items()))

    def entries(self, bucket: str) -> dict[str, list[Entry]]:
        """Record → its entries, in the order in which they came."""
        by_id = {row[0]: row for row in self._read("entries", bucket)}
        found: dict[str, list[Entry]] = {}
        for entry_id in sorted(by_id, key=place):
            entry = _entry(by_id[entry_id])
            found.setdefault(entry.record, []).append(entry)
        return found

    def mark(self, name: str, at: Mapping[str, Any]) -> None:
        """Remember, over a kill, how far something has come; what was added before is written first."""
        self._write()
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

    def _append(self, kind: str, rows: Iterable[tuple[str, Any]]) -> None:
        for record_id, row in rows:
            line = _LINE.encode(row)
            self._held.setdefault(self._path(kind, record_id[:PREFIX]), []).append(line)
            self._size += len(line)

    def _write(self) -> None:
        """Whole lines: what a kill cuts short is the last line of a file, which is read past."""
        for path, lines in self._held.items():
            with path.open("a", encoding="utf-8") as file:
                file.write("\n" + "\n".join(lines))
        self._held, self._size = {}, 0

    def _read(self, kind: str, bucket: str) -> Iterator[Any]:
        self._write()
        path = self._path(kind, bucket)
        if not path.exists():
            return
        with path.open(encoding="utf-8") as file:
            for line in file:
                row = _whole(line)
                if row is not None:
                    yield row

    def _path(self, kind: str, bucket: str) -> Path:
        return self.folder / f"{kind}-{bucket.encode().hex()}.jsonl"


def making_place(storage: Storage, dataset_id: str, name: str) -> Path:
    """Where what is long in the making is kept: beside the storage on a disk, else where this machine does.

    Parameters
    ----------
    name : of a version, or of what else is made for the dataset.
    """
    on_disk = storage.on_disk
    beside = on_disk / ".making" if on_disk else Path(gettempdir()) / "argilla-distill-making"
    return beside / dataset_id / name.replace(":", "~")


def place(entry_id: str) -> tuple[int, int]:
    """The place of an entry in the history.

    >>> place("12-3") < place("12-10") < place("100-0")
    True
    """
    moment, _, number = entry_id.partition("-")
    return int(moment), int(number or 0)


def _as_it_was(today: RecordRow | None, earlier: EarlierRow) -> RecordRow | None:
    """A record with what it once was; None where its fields are not known."""
    if today is None:
        if earlier.fields is None:
            return None
        today = RecordRow(earlier.id, {}, {}, None, "", "")
    if earlier.fields is not None:
        today = replace(today, fields=earlier.fields, group=earlier.group)
    if earlier.metadata is not None:
        today = replace(today, metadata=earlier.metadata, external_id=earlier.external_id)
    return today


def _row(entry: Entry) -> list[str | int]:
    """An entry as a line: its id, then its fields in the order of the history's."""
    return [entry.id, *history_shapes.entry_fields(entry).values()]


def _entry(row: Sequence[str | int]) -> Entry:
    """The inverse of `_row`."""
    entry_id, *values = map(str, row)
    return history_shapes.entry_of_texts(entry_id, dict(zip(_FIELDS, values, strict=True)))


def _whole(line: str) -> Any:
    """What a line says; None if it is empty or was cut short."""
    try:
        return json.loads(line) if line.strip() else None
    except json.JSONDecodeError:
        return None
