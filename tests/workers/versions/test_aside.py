"""Long work aside: it goes on when the job goes away, and is begun again after a kill."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from argilla_distill.workers.versions import aside
from argilla_distill.workers.versions.aside import MAX_DEATHS, WorkFailed, beside


def never() -> bool:
    return False


def at_once() -> bool:
    return True


def until(state: Callable[[], bool]) -> None:
    """Wait for it."""
    end = time.monotonic() + 30
    while not state():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_work_goes_on_when_the_job_goes_away_and_the_next_one_finds_it(tmp_path: Path) -> None:
    gate, done = tmp_path / "gate", tmp_path / "count"

    def work() -> None:
        until(gate.exists)
        with done.open("a") as file:
            file.write("x")

    assert not beside(tmp_path, work, at_once)
    assert not beside(tmp_path, work, at_once)  # somebody is at it: no second process is begun
    gate.touch()
    assert beside(tmp_path, work, never)
    assert beside(tmp_path, work, never)
    assert done.read_text() == "x"


def test_a_killed_process_is_begun_again_and_not_for_ever(tmp_path: Path) -> None:
    pids = tmp_path / "pids"

    def work() -> None:
        with pids.open("a") as file:
            file.write(f"{os.getpid()}\n")
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkFailed, match=f"was killed {MAX_DEATHS} times"):
        beside(tmp_path, work, never)
    assert len(pids.read_text().split()) == MAX_DEATHS


def test_what_was_no_kill_is_told_and_may_be_begun_again(tmp_path: Path) -> None:
    """No room, or no access: the next turn begins anew, however often."""
    room = tmp_path / "room"

    def work() -> None:
        if not room.exists():
            raise OSError(28, "No space left on device")

    for _ in range(MAX_DEATHS + 1):
        with pytest.raises(OSError, match="No space left"):
            beside(tmp_path, work, never)
    room.touch()
    assert beside(tmp_path, work, never)


def test_where_there_is_no_room_for_its_last_word_either_the_work_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = tmp_path / "tries"

    def work() -> None:
        with tries.open("a") as file:
            file.write("x")
        if len(tries.read_text()) <= MAX_DEATHS + 1:
            raise OSError(28, "No space left on device")

    leave = aside.leave_result

    def full(folder: Path, **result: object) -> None:
        if "done" in result:
            leave(folder, **result)

    monkeypatch.setattr(aside, "leave_result", full)
    assert beside(tmp_path, work, never)


def test_an_error_of_the_work_is_told_by_its_text(tmp_path: Path) -> None:
    def work() -> None:
        raise ValueError("question topic: no such label")

    with pytest.raises(WorkFailed, match="question topic: no such label"):
        beside(tmp_path, work, never)


def test_the_process_ends_with_its_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "KEEPER_LOOK_S", 0.05)
    monkeypatch.setattr(os, "getppid", lambda: 2**22 + 1)  # nobody

    def work() -> None:
        time.sleep(60)

    assert not beside(tmp_path, work, at_once)
    until(lambda: not (tmp_path / "aside.deaths").exists())
    assert not (tmp_path / "aside.json").exists()
