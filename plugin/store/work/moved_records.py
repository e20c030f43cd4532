"""Which records may be decided otherwise since the models have learned more: to be compared when idle.

A few are compared at once. Many are noted here and compared a part at a time, so that answers come first,
and so that none is forgotten whatever happens to the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from argilla_distill.plugin.store.keys import Keys


class MovedRecords:
    """The records of every dataset that are to be decided and compared with what was last decided."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def note(self, dataset_id: str, records: Sequence[str]) -> None:
        """These are to be compared."""
        for start in range(0, len(records), 10_000):
            self._redis.sadd(self._keys.of(dataset_id, "moved"), *records[start : start + 10_000])

    def note_near(self, dataset_id: str) -> None:
        """So are all that were decided near a confidence that the settings name."""
        moved, near, swept = (self._keys.of(dataset_id, n) for n in ("moved", "near", "swept"))
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.sunionstore(moved, moved, near)
            pipe.delete(swept)
            pipe.execute()

    def note_swept(self, dataset_id: str) -> None:
        """Have a distiller fit anew whatever changed, and compare all that is near such a confidence."""
        self._redis.set(self._keys.of(dataset_id, "swept"), "1")

    def swept(self, dataset_id: str) -> bool:
        """Whether a sweep wants that, and no distiller has done it yet."""
        return bool(self._redis.exists(self._keys.of(dataset_id, "swept")))

    def take(self, dataset_id: str, most: int) -> list[str]:
        """Some of them. Removes nothing."""
        found = self._redis.srandmember(self._keys.of(dataset_id, "moved"), most)
        return [record.decode() for record in found]

    def clear(self, dataset_id: str, records: Sequence[str]) -> None:
        """These were compared."""
        if records:
            self._redis.srem(self._keys.of(dataset_id, "moved"), *records)
