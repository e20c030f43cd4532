"""Where a sweep that is done in slices has got to. One that is forgotten begins anew: nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

KEPT_S = 3600
"""A sweep that nobody went on with for so long begins anew."""

SEEN = "seen"
"""Ids that were compared, by slice; earlier releases have all of them under this name alone."""


@dataclass(frozen=True)
class Begun:
    """A sweep that was begun.

    Attributes
    ----------
    started : ms since the epoch, by our clock.
    activity, reviewed : when the dataset and its review dataset were last active then, by Argilla's.
    records, differing : how many were compared so far, and how many of them differed.
    """

    started: int
    activity: int
    reviewed: int
    records: int = 0
    differing: int = 0


class Sweeps:
    """The sweeps that are not at their end, one a dataset."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def begun(self, dataset_id: str) -> Begun | None:
        """What was begun and left, None if nothing was."""
        found = self._redis.hget(self._keys.of(dataset_id, "sweep"), "begun")
        return None if found is None else Begun(**json.loads(found))

    def seen(self, dataset_id: str) -> set[str]:
        """The ids of the records that its slices so far have compared."""
        parts = self._redis.hgetall(self._keys.of(dataset_id, "sweep")).items()
        return {i for name, ids in parts if name.startswith(SEEN.encode()) for i in unpack(ids)}

    def leave(self, dataset_id: str, begun: Begun, seen: Iterable[str]) -> None:
        """Keep where it has got to, for the next slice; `seen` are the ids that this one has compared."""
        key = self._keys.of(dataset_id, "sweep")
        part = f"{SEEN}:{begun.records}"
        state = {"begun": json.dumps(asdict(begun)), part: pack(sorted(seen))}
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping=state)
            pipe.expire(key, KEPT_S)
            pipe.execute()

    def end(self, dataset_id: str) -> None:
        """It is at its end."""
        self._redis.delete(self._keys.of(dataset_id, "sweep"))
