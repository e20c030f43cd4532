"""Which segments of a dataset's latest traced version are suspect, by question."""

from __future__ import annotations

from typing import Any

from argilla_distill.domain.report import as_json, read
from argilla_distill.domain.versions.tracing import Suspicions
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack


class KeptSuspicions:
    """What was last found of every question."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def keep(self, dataset_id: str, found: Suspicions) -> None:
        """In place of what was found of this question before."""
        key = self._keys.of(dataset_id, "suspicions")
        self._redis.hset(key, found.question, pack(as_json(found)))

    def all(self, dataset_id: str) -> dict[str, Suspicions]:
        """Question → what was found."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "suspicions"))
        return {name.decode(): read(Suspicions, unpack(value)) for name, value in found.items()}
