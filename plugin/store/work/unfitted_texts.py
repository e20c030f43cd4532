"""Which records' texts the saved models do not hold yet, though they hold their votes.

Votes come back from the history, whatever happens to a worker. Texts are in Argilla only: whoever
loads the models reads those again that were read since the models were saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from argilla_distill.plugin.store.keys import Keys

MANY = 5_000
"""So many records are noted in one call."""

_NOTE = """
redis.call('SADD', KEYS[1], unpack(ARGV))
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('SADD', KEYS[3], unpack(ARGV)) end
return 0
"""


class UnfittedTexts:
    """The records of every dataset whose texts are to be read again with the saved models."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def note(self, dataset_id: str, records: Sequence[str]) -> None:
        """The texts of these records are in no saved model, nor will a fit that is under way know them."""
        keys = [self._keys.of(dataset_id, name) for name in ("texts", "fitting", "texts_since")]
        for start in range(0, len(records), MANY):
            self._redis.eval(_NOTE, 3, *keys, *records[start : start + MANY])

    def unsaved(self, dataset_id: str) -> list[str]:
        """The records whose texts are in no saved model."""
        return [r.decode() for r in self._redis.smembers(self._keys.of(dataset_id, "texts"))]

    def saved(self, pipe: Any, dataset_id: str, records: Sequence[str]) -> None:
        """The texts of these records are saved with the models, within the same transaction."""
        if records:
            pipe.srem(self._keys.of(dataset_id, "texts"), *records)

    def unread(self, dataset_id: str, records: Sequence[str]) -> list[str]:
        """Those of these records that do not wait to be looked at anyway."""
        waiting = {
            *self._redis.smembers(self._keys.of(dataset_id, "stale")),
            *self._redis.hkeys(self._keys.of(dataset_id, "dirty")),
        }
        return [record_id for record_id in records if record_id.encode() not in waiting]
