"""Failures that were sent through the web process, and what was found near to them: the latest."""

from __future__ import annotations

from typing import Any

from argilla_distill.domain.report import as_json, read
from argilla_distill.domain.versions.traced_failures import TracedFailures
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

MAX_KEPT = 10
"""So many are kept of a dataset: those that were asked last."""


class SentFailures:
    """By dataset and id."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def all(self, dataset_id: str) -> list[TracedFailures]:
        """All that are kept, the last asked first."""
        found = self._redis.hgetall(self._key(dataset_id)).values()
        every = [read(TracedFailures, unpack(value)) for value in found]
        return sorted(every, key=lambda each: (-each.asked_at, each.id))

    def of(self, dataset_id: str, name: str) -> TracedFailures | None:
        """Some of them, by their id."""
        found = self._redis.hget(self._key(dataset_id), name)
        return read(TracedFailures, unpack(found)) if found else None

    def keep(self, dataset_id: str, sent: TracedFailures) -> None:
        """In place of what has the same id; the oldest make room."""
        key = self._key(dataset_id)
        self._redis.hset(key, sent.id, pack(as_json(sent)))
        surplus = [each.id for each in self.all(dataset_id)[MAX_KEPT:]]
        if surplus:
            self._redis.hdel(key, *surplus)

    def _key(self, dataset_id: str) -> str:
        return self._keys.of(dataset_id, "sent_failures")
