"""What changed between versions, as far as Redis knows it: counts, and which comparisons are asked for.

Versions never change, so neither does what differs between two of them. The changes themselves are listed
in a file beside the versions.
"""

from __future__ import annotations

from typing import Any

from argilla_distill.domain.versions.difference import FORMAT, Difference, pair
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

WANTED_S = 120
"""After so long without a sign of life a comparison is asked for once more."""

FAILED_S = 30
"""So long is told why a comparison failed, before it is tried once more."""


class Differences:
    """The comparisons of all datasets' versions."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def find(self, dataset_id: str, was: str, now: str) -> Difference | None:
        """What changed between two versions; None where they were not compared yet."""
        found = self._redis.hget(self._keys.of(dataset_id, "differences"), pair(was, now))
        stored = unpack(found) if found else None
        if stored is None or stored["format"] != FORMAT:
            return None
        return Difference.read(stored)

    def keep(self, difference: Difference) -> None:
        """Two versions are compared."""
        dataset_id, name = difference.dataset_id, difference.name
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(self._keys.of(dataset_id, "differences"), name, pack(difference.as_json()))
            pipe.hdel(self._keys.of(dataset_id, "comparisons"), name)
            pipe.delete(self._comparing(dataset_id, name))
            pipe.execute()

    def forget(self, dataset_id: str, version: str) -> list[str]:
        """A version's files are deleted: forget what they differed in. The names of what is forgotten."""
        key = self._keys.of(dataset_id, "differences")
        names = [name.decode() for name in self._redis.hkeys(key)]
        gone = [name for name in names if version in name.split("...")]
        if gone:
            self._redis.hdel(key, *gone)
        return gone

    # What is asked for

    def ask(self, dataset_id: str, was: str, now: str) -> bool:
        """Ask for a comparison; whether somebody has to be sent for it, as nobody is on it."""
        name = pair(was, now)
        self._redis.hset(self._keys.of(dataset_id, "comparisons"), name, pack([was, now]))
        key = self._comparing(dataset_id, name)
        if not self._redis.hsetnx(key, "done", 0):
            return False
        self._redis.expire(key, WANTED_S)
        return True

    def asked(self, dataset_id: str) -> list[tuple[str, str]]:
        """The pairs of versions that are to be compared."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "comparisons")).values()
        return sorted((was, now) for was, now in map(unpack, found))

    def progress(self, dataset_id: str, was: str, now: str) -> dict[str, str]:
        """How far a comparison is: done, total, and error where it failed; empty where nobody is on it."""
        found = self._redis.hgetall(self._comparing(dataset_id, pair(was, now)))
        return {key.decode(): value.decode() for key, value in found.items()}

    def note(self, dataset_id: str, was: str, now: str, done: int, total: int) -> None:
        """Note how far a comparison is, which is also a sign of life."""
        key = self._comparing(dataset_id, pair(was, now))
        self._redis.hset(key, mapping={"done": done, "total": total})
        self._redis.expire(key, WANTED_S)

    def fail(self, dataset_id: str, was: str, now: str, error: str) -> None:
        """It cannot be made: say why, for a while."""
        key = self._comparing(dataset_id, pair(was, now))
        self._redis.hdel(self._keys.of(dataset_id, "comparisons"), pair(was, now))
        self._redis.hset(key, "error", error)
        self._redis.expire(key, FAILED_S)

    def _comparing(self, dataset_id: str, name: str) -> str:
        return self._keys.of(dataset_id, f"comparing:{name}")
