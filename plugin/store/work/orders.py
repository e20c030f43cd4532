"""What is asked of workers through the web process, until it is done and for a day after that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.report import read
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

KEPT_MS = 86_400_000
"""So long it is told what became of an order."""

MAX_SETTLED = 200
"""Of so many at most, the latest."""


class Orders:
    """Orders by dataset and id."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def all(self, dataset_id: str) -> list[WorkOrder]:
        """All that is known of, the first asked for first."""
        found = self._redis.hgetall(self._key(dataset_id)).values()
        return sorted(map(_read, found), key=lambda each: (each.asked_at, each.id))

    def waiting(self, dataset_id: str) -> list[WorkOrder]:
        """Those that are to be done, the first asked for first."""
        return [each for each in self.all(dataset_id) if each.waits]

    def of(self, dataset_id: str, order_id: str) -> WorkOrder | None:
        """One of them."""
        found = self._redis.hget(self._key(dataset_id), order_id)
        return _read(found) if found else None

    def place(self, dataset_id: str, order: WorkOrder) -> None:
        """Keep an order, in place of what stood under its id."""
        self._redis.hset(self._key(dataset_id), order.id, pack(asdict(order)))

    def note(self, dataset_id: str, order: WorkOrder, stage: str, done: int, total: int) -> bool:
        """Note how far an order is; False if another one stands in its place, or none."""
        return self._change(
            dataset_id, order, lambda now: replace(now, stage=stage, done=done, total=total)
        )

    def name(self, dataset_id: str, order: WorkOrder, result: str) -> bool:
        """Note the name of what is to come of an order; False as of `note`."""
        return self._change(dataset_id, order, lambda now: replace(now, result=result))

    def settle(
        self, dataset_id: str, order: WorkOrder, at: int, result: str = "", error: str = ""
    ) -> bool:
        """An order is done, or cannot be; False if another one stands in its place, or none.

        Parameters
        ----------
        at : ms since the epoch.
        """
        settled = self._change(
            dataset_id, order, lambda now: replace(now, settled_at=at, result=result, error=error)
        )
        past = sorted(
            (each for each in self.all(dataset_id) if each.settled_at),
            key=lambda each: each.settled_at,
        )
        for n, each in enumerate(reversed(past)):
            if n >= MAX_SETTLED or at - each.settled_at > KEPT_MS:
                self._change(dataset_id, each, lambda _: None)
        return settled

    def _change(
        self, dataset_id: str, order: WorkOrder, become: Callable[[WorkOrder], WorkOrder | None]
    ) -> bool:
        key, changed = self._key(dataset_id), [False]

        def change(pipe: Any) -> None:
            found = pipe.hget(key, order.id)
            standing = _read(found) if found else None
            pipe.multi()
            changed[:] = [standing is not None and standing.is_same(order)]
            if standing is None or not changed[0]:
                return
            new = become(standing)
            if new is None:
                pipe.hdel(key, order.id)
            else:
                pipe.hset(key, order.id, pack(asdict(new)))

        self._redis.transaction(change, key)
        return changed[0]

    def _key(self, dataset_id: str) -> str:
        return self._keys.of(dataset_id, "orders")


def _read(value: bytes) -> WorkOrder:
    return read(WorkOrder, unpack(value))
