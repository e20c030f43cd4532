"""A file, or standard input, as bytes: unpacked, and known by its first bytes, not by its name.

What is in it is read by `workers.files.reading.rows`.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import shutil
import struct
import sys
import tempfile
import zipfile
import zlib
from functools import cached_property
from pathlib import Path
from typing import IO, Any, BinaryIO

from argilla_distill.workers.files.output import STANDARD
from argilla_distill.workers.files.reading.mistakes import Unreadable

HEAD = 1 << 16
"""Bytes that are looked at to tell what a file is."""

PACKED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}

DAMAGED = (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)
"""How what was packed, and what is damaged, ends."""

NO_WORKBOOK = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,  # packed in a way that is not read, or with a password
    SyntaxError,  # its XML is none
    TypeError,
    ValueError,
    struct.error,
)
"""What zipfile and openpyxl end with where an archive is damaged, or its parts are none of a workbook."""

KINDS = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow file",
    b"\xff\xff\xff\xff": "arrow",
    b"PK\x03\x04": "excel",
}

REFUSED = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls): save it as .xlsx or as CSV",
    b"\x28\xb5\x2f\xfd": "packed with zstd: unpack it first",
    b"%PDF": "a PDF",
    b"SQLite format 3": "an SQLite database: export the table as CSV",
    b"\x93NUMPY": "a NumPy array: save it as CSV or Parquet",
    b"\x80\x04": "a Python pickle: save it as CSV or Parquet",
    b"\x80\x05": "a Python pickle: save it as CSV or Parquet",
    b"version https://git-lfs": "a Git LFS pointer, not the file: git lfs pull",
}
"""How a file begins that is not read, and what it looks like."""

SETTINGS = Path(".argilla") / "settings.json"
"""Where Argilla's `to_disk` says what the questions are."""

WEB = (b"<!doctype html", b"<html", b"<?xml")

BOMS = (  # the longer first: UTF-32 begins as UTF-16 does
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def files_in(folder: Path) -> list[Path]:
    """What is read of a folder that Argilla's `to_disk` or Hugging Face's `save_to_disk` wrote."""
    named = [folder / name for name in ("records.json", SETTINGS) if (folder / name).is_file()]
    return [*named, *sorted(folder.glob("*.arrow"))]


class InputFile:
    """Bytes that can be read from the beginning more than once.

    Parameters
    ----------
    encoding : what text is in, if it has no byte order mark; empty if that is not known.
    """

    def __init__(self, path: Path, encoding: str = "") -> None:
        self.path = path
        self.chosen = encoding
        self._raw: IO[bytes] | None = None

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return "standard input" if self.path == STANDARD else str(self.path)

    @cached_property
    def size(self) -> int:
        """Kilobytes, packed."""
        return (
            self._kept.seek(0, io.SEEK_END) // 1000 if self.path == STANDARD else _size(self.path)
        )

    @property
    def done(self) -> int:
        """Kilobytes, packed, that have been read since it was last opened."""
        if self._raw is None or self._raw.closed:
            return self.size
        return min(self._raw.tell() // 1000, self.size)

    def open(self) -> BinaryIO:
        """From the beginning, unpacked.

        Raises
        ------
        Unreadable : it cannot be opened.
        """
        if self._raw:
            self._raw.close()
        try:
            if self.path == STANDARD:
                self._kept.seek(0)
                self._raw = io.BufferedReader(_Unclosed(self._kept))
            else:
                self._raw = self.path.open("rb")
            first = self._raw.read(6)
            self._raw.seek(0)
        except OSError as error:
            raise Unreadable(f"{self.name}: {error.strerror}") from error
        for magic, unpack in PACKED.items():
            if first.startswith(magic):
                unpacked: BinaryIO = unpack(self._raw)
                return unpacked
        return self._raw

    def close(self) -> None:
        """Close what is open still, if a reader did not come to its end."""
        if self._raw:
            self._raw.close()
        if "_kept" in self.__dict__:
            self._kept.close()

    @cached_property
    def head(self) -> bytes:
        """How it begins, unpacked."""
        try:
            with self.open() as file:
                return file.read(HEAD)
        except DAMAGED as error:
            raise Unreadable(f"{self.name}: it is packed, and damaged: {error}") from error

    @cached_property
    def kind(self) -> str:
        """`csv`, `json`, `parquet`, `arrow`, `arrow file` or `excel`.

        Raises
        ------
        Unreadable : it is something that is not read; tells what it looks like.
        """
        head = self.head
        for magic, cause in REFUSED.items():
            if head.startswith(magic):
                raise Unreadable(f"{self.name}: this looks like {cause}")
        if head[:200].lstrip().lower().startswith(WEB):
            raise Unreadable(f"{self.name}: this looks like a web page or XML, not like a table")
        for magic, kind in KINDS.items():
            if head.startswith(magic):
                return self._office() if kind == "excel" else kind
        text = head.decode(self.encoding, errors="ignore").lstrip()
        return "json" if text[:1] in ("{", "[") else "csv"

    @cached_property
    def encoding(self) -> str:
        """What its text is in: by its byte order mark, as it was chosen, by the look of it, or UTF-8."""
        for mark, encoding in BOMS:
            if self.head.startswith(mark):
                return encoding
        if self.chosen:
            return self.chosen
        first = self.head[:64]
        zeros = [first[n::2].count(0) / max(1, len(first) // 2) for n in (0, 1)]
        if zeros[1] > 0.4 and not zeros[0]:
            return "utf-16-le"
        return "utf-16-be" if zeros[0] > 0.4 and not zeros[1] else "utf-8"

    def text(self, newline: str | None = "") -> io.TextIOWrapper:
        """From the beginning, as text."""
        encoding = self.encoding  # before it is opened: to tell, it is opened as well
        return io.TextIOWrapper(self.open(), encoding=encoding, newline=newline)

    def not_text(self) -> Unreadable:
        """What to raise where it turned out not to be in its encoding; tells the line."""
        encoding = self.encoding.removesuffix("-sig").upper()
        if self.encoding.startswith(("utf-16", "utf-32")):
            return Unreadable(f"{self.name}: this looks like {encoding}, and is damaged")
        with self.open() as lines:
            for n, line in enumerate(lines, 1):
                try:
                    line.decode(self.encoding)
                except UnicodeDecodeError:
                    return Unreadable(f"{self.name}:{n}: not {encoding}; {_guess(line)}")
        return Unreadable(f"{self.name}: not {encoding}")

    def notes(self) -> list[str]:
        """What was taken for granted about its encoding, or looks wrong."""
        if self.encoding.startswith(("utf-16", "utf-32")):
            return [f"{self.name}: read as {self.encoding.upper()}"]
        if self.chosen and self.encoding != self.chosen:
            return [f"{self.name}: read as UTF-8, as its byte order mark says"]
        other = bool(self.chosen) and codecs.lookup(self.chosen).name != "utf-8"
        if other and not self.head.isascii() and _is_utf8(self.head):
            return [f"{self.name}: read as {self.chosen}, but it looks like UTF-8"]
        return []

    def _office(self) -> str:
        try:
            with self.open() as file, zipfile.ZipFile(file) as archive:
                names = archive.namelist()
        except (*DAMAGED, *NO_WORKBOOK):
            raise Unreadable(
                f"{self.name}: this looks like a zip archive, and is damaged"
            ) from None
        if "xl/workbook.xml" in names:
            return "excel"
        if "mimetype" in names:
            raise Unreadable(
                f"{self.name}: this looks like an OpenDocument file: save it as .xlsx or CSV"
            )
        raise Unreadable(f"{self.name}: this looks like a zip archive: unpack it first")

    @cached_property
    def _kept(self) -> IO[bytes]:
        """Standard input, in a file without a name, so that it can be read again."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the process
        shutil.copyfileobj(sys.stdin.buffer, file)
        return file


class _Unclosed(io.RawIOBase):
    """A file that stays open when its reader is closed."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self.file.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        return self.file.seek(place, whence)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size // 1000
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _guess(line: bytes) -> str:
    likely = "windows-1252" if any(0x80 <= byte < 0xA0 for byte in line) else "latin-1"
    return f"this looks like an older encoding, perhaps --encoding {likely}"
