"""Where versions are kept: a directory or any other address; whole, or not there at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.storage.storage import MANIFEST, Storage

D = "dataset"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A version before it is put in its place."""
    folder = tmp_path / "made"
    folder.mkdir()
    for name in (MANIFEST, "README.md", "records-train-00000.parquet", "votes-00000.parquet"):
        (folder / name).write_text(f"this is {name}")
    return folder


@pytest.fixture(params=["a directory", "file://", "local://", "memory://"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """A storage of each kind."""
    place = str(tmp_path / "kept")
    kind = request.param
    yield Storage(
        f"memory://{uuid4()}"
        if kind == "memory://"
        else (place if "://" not in kind else kind + place)
    )
    fsspec.filesystem("memory").store.clear()


@dataclass
class Steps:
    """What was told while something was stored; may break off."""

    at: int = 0
    told: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, done: int, total: int) -> None:
        self.told.append((done, total))
        if len(self.told) == self.at:
            raise OSError(28, "No space left on device")


def text(storage: Storage, name: str) -> str:
    with storage.open(D, "acme:First-1", name) as file:
        return file.read().decode()


def test_what_is_put_can_be_read_and_is_gone_when_it_is_deleted(
    storage: Storage, made: Path
) -> None:
    steps = Steps()
    storage.put(D, "acme:First-1", made, steps)
    assert steps.told[-1] == (3, 3)
    assert {name: text(storage, name) for name in ("README.md", MANIFEST)} == {
        "README.md": "this is README.md",
        MANIFEST: f"this is {MANIFEST}",
    }
    storage.put(D, "acme:First-1", made, Steps())  # again is no harm
    storage.delete(D, "acme:First-1")
    with pytest.raises(FileNotFoundError):
        text(storage, "README.md")
    storage.delete(D, "acme:First-1")


def test_without_renaming_the_manifest_comes_last(made: Path) -> None:
    storage = Storage(f"memory://{uuid4()}")
    with pytest.raises(OSError, match="No space"):
        storage.put(D, "acme:First-1", made, Steps(at=2))
    with pytest.raises(FileNotFoundError):
        text(storage, MANIFEST)
    storage.put(D, "acme:First-1", made, Steps())
    assert text(storage, MANIFEST) == f"this is {MANIFEST}"


def test_a_disk_that_is_full_keeps_nothing_half(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(str(tmp_path / "kept"))
    copies = 0

    def full(source: str, target: str) -> None:
        nonlocal copies
        copies += 1
        if copies == 3:
            raise OSError(28, "No space left on device")
        Path(target).write_bytes(Path(source).read_bytes())

    def refused(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    with monkeypatch.context() as patch:
        patch.setattr("os.link", refused)
        patch.setattr(shutil, "copy2", full)
        with pytest.raises(OSError, match="No space"):
            storage.put(D, "learned-1", made, Steps())
    assert list((tmp_path / "kept" / D).iterdir()) == []
    storage.put(D, "learned-1", made, Steps())
    assert [path.name for path in (tmp_path / "kept" / D).iterdir()] == ["learned-1"]


class Unreachable(Exception):
    """As a library for some storage raises it."""


def test_a_storage_that_is_not_reached_is_an_error_of_the_system(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(f"memory://{uuid4()}")

    def put_file(*_: object) -> None:
        raise Unreachable("could not connect to the endpoint")

    monkeypatch.setattr(MemoryFileSystem, "put_file", put_file)
    with pytest.raises(OSError, match="Unreachable: could not connect to the endpoint"):
        storage.put(D, "learned-1", made, Steps())


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("s3://bucket/path", "Install s3fs"),
        ("gs://bucket/path", "gcsfs"),
        ("nothing://bucket", "Protocol not known: nothing"),
    ],
)
def test_an_address_whose_package_is_missing_says_which(address: str, why: str) -> None:
    with pytest.raises(InvalidSettings, match=f"DISTILL_VERSIONS: .*{why}"):
        Storage(address)
