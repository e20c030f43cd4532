"""A version's files as one file to download: in any ranges, in small blocks, and never as a copy.

One file is itself. Several Parquet files of a table are their row groups one after the other, with one
footer (`footer`). What is downloaded is known before it is read: its size and its digest.
"""

from __future__ import annotations

import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate

from argilla_distill.domain.versions.manifest import VersionFile
from argilla_distill.plugin.storage.footer import MAGIC, TAIL, Part, joined, length_of
from argilla_distill.plugin.storage.storage import DamagedFile, Folder
from argilla_distill.plugin.storage.thrift import NoParquet

JOINED = "joined 1"
"""How files are joined: another number where the same files come to other bytes."""

BLOCK = 262_144
"""So many bytes are read at once."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a file of the version; of `data` where there is no path."""

    path: str
    start: int
    length: int
    data: bytes = b""


@dataclass(frozen=True)
class Whole:
    """One file to download.

    Attributes
    ----------
    digest : of its bytes, where it is a file; else of its parts' digests. What has the same digest has
        the same bytes.
    """

    folder: Folder
    pieces: tuple[Piece, ...]
    digest: str

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(piece.length for piece in self.pieces)

    def opened(self, start: int, stop: int) -> Stretch:
        """The bytes from `start` up to `stop`, to read."""
        return Stretch(self, start, stop)


def file(folder: Folder, described: VersionFile) -> Whole:
    """A file as it is.

    Raises
    ------
    DamagedFile : it is not there, or not as long as it was written.
    """
    folder.check(described)
    return Whole(folder, (Piece(described.path, 0, described.bytes),), described.sha256)


def table(folder: Folder, described: Sequence[VersionFile]) -> Whole:
    """Several Parquet files with the same columns as one.

    Raises
    ------
    DamagedFile : a file is not there, or not what was written.
    """
    if len(described) == 1:
        return file(folder, described[0])
    try:
        parts = [_part(folder, each) for each in described]
        end = joined(parts)
    except NoParquet as error:
        raise DamagedFile(f"these are not the files that were written: {error}") from None
    bodies = [
        Piece(each.path, len(MAGIC), part.body) for each, part in zip(described, parts, strict=True)
    ]
    pieces = (Piece("", 0, len(MAGIC), MAGIC), *bodies, Piece("", 0, len(end), end))
    return Whole(folder, pieces, digest_of(described))


def digest_of(described: Sequence[VersionFile]) -> str:
    """The digest by which what is made of these files is known, before they are read."""
    if len(described) == 1:
        return described[0].sha256
    parts = [JOINED, *(each.sha256 for each in described)]
    return sha256("\n".join(parts).encode()).hexdigest()


def _part(folder: Folder, described: VersionFile) -> Part:
    folder.check(described)
    size = described.bytes
    length = length_of(folder.read(described.path, size - TAIL, size))
    footer = folder.read(described.path, size - TAIL - length, size - TAIL)
    return Part(size, footer)


class Stretch(io.RawIOBase):
    """A stretch of a `Whole` as a file that is read and sought in. One part at a time is open."""

    def __init__(self, whole: Whole, start: int, stop: int) -> None:
        self._folder, self._pieces = whole.folder, whole.pieces
        self._ends = list(accumulate(piece.length for piece in whole.pieces))
        self._start, self._stop, self._at = start, stop, start
        self._path, self._file = "", io.BytesIO()

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where it is read next, from the start of the stretch."""
        return self._at - self._start

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Read from there the next time."""
        origin = {os.SEEK_SET: self._start, os.SEEK_CUR: self._at, os.SEEK_END: self._stop}
        self._at = min(max(origin[whence] + offset, self._start), self._stop)
        return self.tell()

    def read(self, size: int = -1) -> bytes:
        """So many bytes or fewer, a block at most, none only at the end; all of it where no size is given.

        Raises
        ------
        OSError : a file is gone, or shorter than it was.
        """
        wanted = self._stop - self._at
        wanted = wanted if size is None or size < 0 else min(size, wanted, BLOCK)
        out = bytearray()
        while len(out) < wanted:
            out += self._some(wanted - len(out))
        return bytes(out)

    def _some(self, most: int) -> bytes:
        """What can be read of the piece in hand."""
        number = bisect_right(self._ends, self._at)
        piece = self._pieces[number]
        within = self._at - (self._ends[number] - piece.length)
        length = min(most, piece.length - within)
        if piece.path:
            found = self._of_file(piece.path, piece.start + within, length)
        else:
            found = piece.data[within : within + length]
        if not found:
            raise OSError(f"{piece.path} is shorter than it was")
        self._at += len(found)
        return found

    def _of_file(self, path: str, at: int, length: int) -> bytes:
        if path != self._path:
            self._file.close()
            self._file, self._path = self._folder.open(path), path  # type: ignore[assignment]  # any binary file
        self._file.seek(at)
        return self._file.read(length)

    def close(self) -> None:
        """Close the part in hand."""
        self._file.close()
        super().close()
