"""Which parts of uploaded files have arrived. The parts are in the storage (`plugin.storage.uploads`)."""

from __future__ import annotations

from typing import Any

from argilla_distill.plugin.store.keys import Keys


class Uploads:
    """Uploaded files by dataset and SHA-256, until what they were sent for is done, or for a day."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def note(self, dataset_id: str, sha256: str, part: int, size: int, at: int) -> None:
        """A part has arrived.

        Parameters
        ----------
        size : bytes. `at`: ms since the epoch.
        """
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.zadd(self._all(dataset_id), {sha256: at})
            pipe.hset(self._one(dataset_id, sha256), str(part), size)
            pipe.execute()

    def parts(self, dataset_id: str, sha256: str) -> dict[int, int]:
        """Part, from 0 → its bytes, of those that are there."""
        found = self._redis.hgetall(self._one(dataset_id, sha256))
        return dict(sorted((int(part), int(size)) for part, size in found.items()))

    def all(self, dataset_id: str) -> dict[str, int]:
        """SHA-256 → when a part last arrived, in ms since the epoch; the oldest first."""
        found = self._redis.zrange(self._all(dataset_id), 0, -1, withscores=True)
        return {name.decode(): int(at) for name, at in found}

    def forget(self, dataset_id: str, sha256: str) -> None:
        """It is gone."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.zrem(self._all(dataset_id), sha256)
            pipe.delete(self._one(dataset_id, sha256))
            pipe.execute()

    def _all(self, dataset_id: str) -> str:
        return self._keys.of(dataset_id, "uploads")

    def _one(self, dataset_id: str, sha256: str) -> str:
        return self._keys.of(dataset_id, f"upload:{sha256}")
