"""Folders for temporary files: gone at the end, and a day after a kill, but never while they are in use."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from argilla_distill.temporary import LEFT_S, TemporaryFolder, delete_left

HOLDER = """
import time
from argilla_distill.temporary import TemporaryFolder
folder = TemporaryFolder("verify")
print(folder.name, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory for temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[str]]:
    """A process that has a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def tomorrow() -> float:
    return time.time() + LEFT_S + 60


def test_what_a_killed_process_left_goes_after_a_day_and_what_is_in_use_stays(
    holder: subprocess.Popen[str],
) -> None:
    """After a kill -9 in the midst of `version verify` a copy of the version was left for ever."""
    assert holder.stdout is not None
    folder = Path(holder.stdout.readline().strip())
    (folder / "records.parquet").write_bytes(b"x")
    assert delete_left(tomorrow()) == []
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert delete_left() == []  # it might just be about to be used
    assert delete_left(tomorrow()) == [folder.name]
    assert not folder.exists()


def test_what_is_kept_over_a_kill_stays_while_its_process_lives_or_something_was_written(
    place: Path,
) -> None:
    kept = place / "argilla-distill-fit-distill-d1"
    (kept / "part").mkdir(parents=True)
    lock = kept / "part" / "aside.lock"
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert delete_left(tomorrow()) == []
    for path in (kept, kept / "part"):
        os.utime(path, (0, 0))
    assert delete_left() == []  # the lock itself was touched today
    os.utime(lock, (0, 0))
    assert delete_left() == [kept.name]


def test_nothing_of_others_is_deleted(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").touch()
    (place / "argilla-distill-link").symlink_to(elsewhere)
    (place / "argilla-distill-file").touch()
    (place / "another-folder").mkdir()
    assert delete_left(tomorrow()) == []
    assert (elsewhere / "precious").exists()


def test_whoever_makes_a_folder_deletes_those_that_were_left(place: Path) -> None:
    left = place / "argilla-distill-old"
    left.mkdir()
    os.utime(left, (0, 0))
    with TemporaryFolder() as folder:
        assert [path.name for path in place.iterdir()] == [Path(folder).name]
    assert list(place.iterdir()) == []
