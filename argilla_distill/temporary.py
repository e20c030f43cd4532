"""Folders for temporary files: deleted when they are of no more use, also after a process was killed.

Whoever has one holds a lock on it, which the system lets go with the process, however that ends. So whoever
makes the next one, and every worker that starts, tells folders in use from those that were left, and deletes
these a day later. What else we keep beside them, over a kill and on purpose, locks a file of its own; it goes
when nobody has touched it for a day.
"""

from __future__ import annotations

import os
import shutil
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where the client runs too: nothing is swept there
    fcntl = None  # type: ignore[assignment]  # a module elsewhere

PREFIX = "argilla-distill-"

LOCK = "aside.lock"
"""The file that locks what is kept over a kill."""

LEFT_S = 86_400.0
"""What nobody holds, and nobody wrote to for so long, was left."""


class TemporaryFolder(TemporaryDirectory[str]):
    """A folder in `TMPDIR`, for the length of a block or until `cleanup`.

    >>> with TemporaryFolder() as folder:
    ...     Path(folder).name.startswith("argilla-distill-")
    True
    >>> Path(folder).exists()
    False
    """

    def __init__(self, what: str = "") -> None:
        delete_left()
        super().__init__(prefix=f"{PREFIX}{what}-" if what else PREFIX)
        descriptor = _locked(Path(self.name))
        if descriptor is not None:
            weakref.finalize(self, os.close, descriptor)


def delete_left(now_s: float | None = None) -> list[str]:
    """Delete what killed processes of ours left in `TMPDIR`; returns the names of the folders.

    Parameters
    ----------
    now_s : the time, in s since the epoch.
    """
    now = time.time() if now_s is None else now_s
    deleted = []
    for path in sorted(Path(gettempdir()).glob(f"{PREFIX}*")):
        with suppress(OSError):  # somebody else was faster
            if _is_left(path, now):
                shutil.rmtree(path, ignore_errors=True)
                deleted.append(path.name)
    return deleted


def _is_left(path: Path, now_s: float) -> bool:
    """Whether a folder is ours, and nobody has had to do with it for long. OSError where it is gone."""
    if fcntl is None or path.is_symlink() or not path.is_dir():
        return False
    if path.stat().st_uid != os.getuid() or now_s - _touched(path) < LEFT_S:
        return False
    return not any(_is_held(each) for each in (path, *path.rglob(LOCK)))


def _touched(path: Path) -> float:
    """When something in a folder was written to last, in s since the epoch."""
    return max(each.lstat().st_mtime for each in _all_of(path))


def _all_of(path: Path) -> Iterator[Path]:
    yield path
    yield from path.rglob("*")


def _is_held(path: Path) -> bool:
    """Whether somebody has locked it."""
    descriptor = _locked(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def _locked(path: Path) -> int | None:
    """Lock a file or a folder, until its descriptor is closed; None where that cannot be."""
    if fcntl is None:
        return None
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
