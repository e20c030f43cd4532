"""Who works on a dataset, or on a part of what is kept of it, and who waits for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.work.lease import Lease

WANTED_S = 2
"""Whoever waits for a lease says so again and again; so long after the last time nobody does any more."""


class Leases:
    """The leases on all datasets.

    Parameters
    ----------
    clock : seconds that never go back, by which a lease's holder knows how long it still lasts.
    part : of what is kept of a dataset, if they are not on all of it.
    """

    def __init__(self, redis: Any, keys: Keys, clock: Callable[[], float], part: str = "") -> None:
        self._redis = redis
        self._keys = keys
        self._clock = clock
        self._part = f":{part}" if part else ""

    def lease(self, dataset_id: str) -> Lease | None:
        """The right to write this, or None while somebody else holds it."""
        return Lease.take(self._redis, self._keys, f"{dataset_id}{self._part}", self._clock)

    def leased(self, dataset_id: str) -> bool:
        """Whether somebody works on it right now."""
        return bool(self._redis.exists(self._key(dataset_id, "lease")))

    def want_lease(self, dataset_id: str) -> None:
        """Ask the holder of the lease to give it back after what is in hand."""
        self._redis.set(self._key(dataset_id, "wanted"), "1", ex=WANTED_S)

    def got_lease(self, dataset_id: str) -> None:
        """Whoever asked for it has it: its next holder need not hurry, unless somebody else asks again."""
        self._redis.delete(self._key(dataset_id, "wanted"))

    def lease_wanted(self, dataset_id: str) -> bool:
        """Whether somebody waits for the lease."""
        return bool(self._redis.exists(self._key(dataset_id, "wanted")))

    def _key(self, dataset_id: str, name: str) -> str:
        return self._keys.of(f"{dataset_id}{self._part}", name)
