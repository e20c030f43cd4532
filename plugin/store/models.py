"""What the models of each dataset's questions have learned, and a team's own strategies that failed.

How snapshots are made is `workers.models`; which of them a process may keep in memory is `work.model_copies`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.state.failed_strategy import FailedStrategy
from argilla_distill.domain.state.model_info import ModelInfo
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import kept_and_gone
from argilla_distill.plugin.store.shapes import plain_shapes


class StoredModels:
    """The models of all questions, as snapshots and as facts about them."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def of(self, dataset_id: str, question: str) -> tuple[bytes | None, ModelInfo | None]:
        """A question's snapshot and what is known of it; None where there is none."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.hget(self._keys.of(dataset_id, "model"), question)
        pipe.hget(self._keys.of(dataset_id, "model_info"), question)
        snapshot, info = pipe.execute()
        return snapshot, plain_shapes.model_info(json.loads(info)) if info else None

    def all(self, dataset_id: str) -> dict[str, ModelInfo]:
        """What is known of every question's model."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "model_info"))
        return {q.decode(): plain_shapes.model_info(json.loads(info)) for q, info in found.items()}

    def write(
        self,
        pipe: Any,
        dataset_id: str,
        question: str,
        snapshot: bytes | None,
        info: ModelInfo,
    ) -> None:
        """Replace a question's model, within a transaction; without a snapshot only the facts."""
        if snapshot is not None:
            pipe.hset(self._keys.of(dataset_id, "model"), question, snapshot)
        pipe.hset(
            self._keys.of(dataset_id, "model_info"),
            question,
            json.dumps(plain_shapes.model_json(info)),
        )

    # A team's own strategies that failed

    def failures(self, dataset_id: str) -> dict[str, FailedStrategy]:
        """Question → the strategy that failed on it."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "failed_strategies"))
        return {
            q.decode(): plain_shapes.failed_strategy(json.loads(each)) for q, each in found.items()
        }

    def write_failures(
        self, dataset_id: str, failures: Mapping[str, FailedStrategy | None]
    ) -> None:
        """Replace what is known of some questions' failures; None: it failed no longer."""
        key = self._keys.of(dataset_id, "failed_strategies")
        kept, gone = kept_and_gone(failures)
        if gone:
            self._redis.hdel(key, *gone)
        if kept:
            self._redis.hset(key, mapping={q: json.dumps(asdict(each)) for q, each in kept.items()})
