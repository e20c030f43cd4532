"""Writes to Argilla that were begun and whose end nobody has seen: what they may still change.

A write on the wire can land long after its worker was killed, timed out or lost its lease, and then
undoes what was published since. So each is noted before it is sent and crossed out when Argilla has
answered it. What stays noted is looked at again and again, after twice the time that has passed since
it was begun: a write that lands late is put right within as long again as it was late.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Any

from argilla_distill.plugin.store.keys import Keys

FIRST_LOOK_MS = 15_000
"""So long after the beginning the first look is due; the next ones at twice, four times, … as long."""

MAX_AGE_MS = 3_600_000
"""No write is expected to land later than that. The daily sweep looks at everything anyway."""


class Unanswered:
    """The unanswered writes of every dataset: token → when it was begun, what it writes."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def begin(self, dataset_id: str, things: Iterable[str], now: int) -> str:
        """Note that these things are about to be written; returns the token for `end`."""
        token = secrets.token_hex(6)
        self._write(dataset_id, token, now, now + FIRST_LOOK_MS, list(things))
        return token

    def end(self, dataset_id: str, token: str) -> None:
        """Argilla answered: what was written has landed, or never will."""
        self._redis.hdel(self._keys.of(dataset_id, "unanswered"), token)

    def things(self, dataset_id: str) -> list[str]:
        """All that unanswered writes may still change, due or not."""
        found = self._redis.hvals(self._keys.of(dataset_id, "unanswered"))
        return list(dict.fromkeys(thing for value in found for thing in json.loads(value)[2]))

    def count(self, dataset_id: str) -> int:
        """How many writes nobody has seen the end of."""
        return int(self._redis.hlen(self._keys.of(dataset_id, "unanswered")))

    def due(self, dataset_id: str, now: int) -> list[str]:
        """The things that are to be looked at now. Their next look is due after as long again."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "unanswered"))
        things: dict[str, None] = {}
        for token, value in found.items():
            since, due, written = json.loads(value)
            if due > now:
                continue
            things |= dict.fromkeys(written)
            if now - since > MAX_AGE_MS:
                self.end(dataset_id, token.decode())
            else:
                self._write(dataset_id, token.decode(), since, 2 * now - since, written)
        return list(things)

    def _write(self, dataset_id: str, token: str, since: int, due: int, things: list[str]) -> None:
        value = json.dumps([since, due, things])
        self._redis.hset(self._keys.of(dataset_id, "unanswered"), token, value)
