"""Playing a plan: order, threads, errors, stopping."""

from __future__ import annotations

import math
import threading
import time

from demo.replay import AT_ONCE, Replay
from demo.scenarios.scenario import Assignment

PLAN = [Assignment(n / 100, f"w{n % 3}", f"r{n}") for n in range(30)]


def played(replay: Replay, timeout_s: float = 120.0) -> Replay:
    replay.start()
    end = time.monotonic() + timeout_s
    while replay.running and time.monotonic() < end:
        time.sleep(0.005)
    assert not replay.running
    return replay


def test_everybody_gives_their_answers_in_order_and_in_a_thread_of_their_own() -> None:
    given: list[tuple[str, Assignment]] = []
    replay = played(
        Replay(PLAN, lambda one: given.append((threading.current_thread().name, one)), math.inf)
    )
    assert replay.given == len(PLAN)
    assert replay.error is None
    assert all(thread == one.annotator for thread, one in given)
    for name in ("w0", "w1", "w2"):
        mine = [one for thread, one in given if thread == name]
        assert mine == [one for one in PLAN if one.annotator == name]


def test_nothing_is_given_before_its_time() -> None:
    start, late = time.monotonic(), []
    played(Replay(PLAN, lambda one: late.append(time.monotonic() - start - one.at_s / 2), 2.0))
    assert min(late) >= 0


def test_only_a_few_answers_are_under_way_at_a_time() -> None:
    lock, busy, most = threading.Lock(), 0, 0

    def answer(_: Assignment) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.01)
        with lock:
            busy -= 1

    played(Replay([Assignment(0.0, f"w{n}", "r") for n in range(20)], answer, math.inf))
    assert most <= AT_ONCE


def test_the_first_refusal_ends_the_replay() -> None:
    def answer(one: Assignment) -> None:
        if one.item == "r5":
            raise ValueError("refused")

    replay = played(Replay(PLAN, answer, 2.0))
    assert str(replay.error) == "refused"
    assert replay.given < len(PLAN)


def test_a_stopped_replay_gives_nothing_more() -> None:
    replay = Replay([Assignment(0.0, "w", "r"), Assignment(60.0, "w", "s")], lambda _: None, 1.0)
    replay.start()
    while not replay.given:
        time.sleep(0.005)
    replay.stop()
    assert not replay.running
    assert replay.given == 1
