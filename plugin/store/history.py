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
from dataclasses import dataclass, field, replace
from typing import Any

from plugin.store.keys import Keys

START = "0-0"


@dataclass(frozen=True)
class Entry:
    """One entry of the history. `id` is given by the history when it is appended."""

    kind: str
    record: str = ""
    annotator: int | None = None
    status: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    replaced: dict[str, Any] = field(default_factory=dict)
    at: int = 0
    extra: dict[str, Any] = field(default_factory=dict)
    id: str = ""

    @property
    def seen_at(self) -> int:
        """When we saw it, in ms since the epoch."""
        return int(self.id.split("-")[0])

    def filed(self, entry_id: str) -> Entry:
        """The same entry with its id."""
        return replace(self, id=entry_id)

    def fields(self) -> dict[str, str | int]:
        """As the stream stores it."""
        return {
            "k": self.kind,
            "r": self.record,
            "a": "" if self.annotator is None else self.annotator,
            "s": self.status,
            "v": _dumps(self.values),
            "o": _dumps(self.replaced),
            "t": self.at or "",
            "x": _dumps(self.extra),
        }

    @classmethod
    def parse(cls, entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
        """From what the stream gives back."""
        return cls(
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
            pipe.xadd(key, entry.fields(), id=entry.id)

    def after(self, dataset_id: str, position: str, count: int = 10_000) -> Iterator[Entry]:
        """All entries behind a position, in order."""
        key = self._keys.of(dataset_id, "history")
        while True:
            entries = self._redis.xrange(key, min=f"({position}", count=count)
            for entry_id, fields in entries:
                yield Entry.parse(entry_id, fields)
            if len(entries) < count:
                return
            position = entries[-1][0].decode()

    def entries(self, dataset_id: str, ids: Sequence[str]) -> list[Entry]:
        """The entries of these ids."""
        key = self._keys.of(dataset_id, "history")
        pipe = self._redis.pipeline(transaction=False)
        for entry_id in ids:
            pipe.xrange(key, min=entry_id, max=entry_id)
        return [Entry.parse(*found[0]) for found in pipe.execute() if found]

    def length(self, dataset_id: str) -> int:
        """How many entries there are."""
        return int(self._redis.xlen(self._keys.of(dataset_id, "history")))


def _dumps(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) if value else ""
