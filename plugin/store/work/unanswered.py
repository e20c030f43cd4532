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

_BEGIN = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local times = string.format('%.0f, %.0f', ms, ms + tonumber(ARGV[2]))
return redis.call('HSET', KEYS[1], ARGV[1], '[' .. times .. ', ' .. ARGV[3] .. ']')
"""

_END = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('HDEL', KEYS[2], ARGV[2])
"""


class Unanswered:
    """The unanswered writes of every dataset: token → when it was begun, what it writes."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    @staticmethod
    def token() -> str:
        """A name for a write that is about to begin."""
        return secrets.token_hex(6)

    def begin(self, pipe: Any, dataset_id: str, token: str, things: Iterable[str]) -> None:
        """Note, with whatever else is sent at once, that these things are about to be written."""
        key = self._keys.of(dataset_id, "unanswered")
        pipe.eval(_BEGIN, 1, key, token, FIRST_LOOK_MS, json.dumps(list(things)))

    def end(self, dataset_id: str, token: str) -> None:
        """Argilla answered: what was written has landed, or never will."""
        self._redis.hdel(self._keys.of(dataset_id, "unanswered"), token)

    def end_where_held(self, pipe: Any, dataset_id: str, token: str, holder: str) -> None:
        """The same, with whatever else is sent at once, if the dataset's lease is still of this holder."""
        keys = (self._keys.of(dataset_id, name) for name in ("lease", "unanswered"))
        pipe.eval(_END, 2, *keys, holder, token)

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
