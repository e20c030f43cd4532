"""Downloaded files, by the digest of their bytes: the same file is never downloaded twice.

Whatever runs at once may share a cache. A file appears under its name only when it is whole and checked;
until then it has a name of its own, which another attempt takes over once nobody writes to it any more.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from argilla_distill.temporary import TemporaryFolder

SILENT_S = 60.0
"""What was not written to for so long is nobody's any more: whoever wrote it was ended."""

OLD_S = 7 * 86_400.0
"""What was begun and not ended is deleted after so long."""

BLOCK = 1 << 20


class Cache:
    """A directory of files.

    Parameters
    ----------
    place : the directory; None for one of our own, which `close` deletes.
    """

    def __init__(self, place: Path | None) -> None:
        self._own = TemporaryFolder() if place is None else None
        self.place = Path(self._own.name) if self._own else Path(place or "")

    def __repr__(self) -> str:
        return f"<Cache {self.place}, {self.size_bytes / 1e6:,.1f} MB>"

    @property
    def size_bytes(self) -> int:
        """What all files take, those that are being downloaded as well."""
        total = 0
        for path in self._all():
            with suppress(FileNotFoundError):
                total += path.stat().st_size
        return total

    def path(self, digest: str, suffix: str) -> Path:
        """Where a file is, or will be."""
        return self.place / digest[:2] / f"{digest}{suffix}"

    def find(self, digest: str, suffix: str) -> Path | None:
        """A file that is here and whole. One that was damaged is deleted."""
        path = self.path(digest, suffix)
        try:
            if sha256_of(path) == digest:
                return path
        except FileNotFoundError:
            return None
        path.unlink(missing_ok=True)
        return None

    def begin(self, digest: str, suffix: str) -> Path:
        """A file to write to: with what an earlier attempt left of the same, or empty."""
        path = self.path(digest, suffix)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = path.with_name(f"{path.name}.part-{secrets.token_hex(8)}")
        for left in path.parent.glob("*.part-*"):
            with suppress(OSError):  # somebody else was faster
                age = time.time() - left.stat().st_mtime
                if left.name.startswith(f"{path.name}.") and age > SILENT_S and not mine.exists():
                    left.rename(mine)
                elif age > OLD_S:
                    left.unlink()
        mine.touch(mode=0o600)
        return mine

    def keep(self, part: Path, digest: str, suffix: str) -> Path:
        """Give a file its name, now that it is whole and checked."""
        path = self.path(digest, suffix)
        os.replace(part, path)
        return path

    def clear(self) -> int:
        """Delete everything; returns how many bytes that were."""
        size = self.size_bytes
        for path in self._all():
            path.unlink(missing_ok=True)
        return size

    def close(self) -> None:
        """Delete the directory where it is our own."""
        if self._own is not None:
            self._own.cleanup()

    def _all(self) -> list[Path]:
        return [path for path in self.place.glob("??/*") if path.is_file()]


def usual_place() -> Path:
    """Where this machine keeps such things of this user's."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "argilla-distill" / "versions"


def sha256_of(path: Path) -> str:
    """The digest of a file, in hex digits. Raises FileNotFoundError."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()
