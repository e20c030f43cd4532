"""Records that reviewers or further annotators were asked to look at, whatever that is worth in the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.state.review import ReviewRequest
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack


class ReviewRequests:
    """Requests by dataset and record. They stay when they are answered: what was blind stays blind."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def of(self, dataset_id: str, records: Sequence[str]) -> dict[str, ReviewRequest]:
        """What was asked of these records, of those of which something was."""
        key = self._keys.of(dataset_id, "requests")
        found = self._redis.hmget(key, records) if records else []
        return {i: _read(value) for i, value in zip(records, found, strict=True) if value}

    def all(self, dataset_id: str) -> dict[str, ReviewRequest]:
        """Everything that was asked."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "requests"))
        return {record_id.decode(): _read(value) for record_id, value in found.items()}

    def ask(self, pipe: Any, dataset_id: str, asked: Mapping[str, ReviewRequest]) -> None:
        """Note requests, within a transaction."""
        if asked:
            values = {record_id: pack(asdict(each)) for record_id, each in asked.items()}
            pipe.hset(self._keys.of(dataset_id, "requests"), mapping=values)


def _read(value: bytes) -> ReviewRequest:
    return ReviewRequest(**unpack(value))
