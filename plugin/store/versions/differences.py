"""What changed between versions, as far as Redis knows it: counts, and which comparisons are asked for.

Versions never change, so neither does what differs between two of them. The changes themselves are listed
in a file beside the versions.
"""

from __future__ import annotations

from typing import Any

from argilla_distill.domain.versions.difference import FORMAT, Difference, pair
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack
from argilla_distill.plugin.store.versions.requested import Requested


class Differences:
    """The comparisons of all datasets' versions."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._requested = Requested(redis, keys, "comparisons", "comparing")

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
        key = self._keys.of(dataset_id, "differences")
        self._redis.hset(key, name, pack(difference.as_json()))
        self._requested.done(dataset_id, name, [difference.was.name, difference.now.name])

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
        return self._requested.ask(dataset_id, pair(was, now), [was, now])

    def asked(self, dataset_id: str) -> list[tuple[str, str]]:
        """The pairs of versions that are to be compared."""
        return sorted((was, now) for was, now in self._requested.asked(dataset_id))

    def progress(self, dataset_id: str, was: str, now: str) -> dict[str, str]:
        """How far a comparison is: done, total, and error where it failed; empty where nobody is on it."""
        return self._requested.progress(dataset_id, pair(was, now))

    def note(self, dataset_id: str, was: str, now: str, done: int, total: int) -> None:
        """Note how far a comparison is, which is also a sign of life."""
        self._requested.note(dataset_id, pair(was, now), done, total)

    def fail(self, dataset_id: str, was: str, now: str, error: str) -> None:
        """It cannot be made: say why, for a while."""
        self._requested.fail(dataset_id, pair(was, now), error)
