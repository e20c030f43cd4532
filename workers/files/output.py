"""Files that are written: beside their places first, and never over what was read.

A file takes its place when everything is written. A full disk, an error or Ctrl-C leaves what was
there before as it was.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, TextIO

STANDARD = Path("-")
"""Standard input or output, where a path is expected."""


class SameFile(ValueError):
    """Something would be written over a file that is read, or over something else that is written."""


def refuse_same(read: Mapping[str, Path], written: Mapping[str, Path]) -> None:
    """Raise SameFile if a file that is to be written is one of the others.

    The same by whatever path: also by a link, and by a name that differs only in case or in the way
    it is encoded, since on many disks that is the same name.

    Parameters
    ----------
    read, written : what a file is to the user -> its path
    """
    outputs = list(written.items())
    for n, (name, path) in enumerate(outputs):
        for other, input_ in read.items():
            if input_ != STANDARD and _same(path, input_):
                raise SameFile(f"{name} is {other}, {input_}: it would be overwritten")
        for other, output in outputs[:n]:
            if _same(path, output):
                raise SameFile(f"{other} and {name} are the same file, {path}")


class Output:
    """Opens files for writing; they take their places when the block ends without an error.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "labels.jsonl"
    ...     with Output() as output:
    ...         _ = output.open(path).write("{}")
    ...     path.read_text()
    '{}'
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[IO[Any], Path, Path]] = []  # with its own path, and its place
        self._direct: list[IO[Any]] = []

    def open(self, path: Path) -> TextIO:
        """A text file in UTF-8. Devices and pipes are written to directly.

        Raises
        ------
        OSError : it cannot be written.
        """
        file: TextIO = self._begun(path, "w", encoding="utf-8", newline="")
        return file

    def open_bytes(self, path: Path) -> BinaryIO:
        """The same for bytes."""
        file: BinaryIO = self._begun(path, "wb")
        return file

    def _begun(
        self, path: Path, mode: str, encoding: str | None = None, newline: str | None = None
    ) -> Any:
        place = Path(os.path.realpath(path))
        if place.exists() and not place.is_file():
            self._direct.append(place.open(mode, encoding=encoding, newline=newline))
            return self._direct[-1]
        beside = place.with_name(f".{place.name[:40]}.{secrets.token_hex(4)}.part")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        file = os.fdopen(descriptor, mode, encoding=encoding, newline=newline)
        self._waiting.append((file, beside, place))
        if place.exists():
            shutil.copymode(place, beside)
            with suppress(OSError):  # only root may give files away
                os.chown(beside, (owner := place.stat()).st_uid, owner.st_gid)
        return file

    def __enter__(self) -> Output:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            for file, beside, _ in self._waiting:
                with suppress(OSError):  # the disk is full still
                    file.close()
                beside.unlink(missing_ok=True)
            for file in self._direct:
                with suppress(OSError):
                    file.close()

    def _finish(self) -> None:
        for file in self._direct:
            file.close()
        for file, _, _ in self._waiting:
            file.flush()
            os.fsync(file.fileno())
            file.close()
        for _, beside, place in self._waiting:
            beside.replace(place)


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same file, or would on a disk that takes such names for one."""
    if STANDARD in (one, other):
        return one == other
    with suppress(OSError):  # one of them is not there yet
        if os.path.samefile(one, other):
            return _is_kept(one)
    places = [Path(os.path.realpath(path)) for path in (one, other)]
    if _folded(places[0].name) != _folded(places[1].name):
        return False
    with suppress(OSError):
        return os.path.samefile(places[0].parent, places[1].parent)
    return places[0] == places[1]


def _is_kept(path: Path) -> bool:
    """Whether what is written there replaces what is there: not so of devices and pipes."""
    return stat.S_ISREG(path.stat().st_mode)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
