"""Everything that was ever said and decided about a dataset: one order of entries, never rewritten.

The latest are in a stream of Redis; older ones may lie in files (`archive`). Where the one ends and the
other begins is asked with every read, so that an entry that is moved meanwhile is neither missed nor read
twice. Nothing in files is read as long as nobody asks for what lies there. How an entry is written down is
`shapes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.history import START, Entry
from argilla_distill.domain.history.archived import place
from argilla_distill.domain.history.rounds import RoundNews
from argilla_distill.plugin.store.histories.archive import Archive
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack
from argilla_distill.plugin.store.shapes import history_shapes
from argilla_distill.plugin.store.shapes.history_shapes import StoredEntry

AT_ONCE = 500
"""So many entries are read in one call; Redis does nothing else meanwhile, for some milliseconds."""

_READ = """
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
return cjson.encode({redis.call('HGET', KEYS[2], 'end') or '0-0', found})
"""
"""Where the archive ends and, at the same moment, what is in the stream.

One text instead of twenty short ones an entry: Python reads it ten times as fast."""

_APPEND = """
for _, e in ipairs(cjson.decode(ARGV[1])) do
    redis.call('XADD', KEYS[1], e[1], 'k', e[2], 'r', e[3], 'a', e[4],
        's', e[5], 'v', e[6], 'o', e[7], 't', e[8], 'x', e[9])
end
"""
"""One command instead of one an entry, and one text instead of nine an entry: a record leaves seven at once,
and Python writes each text of a command by itself."""


class History:
    """The histories of all datasets.

    Parameters
    ----------
    archive : the entries that lie in files.
    """

    def __init__(self, redis: Any, keys: Keys, archive: Archive) -> None:
        self._redis = redis
        self._keys = keys
        self._archive = archive
        self._read = redis.register_script(_READ)

    def last(self, dataset_id: str) -> str:
        """The id of the last entry, `0-0` where there is none."""
        newest = self._redis.xrevrange(self._keys.of(dataset_id, "history"), count=1)
        return newest[0][0].decode() if newest else self._archive.end(dataset_id)

    def before(self, dataset_id: str, moment: int) -> str:
        """The id of the last entry that we made until a moment (ms since the epoch), `0-0` for none."""
        latest = self.in_redis_until(dataset_id, moment)
        return latest if latest != START else self._archive.before(dataset_id, moment)

    def ids(self, dataset_id: str, now: int, count: int) -> list[str]:
        """The next `count` ids. The holder of the lease alone appends, so they stay free."""
        moment, number = (int(part) for part in self.last(dataset_id).split("-"))
        if now > moment:
            moment, number = now, -1
        return [f"{moment}-{number + 1 + i}" for i in range(count)]

    def append(self, pipe: Any, dataset_id: str, entries: Iterable[Entry]) -> None:
        """Append entries, whose ids are from `ids`, within a transaction."""
        key = self._keys.of(dataset_id, "history")
        rows = [
            [entry.id, *map(str, history_shapes.entry_fields(entry).values())] for entry in entries
        ]
        if rows:
            pipe.eval(_APPEND, 1, key, json.dumps(rows, ensure_ascii=False))

    def after(self, dataset_id: str, position: str, count: int = AT_ONCE) -> Iterator[Entry]:
        """All entries behind a position, in order."""
        return (stored.entry() for stored in self.stored_after(dataset_id, position, count))

    def stored_after(
        self, dataset_id: str, position: str, count: int = AT_ONCE, end: str = "+"
    ) -> Iterator[StoredEntry]:
        """The same as texts, up to and with the entry `end`.

        Raises
        ------
        ArchiveUnavailable, ArchiveDamaged : some of them lie in files, and cannot be read.
        """
        keys = [self._keys.of(dataset_id, "history"), self._archive.key(dataset_id)]
        while True:
            read = self._read(keys=keys, args=[f"({position}", end, count])
            archived, found = json.loads(read)
            if place(archived) > place(position):
                last = archived if end == "+" else min(archived, end, key=place)
                yield from self._archive.after(dataset_id, position, last)
                if last == end:
                    return
                position = archived
                continue
            for entry_id, fields in found:
                yield history_shapes.stored_in_row(entry_id, fields)
            if len(found) < count:
                return
            position = found[-1][0]

    def entries(self, dataset_id: str, ids: Sequence[str]) -> list[Entry]:
        """The entries of these ids. Raises as `stored_after` does."""
        read = self._in_redis(dataset_id, ids)
        missing = [i for i, entry in zip(ids, read, strict=True) if entry is None]
        old = self._archive.entries(dataset_id, missing) if missing else {}
        every = (
            entry or (old[i].entry() if i in old else None)
            for i, entry in zip(ids, read, strict=True)
        )
        return [entry for entry in every if entry is not None]

    def latest_entries(self, dataset_id: str, ids: Sequence[str]) -> list[Entry]:
        """Those of them that are in Redis. Reads no file."""
        return [entry for entry in self._in_redis(dataset_id, ids) if entry is not None]

    def _in_redis(self, dataset_id: str, ids: Sequence[str]) -> list[Entry | None]:
        key = self._keys.of(dataset_id, "history")
        pipe = self._redis.pipeline(transaction=False)
        for entry_id in ids:
            pipe.xrange(key, min=entry_id, max=entry_id)
        return [history_shapes.entry(*found[0]) if found else None for found in pipe.execute()]

    # What was new of a dataset as a whole

    def write_news(self, pipe: Any, dataset_id: str, ids: Sequence[str]) -> None:
        """Remember, within a transaction, that these entries tell of the dataset as a whole."""
        if ids:
            pipe.rpush(self._keys.of(dataset_id, "news"), *ids)

    def news(self, dataset_id: str) -> list[Entry]:
        """The entries about guidelines, settings and rounds, oldest first."""
        ids = self._redis.lrange(self._keys.of(dataset_id, "news"), 0, -1)
        return self.entries(dataset_id, [entry_id.decode() for entry_id in ids])

    def write_round(self, pipe: Any, dataset_id: str, news: RoundNews) -> None:
        """Remember, within a transaction, what the history last tells of a round."""
        pipe.hset(self._keys.of(dataset_id, "rounds"), news.name, pack(asdict(news)))

    def round(self, dataset_id: str, name: str) -> RoundNews | None:
        """What the history last tells of a round."""
        found = self._redis.hget(self._keys.of(dataset_id, "rounds"), name)
        return None if found is None else RoundNews(**unpack(found))

    def length(self, dataset_id: str) -> int:
        """How many entries there are, in Redis and in files."""
        return self.in_redis(dataset_id) + self._archive.size(dataset_id)[0]

    def in_redis_until(self, dataset_id: str, moment: int) -> str:
        """The id of the last entry in Redis that we made until a moment; `0-0` for none. Reads no file."""
        key = self._keys.of(dataset_id, "history")
        latest = self._redis.xrevrange(key, max=moment, count=1)
        return latest[0][0].decode() if latest else START

    def last_but_one(self, dataset_id: str) -> str:
        """The id of the last entry in Redis but one; `0-0` for none."""
        latest = self._redis.xrevrange(self._keys.of(dataset_id, "history"), count=2)
        return latest[1][0].decode() if len(latest) == 2 else START

    def in_redis(self, dataset_id: str) -> int:
        """How many of them are in Redis."""
        return int(self._redis.xlen(self._keys.of(dataset_id, "history")))
