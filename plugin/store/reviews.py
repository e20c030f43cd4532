"""The review datasets: which belongs to which, what ought to be in each, and what is there.

A *copy* is a record in the review dataset; its *original* is the annotators' record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from argilla_distill.domain.state.review import CopyInfo, ReviewInfo
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import kept_and_gone, pack, unpack
from argilla_distill.plugin.store.shapes import plain_shapes, record_shapes


class Reviews:
    """The review loop's state of every dataset."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    # Which dataset is reviewed where

    def all(self) -> dict[str, ReviewInfo]:
        """Dataset → its review dataset."""
        found = self._redis.hgetall(self._keys.shared("reviews"))
        return {i.decode(): plain_shapes.review(json.loads(value)) for i, value in found.items()}

    def of(self, dataset_id: str) -> ReviewInfo | None:
        """The review dataset of a dataset; None where reviews are not enabled."""
        found = self._redis.hget(self._keys.shared("reviews"), dataset_id)
        return plain_shapes.review(json.loads(found)) if found else None

    def original_of(self, dataset_id: str) -> str | None:
        """The dataset whose review dataset this is."""
        found = self._redis.hget(self._keys.shared("reviewed"), dataset_id)
        return found.decode() if found else None

    def keep(self, dataset_id: str, review: ReviewInfo) -> None:
        """Note that, or how, a dataset is reviewed. Earlier review datasets stay known as such."""
        with self._redis.pipeline(transaction=True) as pipe:
            stored = json.dumps(plain_shapes.review_json(review))
            pipe.hset(self._keys.shared("reviews"), dataset_id, stored)
            pipe.hset(self._keys.shared("reviewed"), review.id, dataset_id)
            pipe.execute()

    def forget(self, dataset_id: str) -> None:
        """A dataset is reviewed no more."""
        self._redis.hdel(self._keys.shared("reviews"), dataset_id)

    # What ought to be reviewed: the queue, best first

    def worth(self, dataset_id: str, records: Sequence[str]) -> list[float | None]:
        """What a review of each of these records is worth; None where it needs none."""
        pipe = self._redis.pipeline(transaction=False)
        for record_id in records:
            pipe.zscore(self._keys.of(dataset_id, "due"), record_id)
        return list(pipe.execute())

    def rank(self, dataset_id: str, record_id: str) -> int | None:
        """How many records are worth more than this one; None where it needs no review."""
        found = self._redis.zrevrank(self._keys.of(dataset_id, "due"), record_id)
        return None if found is None else int(found)

    def count_copies(self, dataset_id: str) -> int:
        """How many copies there are, reviewed ones among them."""
        return int(self._redis.hlen(self._keys.of(dataset_id, "copies")))

    def count_waiting(self, dataset_id: str) -> int:
        """How many copies wait for a review."""
        return len(self.waiting(dataset_id))

    def waiting(self, dataset_id: str) -> dict[str, float]:
        """The records whose copies wait for a review, with what it is worth."""
        copied = [i.decode() for i in self._redis.hkeys(self._keys.of(dataset_id, "copies"))]
        worth = zip(copied, self.worth(dataset_id, copied), strict=True)
        return {record_id: value for record_id, value in worth if value is not None}

    def due(self, dataset_id: str, start: int = 0, most: int = 50) -> list[tuple[str, float]]:
        """Records worth a review with what it is worth, most first."""
        key = self._keys.of(dataset_id, "due")
        found = self._redis.zrevrange(key, start, start + most - 1, withscores=True)
        return [(record_id.decode(), score) for record_id, score in found]

    def count_due(self, dataset_id: str) -> int:
        """How many records are worth a review."""
        return int(self._redis.zcard(self._keys.of(dataset_id, "due")))

    def write_due(self, pipe: Any, dataset_id: str, worth: Mapping[str, float | None]) -> None:
        """Set what a review of these records is worth, within a transaction; None: nothing."""
        key = self._keys.of(dataset_id, "due")
        kept, gone = kept_and_gone(worth)
        if gone:
            pipe.zrem(key, *gone)
        if kept:
            pipe.zadd(key, kept)

    def write_about(self, pipe: Any, dataset_id: str, texts: Mapping[str, str | None]) -> None:
        """Note how the texts of records in the queue begin, within a transaction; None: forget it."""
        key = self._keys.of(dataset_id, "about")
        kept, gone = kept_and_gone(texts)
        if gone:
            pipe.hdel(key, *gone)
        if kept:
            pipe.hset(key, mapping=kept)

    def about(self, dataset_id: str, records: Sequence[str]) -> dict[str, str]:
        """How these records' texts begin, as far as that was noted."""
        found = self._redis.hmget(self._keys.of(dataset_id, "about"), records) if records else []
        return {i: text.decode() for i, text in zip(records, found, strict=True) if text}

    # Audits: the line of records that were drawn at random, and who can be none

    def audits(self, dataset_id: str, start: int = 0, most: int = -1) -> list[str]:
        """The records that are to be audited, in their order; -1: all of them."""
        end = -1 if most < 0 else start + most - 1
        if most == 0:
            return []
        found = self._redis.zrange(self._keys.of(dataset_id, "audits"), start, end)
        return [record_id.decode() for record_id in found]

    def count_audits(self, dataset_id: str) -> int:
        """How many records are to be audited still."""
        return int(self._redis.zcard(self._keys.of(dataset_id, "audits")))

    def to_audit(self, dataset_id: str, records: Sequence[str]) -> set[str]:
        """Those of these records that are to be audited."""
        key = self._keys.of(dataset_id, "audits")
        found = self._redis.zmscore(key, records) if records else []
        return {i for i, place in zip(records, found, strict=True) if place is not None}

    def write_audits(self, pipe: Any, dataset_id: str, places: Mapping[str, float | None]) -> None:
        """Set the places of records in the line, within a transaction; None: not in it."""
        key = self._keys.of(dataset_id, "audits")
        kept, gone = kept_and_gone(places)
        if gone:
            pipe.zrem(key, *gone)
        if kept:
            pipe.zadd(key, kept)

    def write_audit_groups(self, pipe: Any, dataset_id: str, groups: Mapping[str, str]) -> None:
        """Remember the groups of records that were drawn, within a transaction."""
        if groups:
            pipe.hset(self._keys.of(dataset_id, "audit_groups"), mapping=groups)

    def audit_groups(self, dataset_id: str) -> dict[str, str]:
        """Record → its group, of those that were drawn; without those that are a group of their own."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "audit_groups"))
        return {record_id.decode(): group.decode() for record_id, group in found.items()}

    def exposed(self, dataset_id: str, records: Sequence[str] | None = None) -> set[str]:
        """Those of these records, None: of all, that can be no audits."""
        key = self._keys.of(dataset_id, "exposed")
        if records is None:
            return {member.decode() for member in self._redis.smembers(key)}
        found = self._redis.smismember(key, records) if records else []
        return {i for i, known in zip(records, found, strict=True) if known}

    def expose(self, pipe: Any, dataset_id: str, records: Sequence[str]) -> None:
        """These records can be no audits any more, within a transaction."""
        if records:
            pipe.sadd(self._keys.of(dataset_id, "exposed"), *records)

    # The desk: whose copies are to be looked at again

    def add_to_desk(self, pipe: Any, dataset_id: str, records: Sequence[str]) -> None:
        """Have the copies of these records looked at, within a transaction."""
        if records:
            pipe.sadd(self._keys.of(dataset_id, "desk"), *records)

    def doubt(self, dataset_id: str, records: Sequence[str]) -> None:
        """Have the copies of these records written anew, whatever we remember of them."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.sadd(self._keys.of(dataset_id, "doubted"), *records)
            self.add_to_desk(pipe, dataset_id, records)
            pipe.execute()

    def doubted(self, dataset_id: str, records: Sequence[str]) -> set[str]:
        """Those of these records whose copies may not be as we remember them."""
        found = self._redis.smismember(self._keys.of(dataset_id, "doubted"), records)
        return {record_id for record_id, doubted in zip(records, found, strict=True) if doubted}

    def take_from_desk(self, dataset_id: str, most: int) -> list[str]:
        """Some records whose copies are to be looked at. Removes nothing."""
        members = self._redis.srandmember(self._keys.of(dataset_id, "desk"), most)
        return [member.decode() for member in members]

    def clear_desk(self, pipe: Any, dataset_id: str, records: Sequence[str]) -> None:
        """The copies of these records are as they should be, within a transaction."""
        if records:
            pipe.srem(self._keys.of(dataset_id, "desk"), *records)
            pipe.srem(self._keys.of(dataset_id, "doubted"), *records)

    def desk_size(self, dataset_id: str) -> int:
        """How many records' copies are to be looked at."""
        return int(self._redis.scard(self._keys.of(dataset_id, "desk")))

    # What is in the review dataset: the copies

    def copies(self, dataset_id: str, records: Sequence[str]) -> list[CopyInfo | None]:
        """What was last written to the copies of these records; None where there is none."""
        key = self._keys.of(dataset_id, "copies")
        found = self._redis.hmget(key, records) if records else []
        return [record_shapes.copy(unpack(value)) if value else None for value in found]

    def all_copies(self, dataset_id: str) -> dict[str, CopyInfo]:
        """All copies by their originals."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "copies"))
        return {
            record_id.decode(): record_shapes.copy(unpack(value))
            for record_id, value in found.items()
        }

    def originals(self, dataset_id: str, copies: Sequence[str]) -> dict[str, str]:
        """Copy → original, for those that we know."""
        key = self._keys.of(dataset_id, "originals")
        found = self._redis.hmget(key, copies) if copies else []
        return {c: o.decode() for c, o in zip(copies, found, strict=True) if o}

    def write_copies(self, pipe: Any, dataset_id: str, copies: Mapping[str, CopyInfo]) -> None:
        """Note copies by their originals, within a transaction."""
        if copies:
            values = {
                record_id: pack(record_shapes.copy_json(copy)) for record_id, copy in copies.items()
            }
            pipe.hset(self._keys.of(dataset_id, "copies"), mapping=values)
            pipe.hset(
                self._keys.of(dataset_id, "originals"),
                mapping={copy.id: record_id for record_id, copy in copies.items()},
            )

    def drop_copies(self, pipe: Any, dataset_id: str, copies: Mapping[str, CopyInfo]) -> None:
        """Forget copies that are gone, by their originals, within a transaction."""
        if copies:
            pipe.hdel(self._keys.of(dataset_id, "copies"), *copies)
            pipe.hdel(self._keys.of(dataset_id, "originals"), *(c.id for c in copies.values()))

    def refuse(self, dataset_id: str, record_id: str, reason: str) -> None:
        """Note that Argilla takes no copy of a record, and why."""
        self._redis.hset(self._keys.of(dataset_id, "refused"), record_id, reason[:500])

    def refused(self, dataset_id: str) -> dict[str, str]:
        """Records of which Argilla takes no copy: id → why."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "refused"))
        return {record_id.decode(): reason.decode() for record_id, reason in found.items()}

    def forget_copies(self, dataset_id: str) -> None:
        """There is no copy any more: the review dataset is gone."""
        names = ("copies", "originals", "refused", "desk", "doubted")
        self._redis.delete(*(self._keys.of(dataset_id, name) for name in names))
