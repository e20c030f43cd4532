"""Everything that was ever said and decided about a dataset: one Redis stream, never rewritten.

An entry has always the same fields, so that Redis stores their names once. Empty means "not said".

| field | meaning |
| --- | --- |
| k | kind: `answer`, `suggestion` (another agent's), `decision`, `version` |
| r | record id |
| a | number of the annotator (see `annotators` of the dataset) |
| s | status of the answer: submitted, draft, discarded, or deleted |
| v | JSON: question → value |
| o | JSON: question → value that it replaced |
| t | Argilla's time in ms since the epoch |
| x | JSON, more: echoes of an answer, score and agent of a suggestion, a decision's confidence |

The entry's id carries our own time (ms since the epoch) and the order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from argilla_distill.domain.history import START, Entry
from argilla_distill.plugin.store.keys import Keys


class History:
    """The streams of all datasets."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def last(self, dataset_id: str) -> str:
        """The id of the last entry, `0-0` where there is none."""
        newest = self._redis.xrevrange(self._keys.of(dataset_id, "history"), count=1)
        return newest[0][0].decode() if newest else START

    def ids(self, dataset_id: str, now: int, count: int) -> list[str]:
        """The next `count` ids. The holder of the lease alone appends, so they stay free."""
        moment, number = (int(part) for part in self.last(dataset_id).split("-"))
        if now > moment:
            moment, number = now, -1
        return [f"{moment}-{number + 1 + i}" for i in range(count)]

    def append(self, pipe: Any, dataset_id: str, entries: Iterable[Entry]) -> None:
        """Append entries, whose ids are from `ids`, within a transaction."""
        key = self._keys.of(dataset_id, "history")
        for entry in entries:
            pipe.xadd(key, _fields(entry), id=entry.id)

    def after(self, dataset_id: str, position: str, count: int = 10_000) -> Iterator[Entry]:
        """All entries behind a position, in order."""
        key = self._keys.of(dataset_id, "history")
        while True:
            entries = self._redis.xrange(key, min=f"({position}", count=count)
            for entry_id, fields in entries:
                yield _entry(entry_id, fields)
            if len(entries) < count:
                return
            position = entries[-1][0].decode()

    def entries(self, dataset_id: str, ids: Sequence[str]) -> list[Entry]:
        """The entries of these ids."""
        key = self._keys.of(dataset_id, "history")
        pipe = self._redis.pipeline(transaction=False)
        for entry_id in ids:
            pipe.xrange(key, min=entry_id, max=entry_id)
        return [_entry(*found[0]) for found in pipe.execute() if found]

    def length(self, dataset_id: str) -> int:
        """How many entries there are."""
        return int(self._redis.xlen(self._keys.of(dataset_id, "history")))


def _dumps(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) if value else ""


def _fields(entry: Entry) -> dict[str, str | int]:
    return {
        "k": entry.kind,
        "r": entry.record,
        "a": "" if entry.annotator is None else entry.annotator,
        "s": entry.status,
        "v": _dumps(entry.values),
        "o": _dumps(entry.replaced),
        "t": entry.at or "",
        "x": _dumps(entry.extra),
    }


def _entry(entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    return Entry(
        kind=fields[b"k"].decode(),
        record=fields[b"r"].decode(),
        annotator=int(fields[b"a"]) if fields[b"a"] else None,
        status=fields[b"s"].decode(),
        values=json.loads(fields[b"v"] or b"{}"),
        replaced=json.loads(fields[b"o"] or b"{}"),
        at=int(fields[b"t"] or 0),
        extra=json.loads(fields[b"x"] or b"{}"),
        id=entry_id.decode(),
    )
