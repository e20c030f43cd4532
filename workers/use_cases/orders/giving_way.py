"""Long work of many calls waits between them while answers wait for a worker."""

from __future__ import annotations

import time
from collections.abc import Callable

from argilla_distill.workers.use_cases.world import World

MAX_S = 5.0
"""So long it waits between two calls at most: it never stands still."""

LOOK_S = 0.1


class GivingWay:
    """Call it between two calls of long work: it returns when nothing more urgent waits.

    Where nobody works off what waits, because no worker is alive, say, it waits half as long each time.
    """

    def __init__(
        self,
        world: World,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._urgent = world.dispatch.urgent
        self._sleep = sleep
        self._clock = clock
        self._most_s = MAX_S

    def __call__(self) -> None:
        """Wait, if that is due."""
        end = self._clock() + self._most_s
        while self._urgent():
            if self._clock() >= end:
                self._most_s /= 2
                return
            self._sleep(LOOK_S)
        self._most_s = MAX_S
