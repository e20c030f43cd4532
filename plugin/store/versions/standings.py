"""How often each run is right, as last counted, and whether that is to be counted anew."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from argilla_distill.domain.report import read
from argilla_distill.domain.runs.standing import StandingsTaken
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack
from argilla_distill.plugin.store.versions.requested import Requested

RUNS = "runs"


class StoredStandings:
    """The runs of all datasets, in figures."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._requested = Requested(redis, keys, "standings_asked", "standings_progress")

    def of(self, dataset_id: str) -> StandingsTaken | None:
        """As last counted; None where nobody has."""
        found = self._redis.get(self._keys.of(dataset_id, "run_standings"))
        return read(StandingsTaken, unpack(found)) if found else None

    def keep(self, dataset_id: str, taken: StandingsTaken) -> None:
        """They are counted."""
        self._redis.set(self._keys.of(dataset_id, "run_standings"), pack(asdict(taken)))

    def ask(self, dataset_id: str, at: int) -> bool:
        """Ask that they be counted; whether somebody has to be sent for it, as nobody is on it."""
        return self._requested.ask(dataset_id, RUNS, at)

    def asked(self, dataset_id: str) -> int | None:
        """When it was last asked for, if it is not done; ms since the epoch."""
        return next(iter(self._requested.asked(dataset_id)), None)

    def done(self, dataset_id: str, at: int) -> None:
        """They are counted as it was asked for at this moment."""
        self._requested.done(dataset_id, RUNS, at)

    def fail(self, dataset_id: str, error: str) -> None:
        """They cannot be counted; whoever asks next has it tried again."""
        self._requested.fail(dataset_id, RUNS, error)
