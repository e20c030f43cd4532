"""Work that pages ask for and a worker does aside: what is asked for, and how far each of it has come.

What is asked for stays until it is done or has failed. How far it has come expires: so nobody has to be
alive for it to be begun again.
"""

from __future__ import annotations

from typing import Any

from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

WANTED_S = 120
"""After so long without a sign of life a piece of work is asked for once more."""

FAILED_S = 30
"""So long is told why it failed."""


class Requested:
    """Work of one kind, by dataset and name.

    Parameters
    ----------
    waiting : the hash of what is asked for: name → what it is.
    progress : what the names of the hashes begin with that tell how far each has come.
    """

    def __init__(self, redis: Any, keys: Keys, waiting: str, progress: str) -> None:
        self._redis = redis
        self._keys = keys
        self._waiting = waiting
        self._progress = progress

    def ask(self, dataset_id: str, name: str, what: object) -> bool:
        """Ask for it; whether somebody has to be sent for it, as nobody is on it."""
        self._redis.hset(self._keys.of(dataset_id, self._waiting), name, pack(what))
        key = self._far(dataset_id, name)
        if self._redis.hexists(key, "error"):  # it is tried once more
            self._redis.delete(key)
        if not self._redis.hsetnx(key, "done", 0):
            return False
        self._redis.expire(key, WANTED_S)
        return True

    def asked(self, dataset_id: str) -> list[Any]:
        """What is to be done."""
        return [
            *map(unpack, self._redis.hgetall(self._keys.of(dataset_id, self._waiting)).values())
        ]

    def waits(self, dataset_id: str, name: str) -> bool:
        """Whether this is to be done."""
        return bool(self._redis.hexists(self._keys.of(dataset_id, self._waiting), name))

    def progress(self, dataset_id: str, name: str) -> dict[str, str]:
        """How far it has come: done, total, and error where it failed; empty where nobody is on it."""
        found = self._redis.hgetall(self._far(dataset_id, name))
        return {key.decode(): value.decode() for key, value in found.items()}

    def note(self, dataset_id: str, name: str, done: int, total: int) -> None:
        """Note how far it is, which is also a sign of life."""
        key = self._far(dataset_id, name)
        self._redis.hset(key, mapping={"done": done, "total": total})
        self._redis.expire(key, WANTED_S)

    def done(self, dataset_id: str, name: str, what: object) -> None:
        """It is done, unless something else was asked for under this name meanwhile."""
        key = self._keys.of(dataset_id, self._waiting)

        def taken_off(pipe: Any) -> None:
            same = pipe.hget(key, name) == pack(what)
            pipe.multi()
            if same:
                pipe.hdel(key, name)
            pipe.delete(self._far(dataset_id, name))

        self._redis.transaction(taken_off, key)

    def fail(self, dataset_id: str, name: str, error: str) -> None:
        """It cannot be done: say why, for a while."""
        key = self._far(dataset_id, name)
        self._redis.hdel(self._keys.of(dataset_id, self._waiting), name)
        self._redis.hset(key, "error", error)
        self._redis.expire(key, FAILED_S)

    def _far(self, dataset_id: str, name: str) -> str:
        return self._keys.of(dataset_id, f"{self._progress}:{name}")
