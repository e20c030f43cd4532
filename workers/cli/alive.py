"""Whether anybody does the work that a command leaves to workers: reported at once, not after an hour."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

from argilla_distill.plugin.dispatch import workers_alive
from argilla_distill.plugin.errors import NoWorker
from argilla_distill.plugin.health.readiness import refused
from argilla_distill.workers.use_cases.world import World

NOBODY = (
    "no worker is alive: what it is to do waits until one is started (`argilla-distill worker`)"
)
PATIENCE_S = 30.0
"""So long may a worker that is being started take to show itself."""
LOOK_S = 2.0
PAUSE_S = 0.2
"""Between two looks at how far something is."""


def tell_if_nobody_works(world: World) -> None:
    """Say on standard error that no worker is alive, if none is; none shows itself where Redis is full."""
    if not workers_alive(world.store, world.settings.queue) and not refused(world.store):
        click.echo(f"argilla-distill: {NOBODY}", err=True)


class Patience:
    """Ends a wait for workers while none is alive. `check` is called again and again."""

    def __init__(self, world: World, clock: Callable[[], float] = time.monotonic) -> None:
        self._world = world
        self._clock = clock
        self._seen = clock()
        self._looked = float("-inf")

    def check(self) -> None:
        """
        Raises
        ------
        NoWorker : none has been alive for `PATIENCE_S`.
        StoreRefused : Redis takes no writes, so that none can show itself.
        """
        now = self._clock()
        if now - self._looked < LOOK_S:
            return
        self._looked = now
        if workers_alive(self._world.store, self._world.settings.queue):
            self._seen = now
        elif now - self._seen >= PATIENCE_S:
            self._world.store.service.try_write()
            raise NoWorker(NOBODY)

    def pause(self) -> None:
        """Check, and wait a moment before looking again how far it is. Raises as `check` does."""
        self.check()
        time.sleep(PAUSE_S)
