"""Which records wait to be looked at: dirty (a delivery came), stale (a decision moved), poisoned.

A dirty record carries the sequence number of its latest delivery. It is cleared only if that number
is still the one that the worker read, so that an answer which arrives during the work is not lost.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.plugin.store.keys import Keys

WAKE_S = 30
"""How long a dataset counts as woken without a sign of life from its distiller."""

_MARK = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local heard = math.min(tonumber(ARGV[2]), ms)
local before = tonumber(redis.call('HGET', KEYS[6], 'heard') or 0)
if heard > before or before > ms then
  redis.call('HSET', KEYS[6], 'heard', string.format('%.0f', heard))
end
for i = 3, #ARGV do
  redis.call('HSET', KEYS[1], ARGV[i], redis.call('INCR', KEYS[3]))
  redis.call('ZADD', KEYS[2], 'NX', ms, ARGV[i])
  redis.call('HDEL', KEYS[5], ARGV[i])
end
return redis.call('SET', KEYS[4], ms, 'NX', 'EX', ARGV[1]) and 1 or 0
"""

_SET_ASIDE = """
if ARGV[2] ~= '' and redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('SREM', KEYS[5], ARGV[1])
redis.call('HSET', KEYS[4], ARGV[1], ARGV[3])
return 1
"""

_REMOVE = """
for i = first, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then
    redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('ZREM', KEYS[2], ARGV[i])
    redis.call('SREM', KEYS[3], ARGV[i])
  end
end
"""
"""Those whose number is still the one that was taken, from the argument `first` on."""

_CLEAR = f"local first = 1{_REMOVE}"

_FINISH = f"""
if redis.call('GET', KEYS[6]) ~= ARGV[1] then return 0 end
local tries, first = tonumber(ARGV[2]), 4 + tonumber(ARGV[3])
for i = 4, first - 1 do redis.call('SREM', KEYS[4], ARGV[i]) end
{_REMOVE}
if tries > 0 then redis.call('SET', KEYS[5], tries) else redis.call('DEL', KEYS[5]) end
return 1
"""

_TAKE = """
local taken = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[1]))) do
  taken[#taken + 1] = id
  taken[#taken + 1] = redis.call('HGET', KEYS[2], id) or ''
end
return taken
"""

_BEGIN_FEW = """
local count = redis.call('ZCARD', KEYS[1])
if count == 0 or count > tonumber(ARGV[1]) then return {0} end
local taken = {redis.call('INCR', KEYS[3])}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  taken[#taken + 1] = id
  taken[#taken + 1] = redis.call('HGET', KEYS[2], id) or ''
end
return taken
"""


@dataclass(frozen=True, slots=True)
class Poisoned:
    """Why a record was set aside, and when (ms since the epoch)."""

    error: str
    at: int


class Dirty:
    """The waiting records of every dataset."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._mark = redis.register_script(_MARK)
        self._clear = redis.register_script(_CLEAR)
        self._finish = redis.register_script(_FINISH)
        self._take = redis.register_script(_TAKE)
        self._begin_few = redis.register_script(_BEGIN_FEW)
        self._set_aside = redis.register_script(_SET_ASIDE)

    def mark(self, dataset_id: str, records: Iterable[str], heard: int = 0) -> bool:
        """Mark records dirty; True if nobody had woken the dataset yet (so the caller must).

        A record that was set aside gets another chance. `heard` is Argilla's time of the event (ms);
        one that our own clock has not reached counts as now, for nothing is heard in advance.
        """
        names = ("dirty", "since", "sequence", "wake", "poison", "info")
        keys = [self._keys.of(dataset_id, name) for name in names]
        return bool(self._mark(keys=keys, args=[WAKE_S, heard, *records]))

    def take(self, dataset_id: str, most: int) -> list[tuple[str, str]]:
        """The dirty records that wait longest, each with its sequence number. Removes nothing."""
        keys = [self._keys.of(dataset_id, name) for name in ("since", "dirty")]
        found = [each.decode() for each in self._take(keys=keys, args=[most - 1])]
        return list(zip(found[::2], found[1::2], strict=True))

    def take_mixed(
        self, dataset_id: str, most: int, without: Collection[str] = ()
    ) -> list[tuple[str, str]]:
        """As `take`, but where more than that wait, a fifth of them are those that came last.

        `without`: records that are none of them.
        """
        key, not_these = self._keys.of(dataset_id, "since"), {i.encode() for i in without}
        first = self._redis.zrange(key, 0, most + len(not_these))
        fresh = most // 5 if len(first) > most + len(not_these) else 0
        last = self._redis.zrange(key, -fresh, -1) if fresh else []
        late = [i for i in last if i not in not_these]
        early = [i for i in first if i not in not_these and i not in set(late)]
        return self._numbered(dataset_id, [*early[: most - len(late)], *late])

    def _numbered(self, dataset_id: str, ids: Sequence[bytes]) -> list[tuple[str, str]]:
        if not ids:
            return []
        numbers = self._redis.hmget(self._keys.of(dataset_id, "dirty"), ids)
        return [(i.decode(), (n or b"").decode()) for i, n in zip(ids, numbers, strict=True)]

    def note_surveyed(self, dataset_id: str, records: Sequence[str]) -> None:
        """These were learned from while they wait; they need not be surveyed again."""
        if records:
            self._redis.sadd(self._keys.of(dataset_id, "surveyed"), *records)

    def unsurveyed(self, dataset_id: str, records: Sequence[str]) -> list[str]:
        """Those of these records that wait and were not surveyed."""
        if not records:
            return []
        known = self._redis.smismember(self._keys.of(dataset_id, "surveyed"), records)
        return [record_id for record_id, seen in zip(records, known, strict=True) if not seen]

    def clear(self, dataset_id: str, taken: Sequence[tuple[str, str]]) -> None:
        """Remove those whose number is still the one that was taken."""
        keys = [self._keys.of(dataset_id, name) for name in ("dirty", "since", "surveyed")]
        if taken:
            self._clear(keys=keys, args=[part for pair in taken for part in pair])

    def sizes(self, dataset_id: str) -> tuple[int, int, int]:
        """How many records are dirty, stale and set aside."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.hlen(self._keys.of(dataset_id, "dirty"))
        pipe.scard(self._keys.of(dataset_id, "stale"))
        pipe.hlen(self._keys.of(dataset_id, "poison"))
        dirty, stale, poison = pipe.execute()
        return dirty, stale, poison

    def any_waits(self, dataset_id: str) -> bool:
        """Whether some record is dirty or stale."""
        names = ("since", "stale")
        return bool(self._redis.exists(*(self._keys.of(dataset_id, name) for name in names)))

    def oldest(self, dataset_id: str) -> int | None:
        """Since when the oldest dirty record waits, in ms since the epoch."""
        first = self._redis.zrange(self._keys.of(dataset_id, "since"), 0, 0, withscores=True)
        return int(first[0][1]) if first else None

    # Stale: to be looked at again when nothing is dirty, because a decision moved or a sweep says so

    def make_stale(self, dataset_id: str, records: Sequence[str]) -> None:
        """Note that what is published of these records no longer is what we think."""
        for start in range(0, len(records), 10_000):
            self._redis.sadd(self._keys.of(dataset_id, "stale"), *records[start : start + 10_000])

    def take_stale(self, dataset_id: str, most: int) -> list[str]:
        """Some stale records. Removes nothing."""
        members = self._redis.srandmember(self._keys.of(dataset_id, "stale"), most)
        return [member.decode() for member in members]

    # Poison: what cannot be worked on, kept apart so that it holds up nobody

    def set_aside(self, dataset_id: str, taken: tuple[str, str], error: str, now: int) -> None:
        """Set a record aside with its error; a new delivery or a sweep gives it another chance.

        One whose number has moved on since it was taken has that other chance already. A stale
        record has no number ("").
        """
        names = ("dirty", "since", "stale", "poison", "surveyed")
        keys = [self._keys.of(dataset_id, name) for name in names]
        self._set_aside(keys=keys, args=[*taken, json.dumps({"error": error[:500], "at": now})])

    def poisoned(self, dataset_id: str) -> dict[str, Poisoned]:
        """Records set aside, by id."""
        notes = self._redis.hgetall(self._keys.of(dataset_id, "poison"))
        return {
            record_id.decode(): Poisoned(**json.loads(note)) for record_id, note in notes.items()
        }

    def why_set_aside(self, dataset_id: str, record_id: str) -> str:
        """The error with which a record was set aside, "" if it was not."""
        note = self._redis.hget(self._keys.of(dataset_id, "poison"), record_id)
        return str(json.loads(note)["error"]) if note else ""

    # Tries: how often the batch in hand was begun without being ended

    def begin(self, dataset_id: str) -> int:
        """Count one more beginning; returns how many there were since the last end."""
        return int(self._redis.incr(self._keys.of(dataset_id, "tries")))

    def begin_few(self, dataset_id: str, most: int) -> tuple[int, dict[str, str]]:
        """As `begin`, and all dirty records with their sequence numbers, where there are some and at most so
        many; else nothing is begun: (0, {})."""
        keys = [self._keys.of(dataset_id, name) for name in ("since", "dirty", "tries")]
        tries, *found = self._begin_few(keys=keys, args=[most])
        texts = [each.decode() for each in found]
        return int(tries), dict(zip(texts[::2], texts[1::2], strict=True))

    def end(self, dataset_id: str) -> None:
        """The batch in hand ended with an error that was dealt with."""
        self._redis.delete(self._keys.of(dataset_id, "tries"))

    def finish(
        self,
        dataset_id: str,
        holder: str,
        done: Sequence[tuple[str, str]],
        looked_at: Sequence[str],
        tries: int = 0,
    ) -> bool:
        """A batch ended: as `clear` and `end` do, and what was stale of it is not any more; at once.

        Parameters
        ----------
        holder : the token of the dataset's lease. Of whoever has lost it nothing is taken, and that is said
            by False: what is stale or begun by now is somebody else's.
        tries : `begin` counts from so many.
        """
        names = ("dirty", "since", "surveyed", "stale", "tries", "lease")
        keys = [self._keys.of(dataset_id, name) for name in names]
        pairs = [part for pair in done for part in pair]
        args = [holder, tries, len(looked_at), *looked_at, *pairs]
        return bool(self._finish(keys=keys, args=args))

    def drop(self, dataset_id: str) -> None:
        """Forget all waiting records of a dataset that is gone or not to be distilled."""
        for name in (
            "dirty",
            "since",
            "stale",
            "poison",
            "tries",
            "unsettled",
            "surveyed",
            "moved",
            "swept",
        ):
            self._redis.delete(self._keys.of(dataset_id, name))
