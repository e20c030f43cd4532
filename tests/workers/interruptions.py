"""What comes between a service and its work: failing calls, a lost lease, a later clock, a kill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.workers.argilla_in_memory import D, Hook
from tests.workers.service_in_memory import ServiceInMemory


class Killed(BaseException):
    """The end of a process, which no code of ours survives."""


def killed(*_: object) -> Any:
    raise Killed


def once(name: str, act: Callable[[], object]) -> Hook:
    """A hook that acts at the first call of that name."""
    done: list[str] = []

    def hook(called: str) -> None:
        if called == name and not done:
            done.append(called)
            act()

    return hook


def raising(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


def raising_at_every_call(error: Exception) -> Hook:
    def hook(name: str) -> None:
        raise error

    return hook


def lose_lease(service: ServiceInMemory) -> None:
    """What Redis does to the lease of a machine that stalls."""
    service.store.redis.delete(service.store.keys.of(D, "lease"))


def move_clock(service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch, later_ms: int) -> None:
    """Our clock, so much later than it is."""
    clock = service.store.redis.time

    def now() -> int:
        seconds, micros = clock()
        return int(seconds) * 1000 + int(micros) // 1000 + later_ms

    monkeypatch.setattr(service.store, "now", now)
