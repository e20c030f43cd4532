"""Who fits the models of a large dataset beside the workers, and which texts were read meanwhile.

Such a fit takes no lease while it lasts: answers are learned and decided by the models as they are. What it
saves in the end knows the history up to its beginning, and whoever loads it reads the rest. Texts are not in
the history, so those that are read during a fit are remembered here, to be read again with what it saved.
"""

from __future__ import annotations

from typing import Any

from argilla_distill.plugin.store.keys import Keys

CLAIM_S = 60
"""A fit that gives no sign of life for so long is dead."""

RENEW_S = 15.0

PAUSE_S = 3600
"""After a fit that failed, and would fail again, the next one is begun so much later."""

ASKED = "asked"
PAUSED = "paused: "
RESTING = "resting"

_BEGIN = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] and held ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
redis.call('SUNIONSTORE', KEYS[2], KEYS[3])
return 1
"""

_RENEW = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('EXPIRE', KEYS[1], ARGV[2])
"""

_END = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) > 0 then redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[2])
else redis.call('DEL', KEYS[1]) end
redis.call('DEL', KEYS[2])
return 1
"""


class Fits:
    """The fits beside the workers, one a dataset at a time."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def claim(self, dataset_id: str) -> bool:
        """Claim the right to ask for a fit; False while one is asked for, under way, or not to be yet."""
        return bool(self._redis.set(self._fitting(dataset_id), ASKED, nx=True, ex=CLAIM_S))

    def begin(self, dataset_id: str, token: str) -> bool:
        """Begin one, before the models are loaded; False if another is under way or not to be yet."""
        keys = (
            self._fitting(dataset_id),
            self._since(dataset_id),
            self._keys.of(dataset_id, "texts"),
        )
        return bool(self._redis.eval(_BEGIN, 3, *keys, token, CLAIM_S, ASKED))

    def renew(self, dataset_id: str, token: str) -> bool:
        """Give a sign of life; False if it is ours no longer."""
        return bool(self._redis.eval(_RENEW, 1, self._fitting(dataset_id), token, CLAIM_S))

    def write(self, pipe: Any, dataset_id: str) -> None:
        """Within the transaction that saves a fit: have the texts read again that it has not seen."""
        texts, since = self._keys.of(dataset_id, "texts"), self._since(dataset_id)
        pipe.sunionstore(texts, texts, since)
        pipe.incr(self._keys.of(dataset_id, "fitted"))

    def written(self, dataset_id: str) -> int:
        """How many fits were ever saved so."""
        return int(self._redis.get(self._keys.of(dataset_id, "fitted")) or 0)

    def end(self, dataset_id: str, token: str, rest_s: int = 0) -> None:
        """It is at its end; the next is asked for after `rest_s` seconds at the earliest."""
        keys = self._fitting(dataset_id), self._since(dataset_id)
        self._redis.eval(_END, 2, *keys, token, rest_s, RESTING)

    def pause(self, dataset_id: str, why: str) -> None:
        """It failed, and would again: no other is begun for a while."""
        self._redis.set(self._fitting(dataset_id), PAUSED + why, ex=PAUSE_S)

    def forgive(self, dataset_id: str) -> None:
        """Let one be begun at once, whatever became of the last."""
        key = self._fitting(dataset_id)
        held = (self._redis.get(key) or b"").decode()
        if held == RESTING or held.startswith(PAUSED):
            self._redis.delete(key)

    def trouble(self, dataset_id: str) -> str:
        """Why none is begun for a while; empty where nothing is wrong."""
        held = (self._redis.get(self._fitting(dataset_id)) or b"").decode()
        return held.removeprefix(PAUSED) if held.startswith(PAUSED) else ""

    def _fitting(self, dataset_id: str) -> str:
        return self._keys.of(dataset_id, "fitting")

    def _since(self, dataset_id: str) -> str:
        return self._keys.of(dataset_id, "texts_since")
