"""Records whose fields or metadata are no longer what they were: as they stand in earlier versions.

The history holds digests of them, not what they said. A version that was made then holds that; what is
taken from it is what has the digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

import pyarrow.parquet as pq

from argilla_distill.domain.history.record_state import RecordState, digest, digest_of_fields
from argilla_distill.workers.versions.spool import RecordRow, Spool
from argilla_distill.workers.versions.standing import state_of

COLUMNS = ["record_id", "external_id", "fields", "metadata", "group"]


def wanted(spool: Spool, bucket: str) -> dict[str, RecordState]:
    """Record → what it was, of those that stood at the position and are now different, or gone."""
    rows, found = spool.records(bucket), {}
    for record_id, entries in spool.entries(bucket).items():
        state, row = state_of(entries), rows.get(record_id)
        if state is None or state.gone:
            continue
        if row is None or not _same_fields(row, state) or not _same_metadata(row, state):
            found[record_id] = state
    return found


def recovered(
    file: BinaryIO,
    states: Mapping[str, RecordState],
    today: Mapping[str, RecordRow],
    types: Mapping[str, str],
) -> Iterator[RecordRow]:
    """The records of a version's file that are what they were, or nearer to it than today's are.

    Parameters
    ----------
    file : of the table `records`.
    states : record → what it was.
    today : record → what is known of it so far.
    types : name of a field → Argilla's type.
    """
    for batch in pq.ParquetFile(file).iter_batches(5_000, columns=COLUMNS):
        for place, record_id in enumerate(batch.column("record_id").to_pylist()):
            if record_id in states:
                row = _row(batch.slice(place, 1).to_pylist()[0], types)
                better = _better(row, today.get(record_id), states[record_id])
                if better is not None:
                    yield better


def _better(row: RecordRow, today: RecordRow | None, state: RecordState) -> RecordRow | None:
    """The record with what an earlier row knows of it; None where that is nothing new."""
    if _same_fields(row, state):
        if today is None or not _same_fields(today, state):
            found = row if today is None else replace(today, fields=row.fields, group=row.group)
        else:
            found = today
        if _same_metadata(row, state):
            return replace(found, metadata=row.metadata, external_id=row.external_id)
        return found if found is not today else None
    if today is not None and _same_metadata(row, state) and not _same_metadata(today, state):
        return replace(today, metadata=row.metadata, external_id=row.external_id)
    return None


def is_whole(row: RecordRow, state: RecordState) -> bool:
    """Whether a record is what it was."""
    return _same_fields(row, state) and _same_metadata(row, state)


def rows_of(spool: Spool, ids: Iterable[str]) -> dict[str, RecordRow]:
    """What is known so far of these records."""
    found = {}
    for bucket in sorted({Spool.bucket_of(record_id) for record_id in ids}):
        found.update(spool.records(bucket))
    return {record_id: row for record_id, row in found.items() if record_id in set(ids)}


def _row(row: Mapping[str, Any], types: Mapping[str, str]) -> RecordRow:
    """A row of the table `records`, as Argilla had the record."""
    fields = {
        name: json.loads(value) if types.get(name) == "custom" else value
        for name, value in row["fields"].items()
        if value is not None
    }
    metadata = json.loads(row["metadata"] or "{}")
    return RecordRow(row["record_id"], fields, metadata, row["external_id"], row["group"] or "", "")


def _same_fields(row: RecordRow, state: RecordState) -> bool:
    return digest_of_fields(row.fields) == state.fields


def _same_metadata(row: RecordRow, state: RecordState) -> bool:
    return digest([row.metadata, row.external_id]) == state.metadata
