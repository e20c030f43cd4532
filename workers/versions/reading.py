"""The rows of a version that is made, read from its files: in their order, a few thousand at a time.

What cannot be read is told by the version's name, with what to do: no error of a library's reaches anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.storage import Storage

REMEDY = "see `version verify`, and put it back from a backup"

AT_ONCE = 250
"""Rows that are taken out of Arrow at once."""


def rows(
    storage: Storage,
    manifest: Manifest,
    table: str,
    first: int = 0,
    columns: Sequence[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """The rows of `records` or `votes` from number `first` on, in the order of their files.

    Files and row groups before it are not read. A version's files never change, so that a row keeps its
    number.

    Parameters
    ----------
    columns : their names, of a struct's part with a dot between; None for all. Others are not read.

    Raises
    ------
    InvalidRequest : a file is missing or damaged.
    """
    files = sorted(
        (f for f in manifest.files if f.path.startswith(f"{table}-")), key=lambda f: f.path
    )
    for file in files:
        if first >= file.rows:
            first -= file.rows
            continue
        try:
            with storage.open(manifest.dataset_id, manifest.name, file.path) as opened:
                yield from _of_file(pq.ParquetFile(opened), first, columns)
        except FileNotFoundError:
            raise InvalidRequest(f"{file.path} of {manifest.name} is missing: {REMEDY}") from None
        except pa.ArrowInvalid:
            raise InvalidRequest(f"{file.path} of {manifest.name} is damaged: {REMEDY}") from None
        first = 0


class KeptVersion(ReadableVersion):
    """A version in the storage. Each of its methods raises InvalidRequest where a file cannot be read."""

    def schema_of(self, table: str) -> pa.Schema:
        with _told(self.manifest):
            return super().schema_of(table)

    def batches(
        self, table: str, columns: Sequence[str] | None = None, splits: Iterable[str] = ()
    ) -> Iterator[pa.RecordBatch]:
        with _told(self.manifest):
            yield from super().batches(table, columns, splits)


def kept_version(storage: Storage, manifest: Manifest) -> KeptVersion:
    """A version as exports read it."""
    return KeptVersion(
        manifest, lambda path: storage.open(manifest.dataset_id, manifest.name, path)
    )


@contextmanager
def _told(manifest: Manifest) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise InvalidRequest(
            f"the files of {manifest.name} cannot be read ({error}): {REMEDY}"
        ) from error


def _of_file(
    file: pq.ParquetFile, first: int, columns: Sequence[str] | None
) -> Iterator[dict[str, Any]]:
    for group in range(file.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        if first >= size:
            first -= size
            continue
        for batch in file.iter_batches(AT_ONCE, row_groups=[group], columns=columns):
            yield from batch.slice(first).to_pylist() if first < batch.num_rows else ()
            first = max(0, first - batch.num_rows)
