"""Old entries of histories, in Parquet files beside the versions of their dataset: how these are read.

`workers.archives` writes them, with one row group for each stretch that is read at once. Every column is
text, never null, written plainly and deflated (gzip), so that whoever reads Parquet can read them; we do so
without Parquet's library, which the web process never loads. A column's bytes in a row group are pages, each
with a header in Thrift's compact protocol (`PageHeader`):
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift. Behind it each text has
its length, four bytes, before it (encoding PLAIN). gzip's own check tells of damage.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from argilla_distill.domain.history.archived import FOLDER, ArchivedPart
from argilla_distill.plugin.errors import ArchiveDamaged, ArchiveUnavailable, InvalidSettings
from argilla_distill.plugin.storage.storage import DamagedFile, Storage, sha256_of
from argilla_distill.plugin.storage.thrift import I32, STRUCT, Compact, NoParquet

COLUMNS = (
    "id",
    "kind",
    "record_id",
    "annotator",
    "status",
    "values",
    "replaced",
    "at",
    "details",
)
"""An entry's id, and its texts as Redis has them: what they mean is `plugin.store.shapes.history_shapes`."""

PLAIN, DATA_PAGE = 0, 0
"""How texts are encoded, and the kind of page that they are in."""

GZIP = 16 + zlib.MAX_WBITS
"""What zlib takes for deflated data with gzip's head and check."""

Row = tuple[str, ...]
"""An entry's texts, in the order of `COLUMNS`."""


class HistoryFiles:
    """The files of all histories.

    Parameters
    ----------
    address : where versions are kept; "": nowhere.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def put(self, dataset_id: str, name: str, made: Path) -> None:
        """Store a part's file; on the disk when this returns. Raises OSError."""
        self._storage().put_file(dataset_id, FOLDER, name, made)

    def clear(self, dataset_id: str) -> None:
        """Delete what a process left half written on a disk when it was killed."""
        storage = self._storage()
        if storage.on_disk is not None:
            for left in Path(storage.folder(dataset_id, FOLDER)).glob("*.part"):
                left.unlink(missing_ok=True)

    def delete(self, dataset_id: str, name: str) -> None:
        """Delete a part's file; none is no error. Raises OSError."""
        self._storage().delete_file(dataset_id, FOLDER, name)

    def check(self, dataset_id: str, part: ArchivedPart, wholly: bool = False) -> None:
        """See whether a part is there, and as long as it was written; `wholly`: every byte of it.

        Raises
        ------
        ArchiveUnavailable, ArchiveDamaged
        """
        folder = self._storage().version(dataset_id, FOLDER)
        try:
            if not folder.has(part.name, part.bytes):
                raise ArchiveDamaged(self._what(dataset_id, part, "is missing, or cut short"))
            if wholly:
                with folder.open(part.name) as file:
                    if sha256_of(file) != part.sha256:
                        raise ArchiveDamaged(
                            self._what(dataset_id, part, "is not what was written")
                        )
        except OSError as error:
            raise ArchiveUnavailable(
                self._what(dataset_id, part, f"is not reached: {error}")
            ) from error

    def group(self, dataset_id: str, part: ArchivedPart, number: int) -> list[Row]:
        """The entries of one group of a part, in order.

        Raises
        ------
        ArchiveUnavailable : the storage does not answer.
        ArchiveDamaged : the file is gone, or not what was written.
        """
        group = part.groups[number]
        folder = self._storage().version(dataset_id, FOLDER)
        try:
            data = folder.read(part.name, group.start, group.start + group.length)
        except FileNotFoundError:
            raise ArchiveDamaged(self._what(dataset_id, part, "is missing")) from None
        except Exception as error:  # libraries of storages raise errors of their own
            why = f"is not reached: {type(error).__name__}: {error}"
            raise ArchiveUnavailable(self._what(dataset_id, part, why)) from error
        try:
            rows = rows_of(data, group.entries)
        except (NoParquet, DamagedFile, IndexError, ValueError, zlib.error) as error:
            why = f"is not what was written ({error})"
            raise ArchiveDamaged(self._what(dataset_id, part, why)) from error
        if rows[0][0] != group.first:
            raise ArchiveDamaged(self._what(dataset_id, part, "has other entries than it had"))
        return rows

    def _storage(self) -> Storage:
        if not self._address:
            raise ArchiveUnavailable(
                "old entries of the history lie in files, and no storage is named"
            )
        try:
            return Storage(self._address)
        except InvalidSettings as error:
            raise ArchiveUnavailable(str(error)) from error

    def _what(self, dataset_id: str, part: ArchivedPart, wrong: str) -> str:
        return (
            f"{FOLDER}/{part.name} of dataset {dataset_id}, which has old entries of its history, "
            f"{wrong}; is DISTILL_VERSIONS right? Else bring it back from a backup"
        )


def rows_of(data: bytes, count: int) -> list[Row]:
    """The texts in a row group's bytes.

    Raises
    ------
    NoParquet, IndexError, ValueError, zlib.error : it is no such row group.
    """
    columns, at = [], 0
    for _ in COLUMNS:
        texts: list[str] = []
        while len(texts) < count:
            found, at = _page(data, at)
            texts += found
        if len(texts) != count:
            raise NoParquet("a column has other rows than the others")
        columns.append(texts)
    return list(zip(*columns, strict=True))


def _page(data: bytes, at: int) -> tuple[list[str], int]:
    """The texts of one page, and where the next begins."""
    head = Compact(data, at)
    numbers = _numbers(head)
    if numbers.get(1) != DATA_PAGE or numbers.get(52) != PLAIN:
        raise NoParquet("a page is not written plainly")
    end = head.at + numbers[3]
    if end > len(data):
        raise NoParquet("a page ends in the middle")
    body = zlib.decompress(data[head.at : end], GZIP)
    texts, place = [], 0
    for _ in range(numbers[51]):
        begin = place + 4
        place = begin + int.from_bytes(body[place:begin], "little")
        texts.append(body[begin:place].decode())
    if place != len(body):
        raise NoParquet("a page has other texts than it says")
    return texts, end


def _numbers(head: Compact, within: int = 0) -> dict[int, int]:
    """The numbers in a page's header: field → number, those of a data page's own header as 51, 52, …"""
    found: dict[int, int] = {}
    field = 0
    while byte := head.byte():
        field, kind = head.field(field, byte)
        if kind == I32:
            found[within + field] = head.zigzag()
        elif kind == STRUCT and field == 5 and not within:
            found |= _numbers(head, within=50)
        else:
            head.skip(kind)
    return found
