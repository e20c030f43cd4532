"""The folders of all versions: under any address that fsspec knows, a directory or s3://….

A version is put beside its place first. On a disk its folder is renamed when it is whole; where nothing
can be renamed, `manifest.json` comes last. Either way a folder without a manifest is no version.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from errno import EIO
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import fsspec
from fsspec.implementations.local import LocalFileSystem

from argilla_distill.domain.versions.manifest import Manifest, VersionFile
from argilla_distill.plugin.errors import InvalidSettings

MANIFEST = "manifest.json"

Progress = Callable[[int, int], None]


class DamagedFile(Exception):
    """A file of a version is gone, or not what was written. `version verify` tells which."""


class Folder:
    """The folder of one version, to read."""

    def __init__(self, fs: Any, path: str) -> None:
        self._fs = fs
        self._path = path

    @property
    def is_near(self) -> bool:
        """Whether it is on a disk of this machine, where reading takes no time to speak of."""
        return isinstance(self._fs, LocalFileSystem)

    def open(self, path: str) -> BinaryIO:
        """A file, to read. Raises FileNotFoundError."""
        found: BinaryIO = self._fs.open(f"{self._path}/{path}", "rb")
        return found

    def read(self, path: str, start: int = 0, stop: int | None = None) -> bytes:
        """The bytes of a file from `start` up to `stop`, or its end. Raises FileNotFoundError."""
        found: bytes = self._fs.cat_file(f"{self._path}/{path}", start, stop)
        return found

    def has(self, path: str, size: int) -> bool:
        """Whether a file is there, and of this size in bytes."""
        try:
            return bool(self._fs.size(f"{self._path}/{path}") == size)
        except FileNotFoundError:
            return False

    def check(self, file: VersionFile) -> None:
        """See whether a file is there, and as long as it was written; its bytes are not read.

        Raises
        ------
        DamagedFile : it is not there, or shorter or longer than it was.
        """
        try:
            size = self._fs.size(f"{self._path}/{file.path}")
        except FileNotFoundError:
            raise DamagedFile(f"{file.path} is missing") from None
        if size != file.bytes:
            raise DamagedFile(f"{file.path} has {size} bytes and should have {file.bytes}")


class Storage:
    """The folders of all versions: `<address>/<dataset id>/<version>/`.

    Raises
    ------
    InvalidSettings : the address names a kind of storage whose package is not installed.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            self._fs, self._root = fsspec.core.url_to_fs(os.path.expanduser(address))
        except (ImportError, ValueError) as error:
            raise InvalidSettings(f"DISTILL_VERSIONS: {error}") from error

    @property
    def on_disk(self) -> Path | None:
        """The directory, where it is one."""
        return Path(self._root) if isinstance(self._fs, LocalFileSystem) else None

    def folder(self, dataset_id: str, name: str) -> str:
        """The path of a version's folder within the storage."""
        return f"{self._root}/{dataset_id}/{name.replace(':', '~')}"

    def version(self, dataset_id: str, name: str) -> Folder:
        """A version's folder, to read."""
        return Folder(self._fs, self.folder(dataset_id, name))

    def send(self, dataset_id: str, name: str, path: Path) -> None:
        """Store one file of a version beforehand, where that takes its time: where nothing can be renamed.

        Without its manifest it is none. What an earlier attempt left is replaced.
        """
        with _as_os_error():
            self._fs.put_file(str(path), f"{self.folder(dataset_id, name)}/{path.name}")

    def put(
        self,
        dataset_id: str,
        name: str,
        made: Path,
        progress: Progress,
        sent: Collection[str] = (),
    ) -> None:
        """Store a folder as a version, but for what was sent. What an earlier attempt left is replaced."""
        target = self.folder(dataset_id, name)
        files = sorted(path for path in made.iterdir() if path.name not in (MANIFEST, *sent))
        if self.on_disk is not None:
            beside = Path(f"{target}.part")
            shutil.rmtree(beside, ignore_errors=True)
            beside.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copytree(made, beside, copy_function=_link_or_copy)
                sync(beside)
            except OSError:
                shutil.rmtree(beside, ignore_errors=True)
                raise
            shutil.rmtree(target, ignore_errors=True)
            os.replace(beside, target)
            progress(len(files), len(files))
            return
        for n, path in enumerate([*files, made / MANIFEST]):
            self.send(dataset_id, name, path)
            progress(min(n + 1, len(files)), len(files))

    def put_file(self, dataset_id: str, folder: str, path: str, made: Path) -> None:
        """Store one file in a folder beside the versions; it takes the place of what was there."""
        target = f"{self.folder(dataset_id, folder)}/{path}"
        if self.on_disk is None:
            with _as_os_error():
                self._fs.put_file(str(made), target)
            return
        with _beside(target) as part:
            shutil.copyfile(made, part)

    def put_bytes(self, dataset_id: str, folder: str, path: str, data: bytes) -> None:
        """The same of what is held in memory."""
        target = f"{self.folder(dataset_id, folder)}/{path}"
        if self.on_disk is None:
            with _as_os_error():
                self._fs.pipe_file(target, data)
            return
        with _beside(target) as part:
            part.write_bytes(data)

    def try_write(self) -> None:
        """See whether something can be written here, by doing it; nothing of it stays.

        Raises
        ------
        OSError : it cannot be; says why.
        """
        name = f".distill-doctor-{secrets.token_hex(4)}"
        if self.on_disk is None:
            with _as_os_error():
                self._fs.pipe_file(f"{self._root}/{name}", b"?")
                self._fs.rm_file(f"{self._root}/{name}")
            return
        there = next(each for each in (self.on_disk, *self.on_disk.parents) if each.exists())
        try:
            (there / name).write_bytes(b"?")
        finally:
            (there / name).unlink(missing_ok=True)

    def delete_file(self, dataset_id: str, folder: str, path: str) -> None:
        """Delete one file; none is no error."""
        target = f"{self.folder(dataset_id, folder)}/{path}"
        if self._fs.exists(target):
            self._fs.rm_file(target)

    def open(self, dataset_id: str, name: str, path: str) -> BinaryIO:
        """A file of a version, to read.

        Raises
        ------
        FileNotFoundError : there is none of that path.
        """
        return self.version(dataset_id, name).open(path)

    def damage(self, manifest: Manifest) -> list[str]:
        """What is wrong with a version's files, a sentence each; empty where they are as they were made."""
        wrong = []
        for file in manifest.files:
            try:
                with self.open(manifest.dataset_id, manifest.name, file.path) as found:
                    digest = sha256_of(found)
            except FileNotFoundError:
                wrong.append(f"{file.path} is missing")
                continue
            if digest != file.sha256:
                wrong.append(f"{file.path} is not what was written")
        known = {MANIFEST, *(file.path for file in manifest.files)}
        wrong += [f"{name} is no file of it" for name in self._names(manifest) if name not in known]
        return wrong

    def _names(self, manifest: Manifest) -> list[str]:
        """The names of all that is in a version's folder, sorted."""
        folder = self.folder(manifest.dataset_id, manifest.name)
        try:
            found = self._fs.ls(folder, detail=False)
        except FileNotFoundError:
            return []
        return sorted(path.rstrip("/").rpartition("/")[2] for path in found)

    def delete(self, dataset_id: str, name: str) -> None:
        """Delete a version's files; none is no error. Without its manifest a folder is no version."""
        target: Any = self.folder(dataset_id, name)
        with _as_os_error():
            if self._fs.exists(f"{target}/{MANIFEST}"):
                self._fs.rm_file(f"{target}/{MANIFEST}")
            if self._fs.exists(target):
                self._fs.rm(target, recursive=True)


def sha256_of(file: BinaryIO) -> str:
    """The digest of a file's bytes, in hex digits."""
    found = sha256()
    while block := file.read(1 << 20):
        found.update(block)
    return found.hexdigest()


def _link_or_copy(source: str, target: str) -> None:
    """The same file under another name, where the disk can do that: it takes no room."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Storages that are not reached raise errors of many libraries; all are OSError here."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(EIO, f"{type(error).__name__}: {error}") from error


@contextmanager
def _beside(target: str) -> Iterator[Path]:
    """A file to write to, which takes its place when the block ends without an error."""
    part = Path(f"{target}.{secrets.token_hex(4)}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        _sync_file(part)
        os.replace(part, target)
        _sync_file(part.parent)
    finally:
        part.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """See to it that what was written into a folder is on the disk; what is there already takes no time."""
    for path in folder.iterdir():
        _sync_file(path)


def _sync_file(path: Path) -> None:
    """The same of one file; of a folder, that its files are found under their names."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
