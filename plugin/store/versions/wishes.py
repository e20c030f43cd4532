"""Wishes for versions, which a worker makes requests of. What they are is `domain.versions.wish`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.domain.versions.wish import VersionWish
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

REMEMBERED = 1_000
"""So many wishes of a dataset are remembered once they are settled: the latest."""

WriteRequest = Callable[[Any, str, VersionRequest], None]
"""Notes a request within a transaction: `Versions.write_request`."""


class VersionWishes:
    """Wishes by dataset and key."""

    def __init__(self, redis: Any, keys: Keys, write_request: WriteRequest) -> None:
        self._redis = redis
        self._keys = keys
        self._write_request = write_request

    def send(self, dataset_id: str, wish: VersionWish) -> VersionWish:
        """Keep a wish; the one that is kept under its key: the first that was sent."""
        key = self._of(dataset_id)
        if self._redis.hsetnx(key, wish.key, pack(asdict(wish))):
            settled = [each for each in self.all(dataset_id) if each.settled]
            for old in settled[:-REMEMBERED]:
                self._redis.hdel(key, old.key)
            return wish
        return self.of(dataset_id, wish.key) or wish

    def of(self, dataset_id: str, wish_key: str) -> VersionWish | None:
        """A wish by its key."""
        found = self._redis.hget(self._of(dataset_id), wish_key)
        return VersionWish.read(unpack(found)) if found else None

    def all(self, dataset_id: str) -> list[VersionWish]:
        """All that are remembered, the first sent first."""
        found = self._redis.hgetall(self._of(dataset_id)).values()
        wishes = [VersionWish.read(unpack(value)) for value in found]
        return sorted(wishes, key=lambda each: (each.sent_at, each.key))

    def waiting(self, dataset_id: str) -> list[VersionWish]:
        """Those that a worker has yet to see to, the first sent first."""
        return [each for each in self.all(dataset_id) if not each.settled]

    def settle(
        self, dataset_id: str, wish: VersionWish, request: VersionRequest | None = None
    ) -> None:
        """Note what became of a wish, and at the very same time the request that it became."""
        with self._redis.pipeline(transaction=True) as pipe:
            if request is not None:
                self._write_request(pipe, dataset_id, request)
            pipe.hset(self._of(dataset_id), wish.key, pack(asdict(wish)))
            pipe.execute()

    def _of(self, dataset_id: str) -> str:
        return self._keys.of(dataset_id, "version_wishes")
