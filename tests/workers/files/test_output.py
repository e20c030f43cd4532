"""Files that `aggregate` writes: never over what was read, and whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from argilla_distill.workers.cli.offline import aggregate as command
from argilla_distill.workers.files.output import Output, SameFile, refuse_same
from tests.places import ROOT

ANSWERS = "task,worker,label\nt1,ann,yes\nt1,ben,yes\nt2,ann,no\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current one, with answers, adjudications and texts in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers.csv").write_text(ANSWERS)
    (tmp_path / "truth.csv").write_text("task,label\nt1,yes\n")
    (tmp_path / "items.csv").write_text("task,text\nt1,hello\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "soft.csv").symlink_to("answers.csv")
    (tmp_path / "hard.csv").hardlink_to("answers.csv")
    return tmp_path


def aggregate(*options: str) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(command, [*options, "--type", "label"])


def apart(folder: Path, *options: str, before: str) -> subprocess.CompletedProcess[str]:
    """The command, as a user starts it, after some Python of its own."""
    script = f"{before}\nfrom argilla_distill.workers.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", script, "aggregate", *options, "--type", "label"],
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--out", "answers.csv"], "--out is the file of answers"),
        (["--out", "sub/../answers.csv"], "--out is the file of answers"),
        (["--out", "soft.csv"], "--out is the file of answers"),
        (["--out", "hard.csv"], "--out is the file of answers"),
        (["--out", "ANSWERS.csv"], "--out is the file of answers"),
        (["--annotators", "answers.csv"], "--annotators is the file of answers"),
        (["--out", "truth.csv"], "--out is the file of adjudications"),
        (["--annotators", "items.csv"], "--annotators is the file of items"),
        (["--out", "x", "--annotators", "x"], "--out and --annotators are the same file"),
        (["--out", "x", "--annotators", "sub/../X"], "--out and --annotators are the same file"),
        (["--out", "-", "--annotators", "-"], "--out and --annotators are the same file"),
    ],
)
def test_what_is_read_is_never_written_over(folder: Path, options: list[str], told: str) -> None:
    """`--out answers.csv` used to leave the results where the answers had been, with exit code 0."""
    before = contents(folder)
    done = aggregate(
        "answers.csv", "--adjudications", "truth.csv", "--items", "items.csv", *options
    )
    assert done.exit_code == 2, done.stderr
    assert told in done.stderr
    assert contents(folder) == before


def test_the_name_with_another_ending_is_fine(folder: Path) -> None:
    done = aggregate("answers.csv", "--out", "answers.jsonl", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")
    assert len((folder / "answers.jsonl").read_text().splitlines()) == 2


def test_both_results_may_go_to_no_file_at_all(folder: Path) -> None:
    done = aggregate("answers.csv", "--out", "/dev/null", "--annotators", "/dev/null")
    assert done.exit_code == 0, done.stderr


def test_a_file_is_replaced_with_its_permissions(folder: Path) -> None:
    (folder / "out.jsonl").write_text("old")
    (folder / "out.jsonl").chmod(0o640)
    assert aggregate("answers.csv", "--out", "out.jsonl").exit_code == 0
    assert (folder / "out.jsonl").read_text() != "old"
    assert (folder / "out.jsonl").stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_permissions_that_any_new_file_has(folder: Path) -> None:
    (folder / "any").write_text("")
    assert aggregate("answers.csv", "--out", "out.jsonl").exit_code == 0
    assert (folder / "out.jsonl").stat().st_mode == (folder / "any").stat().st_mode


def test_what_a_link_points_to_is_replaced_and_the_link_stays(folder: Path) -> None:
    (folder / "sub" / "out.jsonl").write_text("old")
    (folder / "link").symlink_to("sub/out.jsonl")
    assert aggregate("answers.csv", "--out", "link").exit_code == 0
    assert (folder / "link").is_symlink()
    assert (folder / "sub" / "out.jsonl").read_text() != "old"


FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
"""

STOPPED = """
import argilla_distill.workers.use_cases.aggregate as module
lines = module.Aggregate.lines
def stop(self, progress):
    yield from lines(self, progress)
    raise KeyboardInterrupt
module.Aggregate.lines = stop
"""


@pytest.mark.parametrize(("before", "code"), [(FULL, 1), (STOPPED, 130)])
def test_a_full_disk_or_ctrl_c_leaves_the_old_files(folder: Path, before: str, code: int) -> None:
    for name in ("out.jsonl", "who.csv"):
        (folder / name).write_text("old")
    old = contents(folder)
    options = ("--out", "out.jsonl", "--annotators", "who.csv")
    done = apart(folder, "answers.csv", *options, before=before)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert contents(folder) == old


def write(*paths: Path) -> None:
    with Output() as output:
        for path in paths:
            output.open(path).write("new")


def test_both_files_are_replaced_or_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(OSError, match="no such"):
        write(tmp_path / "a", tmp_path / "no such" / "b")
    assert contents(tmp_path) == {"a": "old"}


def test_links_that_lead_to_one_place_where_nothing_is_yet(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).symlink_to("c")
    with pytest.raises(SameFile):
        refuse_same({}, {"--out": tmp_path / "a", "--annotators": tmp_path / "b"})


def test_standard_input_is_no_file(tmp_path: Path) -> None:
    refuse_same({"the file of answers": Path("-")}, {"--out": Path("-")})
    refuse_same({"the file of answers": tmp_path / "a"}, {"--out": tmp_path / "b"})


def test_a_pipe_is_written_to_directly(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(
        ["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE, text=True
    ) as cat:
        with Output() as output:
            output.open(tmp_path / "pipe").write("said")
        assert cat.communicate(timeout=30)[0] == "said"
    assert contents(tmp_path) == {}
