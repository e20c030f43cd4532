"""What datasets take of Redis's memory: counted now and then, kept, and told with its age.

Redis tells what a key takes by looking at a few of its elements (`MEMORY USAGE … SAMPLES`), so that takes
it as long for a key of a million elements as for one of a hundred.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.state.redis_memory import DatasetMemory, RedisMemory
from argilla_distill.plugin.store.keys import Keys

SAMPLES = 50
"""So many elements of a key are looked at."""

AT_ONCE = 100
"""So many keys are asked about in one call."""

HISTORY = "history"

Counts = Mapping[str, tuple[int, int, int]]
"""Dataset → entries of its history in Redis, entries ever, answers."""


class CountedMemory:
    """What was last counted, and how it is counted anew."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def last(self) -> RedisMemory | None:
        """What was last counted; None if nothing was."""
        found = self._redis.get(self._keys.shared("memory"))
        if found is None:
            return None
        stored = json.loads(found)
        datasets = {i: DatasetMemory(**taken) for i, taken in stored.pop("datasets").items()}
        return RedisMemory(**stored, datasets=datasets)

    def count(self, known: Counts, now: int) -> RedisMemory:
        """Count what every dataset takes, and keep it.

        Raises
        ------
        StoreRefused : this Redis has no such commands, or our user may not use them.
        """
        whole: Mapping[str, Any] = self._redis.info("memory")
        limit = int(whole.get("maxmemory", 0))
        history, others = self._taken()
        counted = RedisMemory(
            at=now,
            used=int(whole["used_memory"]),
            limit=limit or int(whole.get("total_system_memory", 0)),
            limited=bool(limit),
            datasets={i: DatasetMemory(history[i], others[i], *n) for i, n in known.items()},
        )
        self._redis.set(self._keys.shared("memory"), json.dumps(asdict(counted)))
        return counted

    def _taken(self) -> tuple[Counter[str], Counter[str]]:
        """Dataset → bytes of its history, and of its other keys."""
        found: Counter[str] = Counter()
        others: Counter[str] = Counter()
        begins = f"{self._keys.prefix}:"
        names = list(self._redis.scan_iter(match=_as_it_is(begins) + "*", count=1_000))
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            pipe = self._redis.pipeline(transaction=False)
            for name in some:
                pipe.memory_usage(name, samples=SAMPLES)
            for name, taken in zip(some, pipe.execute(), strict=True):
                dataset_id, _, rest = name.decode().removeprefix(begins).partition(":")
                (found if rest == HISTORY else others)[dataset_id] += taken or 0
        return found, others


def _as_it_is(text: str) -> str:
    """A pattern of Redis that only this text matches."""
    return re.sub(r"([\[\]*?\\^])", r"\\\1", text)
