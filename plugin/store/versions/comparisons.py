"""Which of several versions is better, as it was last found out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from argilla_distill.domain.versions.contest import (
    FORMAT,
    VersionsCompared,
    comparison_name,
)
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack


class StoredComparisons:
    """The latest comparison of each set of versions and runs."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def find(
        self, dataset_id: str, versions: Sequence[str], runs: Sequence[str] = ()
    ) -> VersionsCompared | None:
        """The last comparison of these, in this order; None where they were not compared."""
        name = comparison_name(versions, runs)
        return _read(self._redis.hget(self._keys.of(dataset_id, "compared"), name))

    def all(self, dataset_id: str) -> list[VersionsCompared]:
        """All comparisons of a dataset, the last made first."""
        stored = self._redis.hgetall(self._keys.of(dataset_id, "compared")).values()
        every = [each for each in map(_read, stored) if each is not None]
        return sorted(every, key=lambda each: (-each.at, each.name))

    def keep(self, compared: VersionsCompared) -> None:
        """Versions are compared; what was found earlier of the same is forgotten."""
        key = self._keys.of(compared.dataset_id, "compared")
        self._redis.hset(key, compared.name, pack(compared.as_json()))

    def forget_run(self, dataset_id: str, run: str) -> None:
        """A run is deleted: forget what it was compared with."""
        gone = [each.name for each in self.all(dataset_id) if run in each.runs]
        if gone:
            self._redis.hdel(self._keys.of(dataset_id, "compared"), *gone)


def _read(found: bytes | None) -> VersionsCompared | None:
    """What is stored, unless another release wrote it in a form of its own."""
    stored = unpack(found) if found else None
    if stored is None or stored.get("format") != FORMAT:
        return None
    return VersionsCompared.read(stored)
