"""Which of several versions is better, as it was last found out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from argilla_distill.domain.versions.contest import VersionsCompared, comparison_name
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack


class StoredComparisons:
    """The latest comparison of each set of versions."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def find(
        self, dataset_id: str, versions: Sequence[str], runs: Sequence[str] = ()
    ) -> VersionsCompared | None:
        """The last comparison of these, in this order; None where they were not compared."""
        name = comparison_name(versions, runs)
        found = self._redis.hget(self._keys.of(dataset_id, "compared"), name)
        return VersionsCompared.read(unpack(found)) if found else None

    def keep(self, compared: VersionsCompared) -> None:
        """Versions are compared; what was found earlier of the same is forgotten."""
        key = self._keys.of(compared.dataset_id, "compared")
        self._redis.hset(key, compared.name, pack(compared.as_json()))
