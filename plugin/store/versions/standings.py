"""How often each run is right, as last counted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from argilla_distill.domain.report import read
from argilla_distill.domain.runs.standing import StandingsTaken
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack


class StoredStandings:
    """The runs of all datasets, in figures."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def of(self, dataset_id: str) -> StandingsTaken | None:
        """As last counted; None where nobody has."""
        found = self._redis.get(self._keys.of(dataset_id, "run_standings"))
        return read(StandingsTaken, unpack(found)) if found else None

    def keep(self, dataset_id: str, taken: StandingsTaken) -> None:
        """They are counted."""
        self._redis.set(self._keys.of(dataset_id, "run_standings"), pack(asdict(taken)))
