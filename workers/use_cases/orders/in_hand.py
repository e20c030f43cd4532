"""An order that is being done: how far it is, and whether something else is asked for meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.workers.use_cases.world import World

NOTE_S = 1.0
"""So often it is noted how far an order is."""


class Superseded(Exception):
    """Something else was asked for in an order's place."""


class OrderInHand:
    """An order that is being done.

    Parameters
    ----------
    pause : is called between two calls of long work.
    urgent : is called now and then between two steps, and does what must not wait for this order.
    """

    def __init__(
        self,
        world: World,
        dataset_id: str,
        order: WorkOrder,
        pause: Callable[[], None],
        urgent: Callable[[], None] = lambda: None,
    ) -> None:
        self.order = order
        self.dataset_id = dataset_id
        self._world = world
        self._pause = pause
        self._urgent = urgent
        self._noted_s = -NOTE_S

    def note(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Tell how far it is, now and then, and let what is urgent go before.

        Raises
        ------
        Superseded : something else is asked for in its place.
        """
        now = time.monotonic()
        if now - self._noted_s < NOTE_S:
            return
        self._noted_s = now
        if not self._world.store.orders.note(self.dataset_id, self.order, stage, done, total):
            raise Superseded
        self._urgent()

    def name(self, result: str) -> None:
        """Tell the name of what is to come of it, before it is there.

        Raises
        ------
        Superseded : something else is asked for in its place.
        """
        if not self._world.store.orders.name(self.dataset_id, self.order, result):
            raise Superseded

    def step(self, stage: str, done: int, total: int) -> None:
        """After each of many calls: tell how far it is, and let others go before."""
        self.note(stage, done, total)
        if done < total:
            self._pause()

    def reading(self, stage: str, done: int) -> None:
        """After each line that is read."""
        self.note(f"reading {stage}", done)
