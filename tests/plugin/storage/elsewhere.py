"""A storage that is not a disk of this machine, as far as anybody can tell: nothing can be renamed in it.

Its files are on the disk all the same, so that what one process puts there others find.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem
from fsspec.spec import AbstractFileSystem

PROTOCOL = "elsewhere"


class Elsewhere(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """`elsewhere:///a/path`."""

    protocol = PROTOCOL
    root_marker = "/"
    _disk = LocalFileSystem()

    def put_file(self, lpath: str, rpath: str, **_: Any) -> None:
        Path(rpath).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(lpath, rpath)

    def pipe_file(self, path: str, value: bytes, **_: Any) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(value)

    def info(self, path: str, **_: Any) -> Any:
        return self._disk.info(path)

    def ls(self, path: str, detail: bool = True, **_: Any) -> Any:
        return self._disk.ls(path, detail=detail)

    def rm_file(self, path: str) -> None:
        self._disk.rm_file(path)

    def rm(self, path: Any, recursive: bool = False, **_: Any) -> None:
        self._disk.rm(path, recursive=recursive)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        return Path(path).open(mode)


def address(folder: Path) -> str:
    """A folder of this machine as an address of that storage."""
    fsspec.register_implementation(PROTOCOL, Elsewhere, clobber=True)
    return f"{PROTOCOL}://{folder}"
