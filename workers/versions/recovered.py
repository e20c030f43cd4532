"""Records whose fields or metadata are no longer what they were: as they stand in earlier versions.

The history holds digests of them, not what they said. A version that was made then holds that; what is
taken from it is what has the digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, BinaryIO, NamedTuple

import pyarrow.parquet as pq

from argilla_distill.domain.history.record_state import RECORD, digest, digest_of_fields
from argilla_distill.workers.versions.spool import EarlierRow, Spool
from argilla_distill.workers.versions.standing import state_of

COLUMNS = ["record_id", "external_id", "fields", "metadata"]

ROWS = 5_000
"""Rows of a file that are read at once."""


class Lacking(NamedTuple):
    """What is to be found of a record, by its digest; "" for what is there."""

    fields: str
    metadata: str


def lacking_in(spool: Spool, bucket: str) -> dict[str, Lacking]:
    """Record → what is to be found, of those that stood at the position and are now different, or gone."""
    told = spool.entries(bucket, RECORD)
    if not told:  # the history is older than such entries
        return {}
    rows, found = spool.records(bucket), {}
    for record_id, entries in told.items():
        state, row = state_of(entries), rows.get(record_id)
        if state is None or state.gone:
            continue
        fields = "" if row and digest_of_fields(row.fields) == state.fields else state.fields
        same = row and digest([row.metadata, row.external_id]) == state.metadata
        metadata = "" if same else state.metadata
        if fields or metadata:
            found[record_id] = Lacking(fields, metadata)
    return found


def recovered(
    file: BinaryIO, lacking: MutableMapping[str, Lacking], types: Mapping[str, str]
) -> Iterator[list[EarlierRow]]:
    """What a file of the table `records` has of what is lacking, which is lacking no longer then.

    Parameters
    ----------
    types : name of a field → Argilla's type.
    """
    for batch in pq.ParquetFile(file).iter_batches(ROWS, columns=COLUMNS):
        rows = []
        for place, record_id in enumerate(batch.column("record_id").to_pylist()):
            if record_id in lacking:
                row = _row(batch.slice(place, 1).to_pylist()[0], types)
                rows += _found(row, lacking)
        yield rows


def _found(row: EarlierRow, lacking: MutableMapping[str, Lacking]) -> list[EarlierRow]:
    """The part of a row that is lacking; none where it was something else then as well."""
    wanted = lacking[row.id]
    fields = wanted.fields if wanted.fields == digest_of_fields(row.fields or {}) else ""
    metadata = wanted.metadata if wanted.metadata == digest([row.metadata, row.external_id]) else ""
    if not fields and not metadata:
        return []
    left = Lacking("" if fields else wanted.fields, "" if metadata else wanted.metadata)
    if any(left):
        lacking[row.id] = left
    else:
        del lacking[row.id]
    return [
        row._replace(
            fields=row.fields if fields else None,
            metadata=row.metadata if metadata else None,
        )
    ]


def _row(row: Mapping[str, Any], types: Mapping[str, str]) -> EarlierRow:
    """A row of the table `records`, as Argilla had the record."""
    fields = {
        name: json.loads(value) if types.get(name) == "custom" else value
        for name, value in row["fields"].items()
        if value is not None
    }
    return EarlierRow(
        row["record_id"], fields, json.loads(row["metadata"] or "{}"), row["external_id"]
    )
