"""Which segments of a dataset's latest traced version are suspect, by question; and of rounds, by round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.report import as_json, read
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import KnownSuspicions, OwnVersion, RoundSuspicion, own
from argilla_distill.domain.versions.tracing import Suspicions
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

_SPACE = " "
"""Between a version, whose name has none, and a round."""


class KeptSuspicions:
    """What was last found of every question, and what was found of rounds in the versions of their ends."""

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

    def keep_of_round(self, dataset_id: str, of: Round, found: Sequence[RoundSuspicion]) -> None:
        """What was found of a round in the version that its end made; nothing, where nothing can be said."""
        key = self._keys.of(dataset_id, "round_suspicions")
        self._redis.hset(key, _SPACE.join(own(of)), pack([asdict(each) for each in found]))

    def rounds_looked_at(self, dataset_id: str) -> set[OwnVersion]:
        """The rounds of which that was kept."""
        key = self._keys.of(dataset_id, "round_suspicions")
        return {_read(name) for name in self._redis.hkeys(key)}

    def of_rounds(self, dataset_id: str) -> KnownSuspicions:
        """All that is known of a dataset's rounds."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "round_suspicions"))
        kept = {
            _read(name): tuple(read(RoundSuspicion, each) for each in unpack(value))
            for name, value in found.items()
        }
        return KnownSuspicions(self.all(dataset_id), kept)


def _read(name: bytes) -> OwnVersion:
    version, _, round_ = name.decode().partition(_SPACE)
    return version, round_
