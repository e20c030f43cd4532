"""What somebody who keeps a dataset's models in memory has to know before they use them again.

A copy of a model is behind, never wrong: the history says what was learned since. Two things the history
does not say, and they are here: whether the models were saved by somebody else meanwhile (their fits and
texts are in the new snapshot alone), and on which records decisions were written.

Only a Redis that lost its last second, as one may that took another's place, has a history that knows less
than a copy: it does not have the entry up to which the copy has learned.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from argilla_distill.domain.history import START
from argilla_distill.plugin.store.keys import Keys

REMEMBERED = 2_000
"""So many records are remembered as decided; whoever missed more loads the models anew."""


class ModelCopies:
    """The datasets' saved models and decided records, as news."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def write_saved(self, pipe: Any, dataset_id: str) -> str:
        """Note, within the transaction that saves models, that they are others now; returns their mark."""
        mark = secrets.token_hex(8)
        pipe.set(self._keys.of(dataset_id, "saved"), mark)
        return mark

    def saved(self, dataset_id: str) -> str:
        """The mark of the models as they are saved; empty where none is."""
        return (self._redis.get(self._keys.of(dataset_id, "saved")) or b"").decode()

    def write_decided(self, pipe: Any, dataset_id: str, records: Collection[str]) -> None:
        """Note, within the transaction that keeps decisions, on which records they are."""
        if records:
            key = self._keys.of(dataset_id, "decided")
            pipe.rpush(key, *records)
            pipe.ltrim(key, -REMEMBERED, -1)
            pipe.incrby(self._keys.of(dataset_id, "decided_ever"), len(records))

    def state(self, dataset_id: str, learned: Collection[str]) -> tuple[str, int, bool]:
        """At once: the mark of the models as they are saved, how many decided records were noted, and whether
        the entries `learned` are in the part of the history that is in Redis."""
        history = self._keys.of(dataset_id, "history")
        known = [entry_id for entry_id in learned if entry_id != START]
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.mget(*(self._keys.of(dataset_id, name) for name in ("saved", "decided_ever")))
            for entry_id in known:
                pipe.xrange(history, entry_id, entry_id)
            (mark, ever), *found = pipe.execute()
        return (mark or b"").decode(), int(ever or 0), all(found)

    def decided_ever(self, dataset_id: str) -> int:
        """How many decided records were ever noted."""
        return int(self._redis.get(self._keys.of(dataset_id, "decided_ever")) or 0)

    def decided_since(self, dataset_id: str, ever: int, now: int) -> list[str] | None:
        """The records decided since so many were noted, of `now` in all; None where that is forgotten."""
        missed = now - ever
        if missed == 0:
            return []
        if not 0 < missed <= REMEMBERED:
            return None
        found = self._redis.lrange(self._keys.of(dataset_id, "decided"), -missed, -1)
        return [record.decode() for record in found]
