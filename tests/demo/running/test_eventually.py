"""Waiting for a state: as long as something moves, and no longer once nothing does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from demo.running.installation import eventually


def minutes() -> Callable[[], float]:
    """A clock that is a minute further at every look."""
    seconds = count(0, 60)
    return lambda: float(next(seconds))


def test_what_is_slow_but_moves_is_waited_for() -> None:
    steps = count()
    eventually(lambda: next(steps) > 8, patience_s=100, moved=lambda: next(steps), clock=minutes())


def test_what_does_not_move_fails_and_says_how_it_is() -> None:
    with pytest.raises(AssertionError, match=r"nothing moved for 100 s; 7 waiting"):
        eventually(lambda: False, 100, lambda: "7 waiting", clock=minutes())


def test_what_is_so_already_needs_no_patience() -> None:
    eventually(lambda: True, patience_s=0, clock=minutes())
