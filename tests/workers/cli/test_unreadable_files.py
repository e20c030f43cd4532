"""What a command says where a version's files, or the disk, cannot be used: a sentence, and no traceback."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from argilla_distill.workers.use_cases.versions import verifying
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.use_cases.world import World
from tests.workers.argilla_in_memory import D
from tests.workers.cli.command_line import Run
from tests.workers.made_versions import answered
from tests.workers.service_in_memory import ServiceInMemory

DATASET = "support/chat"

READING = (
    ("version", "verify", DATASET, "majority-1"),
    ("version", "diff", DATASET, "majority-1", "dawid_skene-1"),
    ("compare", DATASET, "majority-1", "dawid_skene-1"),
    ("export", DATASET, "majority-1", "--format", "records"),
    ("export", DATASET, "majority-1", "--format", "preference", "--question", "helpful"),
    ("export", DATASET, "majority-1", "--format", "votes", "--changed-since", "dawid_skene-1"),
    ("version", "push", DATASET, "majority-1", "team/chat"),
    ("trace", DATASET, "--question", "helpful"),
)


@pytest.fixture
def versions(service: ServiceInMemory, run: Run, tmp_path: Path) -> Path:
    """The storage, with two versions."""
    answered(service)
    folder = tmp_path / "versions"
    settings = service.world.settings.model_copy(update={"versions": str(folder)})
    for strategy in ("majority", "dawid_skene"):
        asked = ("version", "create", DATASET, "--strategy", strategy)
        assert run(*asked, DISTILL_VERSIONS=str(folder)).code == 0
        assert make(World(service.argilla, service.store, settings), D, 60.0).manifest is not None
    return folder


def cut_short(versions: Path) -> None:
    for path in versions.rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-20])


def no_folder(versions: Path) -> None:
    shutil.rmtree(versions)
    versions.write_text("something else is mounted here")


@pytest.mark.parametrize("spoil", [cut_short, shutil.rmtree, no_folder])
def test_what_cannot_be_read_of_a_version_is_told_in_a_sentence(
    run: Run, versions: Path, spoil: Callable[[Path], None]
) -> None:
    """Truncated Parquet files, and a storage that was no folder, once ended in tracebacks."""
    spoil(versions)
    for command in READING:
        done = run(*command)
        assert done.code == 1, command
        told = done.out + done.err
        assert "majority-1" in told or "dawid_skene-1" in told, command
        assert "Traceback" not in told


def test_a_full_disk_is_told_with_the_file_that_had_no_room(
    run: Run, versions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/spool")

    monkeypatch.setattr(verifying, "Spool", full)
    done = run("version", "verify", DATASET, "majority-1")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-1] == "argilla-distill: /tmp/spool: No space left on device"


@pytest.mark.parametrize(
    ("command", "line", "why"),
    [
        (("round", "start", DATASET, "FILE", "--name", "1", "--model", "bot"), "[]", "line 1"),
        (
            ("run", "add", DATASET, "FILE", "--name", "bot", "--question", "helpful"),
            '{"record_id": "r9", "prediction": "yes"}',
            "r9",
        ),
        (("trace", DATASET, "FILE", "--question", "helpful"), "[]", "line 1"),
    ],
)
def test_a_file_with_bad_rows_is_exit_code_2_wherever_one_is_given(
    run: Run, versions: Path, tmp_path: Path, command: tuple[str, ...], line: str, why: str
) -> None:
    assert versions.is_dir()
    (tmp_path / "file.jsonl").write_text(line + "\n")
    done = run(*(str(tmp_path / "file.jsonl") if part == "FILE" else part for part in command))
    assert (done.code, done.out) == (2, "")
    assert why in done.err
