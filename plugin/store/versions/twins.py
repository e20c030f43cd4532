"""The twins of versions as far as Redis knows them. What is in them is in Argilla."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.work.leases import Leases


class Twins(Leases):
    """The twins of all datasets' versions; one at a time works on a dataset's, with a lease on them."""

    def __init__(self, redis: Any, keys: Keys, clock: Callable[[], float]) -> None:
        super().__init__(redis, keys, clock, "twins")

    def of(self, dataset_id: str, version: str) -> Twin | None:
        """A version's twin; None where none was asked for."""
        found = self._redis.hget(self._keys.of(dataset_id, "twins"), version)
        return Twin(**json.loads(found)) if found else None

    def all(self, dataset_id: str) -> dict[str, Twin]:
        """Version → its twin, the first asked for first."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "twins")).values()
        twins = [Twin(**json.loads(value)) for value in found]
        return {twin.version: twin for twin in sorted(twins, key=lambda t: (t.asked_at, t.version))}

    def waiting(self, dataset_id: str) -> list[Twin]:
        """Those that are to be made or gone on with, the first asked for first."""
        return [twin for twin in self.all(dataset_id).values() if twin.waits]

    def keep(self, dataset_id: str, twin: Twin) -> None:
        """Note how far a twin has come. A dataset that once was a twin stays known as one."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(self._keys.of(dataset_id, "twins"), twin.version, json.dumps(asdict(twin)))
            if twin.id:
                pipe.hset(self._keys.shared("twinned"), twin.id, dataset_id)
            pipe.execute()

    def look_again(self, dataset_id: str, version: str, now: int) -> bool:
        """Ask for a twin that is done once more, if there is one: the tags that name it have changed."""
        known = self.of(dataset_id, version)
        if known is None or known.state != "done":
            return False
        self.keep(dataset_id, replace(known, state="asked for", asked_at=now, moved_at=now))
        return True

    def forget(self, dataset_id: str, version: str) -> None:
        """A version has no twin any more."""
        self._redis.hdel(self._keys.of(dataset_id, "twins"), version)

    def original_of(self, dataset_id: str) -> str | None:
        """The dataset of whose version this one is, or was, the twin."""
        found = self._redis.hget(self._keys.shared("twinned"), dataset_id)
        return found.decode() if found else None
