"""`make mutants` changes files, and runs tests, that there are; and `--again` retries what survived."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.places import ROOT


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("mutants", ROOT / ".ci" / "mutants.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / ".ci")  # where it finds its parts
        spec.loader.exec_module(module)
        yield module


@pytest.fixture(scope="module")
def rooms(script: ModuleType) -> dict[str, Any]:
    """The rooms of the script, by name."""
    assert script.ROOMS
    return dict(script.ROOMS)


def test_every_file_to_be_changed_is_there(rooms: dict[str, Any]) -> None:
    package = ROOT / "argilla_distill"
    missing = [f for room in rooms.values() for f in room.files if not list(package.glob(f))]
    assert missing == []


def test_every_test_to_be_run_is_there(rooms: dict[str, Any]) -> None:
    tests = ROOT / "tests"
    assert [t for room in rooms.values() for t in room.tests if not (tests / t).exists()] == []


WEAK = "from argilla_distill.sums import double\n\n\ndef test_it() -> None:\n    assert double(0) == 0\n"
STRONG = WEAK + "    assert double(3) == 6\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one function, which its test does not hold to much."""
    root = tmp_path / "repository"
    for name in ("argilla_distill", "plugin", "workers", "demo", "tests"):
        (root / name).mkdir(parents=True)
        (root / name / "__init__.py").touch()
    for name in ("plugin", "workers"):
        (root / "argilla_distill" / name).symlink_to(f"../{name}")
    (root / "argilla_distill" / "sums.py").write_text(
        "def double(n: int) -> int:\n    return n * 2\n"
    )
    (root / "tests" / "test_sums.py").write_text(WEAK)
    (root / "pyproject.toml").write_text("[project]\nname = 'sums'\nversion = '1'\n")
    (root / "equivalent.toml").touch()
    return root


def test_what_survived_is_retried_with_the_tests_of_now(
    script: ModuleType,
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    room = script.Room(files=("sums.py",), tests=("test_sums.py",))
    for name, value in (
        ("ROOT", repository),
        ("WORK", repository / ".cache"),
        ("EQUIVALENT", repository / "equivalent.toml"),
        ("ROOMS", {"sums": room}),
    ):
        monkeypatch.setattr(script, name, value)

    def tried(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["mutants", *options])
        with pytest.raises(SystemExit):
            script.main()
        return capsys.readouterr().out.splitlines()[0]

    assert "0 killed, 2 survived" in tried()
    (repository / "tests" / "test_sums.py").write_text(STRONG)
    assert "2 killed, 0 survived" in tried("--again")
    copy = repository / ".cache" / "sums"
    assert script.same_code(copy)
    (repository / "workers" / "new.py").touch()
    assert not script.same_code(copy), "results of other code are no results"


def test_how_far_a_room_is_tells_what_survived_and_how_long_is_left(script: ModuleType) -> None:
    timed_out = -24
    told = script.progress([1, 0, timed_out, 1], 10, 8.0)
    assert told == "4 of 10 tried, 1 survived so far, about 12 s left"
    assert script.progress([0], 61, 10.0).endswith("about 10 min left")
    assert script.progress([], 61, 10.0).startswith("0 of 61 tried")


NOTES_ONE = """
import sys, time
with open(sys.argv[1], "a") as results:
    results.write('["new", 0]\\n["half')
    results.flush()
    time.sleep(float(sys.argv[2]))
"""
"""A program that tries one mutant, is in the middle of noting the next, and lasts."""


def test_progress_is_told_while_mutants_are_tried(
    script: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(script, "EVERY_S", 0.05)
    results = tmp_path / "results.jsonl"
    results.write_text('["earlier", 0]\n')

    def watched(lasts: str, seconds: float | None) -> int:
        command = [sys.executable, "-c", NOTES_ONE, str(results), lasts]
        with subprocess.Popen(command) as session:
            try:
                return int(script.watch(session, "sums", results, 2, seconds))
            finally:
                session.kill()

    assert watched("0.5", None) == 0
    shown = capsys.readouterr()
    assert "1 of 2 tried, 1 survived so far" in shown.err.splitlines()[-1]
    assert shown.out == "", "results alone are printed there"
    with pytest.raises(subprocess.TimeoutExpired):
        watched("60", 0.1)


def test_a_result_that_a_kill_cut_short_is_tried_again(script: ModuleType, tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text('["first", 0]\n["half["second", 1]\n["third", 1]\n["fo')
    assert script.noted(results) == [("first", 0), ("third", 1)]
