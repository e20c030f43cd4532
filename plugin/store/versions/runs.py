"""The runs of all datasets: what outside models predict. What they are is `domain.runs`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.report import read
from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

BLOCK = 500
"""Predictions that are packed together: `python -m benchmarks compare` tells what one takes."""


class Runs:
    """Runs by dataset and name."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def all(self, dataset_id: str) -> list[ModelRun]:
        """All runs, the first added first."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "runs")).values()
        runs = (read(ModelRun, unpack(value)) for value in found)
        return sorted(runs, key=lambda each: (each.added_at, each.name))

    def any(self, dataset_id: str) -> bool:
        """Whether a dataset has runs."""
        return bool(self._redis.exists(self._keys.of(dataset_id, "runs")))

    def of(self, dataset_id: str, name: str) -> ModelRun | None:
        """A run by its name."""
        found = self._redis.hget(self._keys.of(dataset_id, "runs"), name)
        return read(ModelRun, unpack(found)) if found else None

    def predictions(self, dataset_id: str, name: str) -> Iterator[Prediction]:
        """What a run predicts, by record id; nothing where there is no such run."""
        key = self._keys.of(dataset_id, f"run_predictions:{name}")
        for number in range(self._redis.hlen(key)):
            found = self._redis.hget(key, number)
            for row in unpack(found) if found else ():
                yield Prediction(*row)

    def add(self, dataset_id: str, new: ModelRun, predictions: Sequence[Prediction]) -> ModelRun:
        """Keep a run, whole or not at all. The run of that name: the one that was there, if there was."""
        rows = [
            [each.record_id, each.value, each.group, each.score, each.probabilities]
            for each in sorted(predictions, key=lambda each: each.record_id)
        ]
        blocks = {n // BLOCK: pack(rows[n : n + BLOCK]) for n in range(0, len(rows), BLOCK)}
        key, there = self._keys.of(dataset_id, "runs"), [new]

        def write(pipe: Any) -> None:  # once more where another run was written meanwhile
            known = pipe.hget(key, new.name)
            there[:] = [read(ModelRun, unpack(known)) if known else new]
            pipe.multi()
            if not known:
                pipe.hset(key, new.name, pack(asdict(new)))
                pipe.hset(self._keys.of(dataset_id, f"run_predictions:{new.name}"), mapping=blocks)

        self._redis.transaction(write, key)
        return there[0]

    def delete(self, dataset_id: str, name: str) -> None:
        """Forget a run, and what it predicted; none is no error."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(self._keys.of(dataset_id, "runs"), name)
            pipe.delete(self._keys.of(dataset_id, f"run_predictions:{name}"))
            pipe.execute()
