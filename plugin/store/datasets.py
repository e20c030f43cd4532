"""What is known now of each dataset: ledger, decisions, conflicts, annotators, facts for `status`.

What its models have learned is `models`. Writes that belong together take a pipeline and are committed
under the dataset's lease.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import kept_and_gone, pack, unpack, unpacked
from argilla_distill.plugin.store.shapes import plain_shapes, record_shapes

DELETED = "deleted"
"""The state of a dataset that is gone from Argilla."""

SCANNED = 1_000
"""So many entries are asked for at once where all of them are read."""


class Datasets:
    """The state of all datasets but their waiting records and their history."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def ids(self) -> list[str]:
        """All datasets ever seen."""
        return sorted(i.decode() for i in self._redis.smembers(self._keys.shared("datasets")))

    def called(self, name: str) -> list[str]:
        """The datasets of this id or `workspace/name`: those that Argilla has, else those that it had.

        One that is deleted and made again has its name from then on.
        """
        infos = {dataset_id: self.info(dataset_id) for dataset_id in self.ids()}
        found = [i for i, info in infos.items() if name in (i, info.get("name"))]
        return [i for i in found if i == name or infos[i].get("state") != DELETED] or found

    def add(self, dataset_id: str) -> None:
        """Remember that there is such a dataset."""
        self._redis.sadd(self._keys.shared("datasets"), dataset_id)

    def forget(self, dataset_id: str) -> None:
        """Forget a dataset of which nothing was ever observed."""
        self._redis.srem(self._keys.shared("datasets"), dataset_id)
        self._redis.delete(self._keys.of(dataset_id, "info"))

    def of_record(self, record_id: str, among: Sequence[str] | None = None) -> str | None:
        """The dataset in which we know a record. `among`: if it is one of these."""
        ids = self.ids() if among is None else among
        pipe = self._redis.pipeline(transaction=False)
        for dataset_id in ids:
            pipe.hexists(self._keys.of(dataset_id, "ledger"), record_id)
        return next((i for i, known in zip(ids, pipe.execute(), strict=True) if known), None)

    def named(self, name: str, among: Sequence[str] | None = None) -> list[tuple[str, str]]:
        """The record of this id, or all of this external id, as (dataset, record).

        External ids may look like ids; an id comes first. `among`: only in these datasets.
        """
        ids = self.ids() if among is None else among
        try:
            record_id = str(UUID(name))
        except ValueError:
            record_id = name
        dataset_id = self.of_record(record_id, among)
        return [(dataset_id, record_id)] if dataset_id else self._of_external(name, ids)

    def _of_external(self, external_id: str, ids: Sequence[str]) -> list[tuple[str, str]]:
        """At most one in each dataset."""
        pipe = self._redis.pipeline(transaction=False)
        for dataset_id in ids:
            pipe.hget(self._keys.of(dataset_id, "external"), external_id)
        return [(i, r.decode()) for i, r in zip(ids, pipe.execute(), strict=True) if r]

    def of_external_ids(self, dataset_id: str, external_ids: Sequence[str]) -> set[str]:
        """Which of these external ids are those of records that we know in a dataset and that are there."""
        known = self.records_of(dataset_id, external_ids)
        found = zip(known, self.ledger(dataset_id, list(known.values())), strict=True)
        return {n for n, entry in found if entry is not None and not entry.gone}

    def records_of(self, dataset_id: str, external_ids: Sequence[str]) -> dict[str, str]:
        """External id → record, of those that we know in a dataset; it may be gone."""
        known: dict[str, str] = {}
        for start in range(0, len(external_ids), SCANNED):
            some = external_ids[start : start + SCANNED]
            found = self._redis.hmget(self._keys.of(dataset_id, "external"), some)
            known |= {n: i.decode() for n, i in zip(some, found, strict=True) if i}
        return known

    # Facts for `status`, the metrics and the pages

    def info(self, dataset_id: str) -> dict[str, str]:
        """All facts: name, workspace, state, word, …"""
        facts = self._redis.hgetall(self._keys.of(dataset_id, "info"))
        return {name.decode(): value.decode() for name, value in facts.items()}

    def fact(self, dataset_id: str, name: str) -> str | None:
        """One of them."""
        found = self._redis.hget(self._keys.of(dataset_id, "info"), name)
        return None if found is None else str(found.decode())

    def note(self, dataset_id: str, **facts: str | int | float) -> None:
        """Set facts."""
        self._redis.hset(self._keys.of(dataset_id, "info"), mapping=facts)

    def write_facts(
        self, pipe: Any, dataset_id: str, facts: Mapping[str, str | int | float]
    ) -> None:
        """Set facts within a transaction."""
        pipe.hset(self._keys.of(dataset_id, "info"), mapping=facts)

    def count(self, pipe: Any, dataset_id: str, name: str, by: int) -> None:
        """Raise a count among the facts, within a transaction."""
        if by:
            pipe.hincrby(self._keys.of(dataset_id, "info"), name, by)

    # Ledger and decisions: one JSON object per record

    def ledger(self, dataset_id: str, records: Sequence[str]) -> list[LedgerEntry | None]:
        """What these records showed when we last looked; None where we never did."""
        found = self._stored(self._keys.of(dataset_id, "ledger"), records)
        return unpacked(record_shapes.ledger_entry, found)

    def known(
        self, dataset_id: str, records: Sequence[str]
    ) -> tuple[list[LedgerEntry | None], list[Decisions | None]]:
        """Both: what these records showed, and what we decided on them. Asked for at once."""
        if not records:
            return [], []
        pipe = self._redis.pipeline(transaction=False)
        for name in ("ledger", "decisions"):
            pipe.hmget(self._keys.of(dataset_id, name), records)
        ledger, decided = pipe.execute()
        entries = unpacked(record_shapes.ledger_entry, ledger)
        return entries, unpacked(record_shapes.decisions, decided)

    def decisions(self, dataset_id: str, records: Sequence[str]) -> list[Decisions | None]:
        """What we decided on these records."""
        found = self._stored(self._keys.of(dataset_id, "decisions"), records)
        return unpacked(record_shapes.decisions, found)

    def write_ledger(self, pipe: Any, dataset_id: str, entries: Mapping[str, LedgerEntry]) -> None:
        """Replace ledger entries, within a transaction."""
        stored = {i: record_shapes.ledger_json(entry) for i, entry in entries.items()}
        self._write(pipe, self._keys.of(dataset_id, "ledger"), stored)
        there = {record_id: entry for record_id, entry in entries.items() if not entry.gone}
        external = {e.external_id: i for i, e in there.items() if e.external_id is not None}
        if external:
            pipe.hset(self._keys.of(dataset_id, "external"), mapping=external)

    def external_ids(self, dataset_id: str, records: Sequence[str]) -> dict[str, str]:
        """Record → its external id, for those of these records that have one."""
        found = zip(records, self.ledger(dataset_id, records), strict=True)
        return {i: e.external_id for i, e in found if e and e.external_id is not None}

    def write_decisions(
        self, pipe: Any, dataset_id: str, entries: Mapping[str, Decisions | None]
    ) -> None:
        """Replace decisions, within a transaction; None deletes."""
        stored = {
            i: None if each is None else record_shapes.decisions_json(each)
            for i, each in entries.items()
        }
        self._write(pipe, self._keys.of(dataset_id, "decisions"), stored)

    def current_records(self, dataset_id: str) -> list[str]:
        """The ids of all records that we know and that are not gone."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "ledger")).items()
        return [i.decode() for i, entry in found if not record_shapes.is_gone(unpack(entry))]

    # The same of all records, in no order, a part at a time; one that is written meanwhile may come twice

    def scan_ledger(self, dataset_id: str) -> Iterator[tuple[str, LedgerEntry]]:
        """Record → what it showed when we last looked."""
        for record_id, stored in self._scan(self._keys.of(dataset_id, "ledger")):
            yield record_id, record_shapes.ledger_entry(stored)

    def ledger_page(self, dataset_id: str, at: int) -> tuple[int, dict[str, LedgerEntry]]:
        """Some of the same, and where to go on: from 0 on until that is 0 again."""
        at, found = self._redis.hscan(self._keys.of(dataset_id, "ledger"), at, count=SCANNED)
        return at, {i.decode(): record_shapes.ledger_entry(unpack(e)) for i, e in found.items()}

    def scan_decisions(self, dataset_id: str) -> Iterator[tuple[str, Decisions]]:
        """Record → what we decided."""
        for record_id, stored in self._scan(self._keys.of(dataset_id, "decisions")):
            yield record_id, record_shapes.decisions(stored)

    def scan_conflicts(self, dataset_id: str) -> Iterator[tuple[tuple[str, str], StoredConflict]]:
        """(Record, question) → conflict."""
        for name, stored in self._scan(self._keys.of(dataset_id, "conflicts")):
            yield _pair(name.encode()), record_shapes.conflict(stored)

    # Conflicts

    def conflicts(self, dataset_id: str) -> dict[tuple[str, str], StoredConflict]:
        """All conflicts: (record, question) → conflict."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "conflicts"))
        return {_pair(name): record_shapes.conflict(unpack(value)) for name, value in found.items()}

    def conflicts_on(
        self, dataset_id: str, pairs: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], StoredConflict]:
        """The conflicts on these (record, question) pairs, where there are any."""
        names = [f"{record}|{question}" for record, question in pairs]
        found = self._stored(self._keys.of(dataset_id, "conflicts"), names)
        known = zip(pairs, unpacked(record_shapes.conflict, found), strict=True)
        return {pair: each for pair, each in known if each is not None}

    def write_conflicts(
        self, pipe: Any, dataset_id: str, conflicts: Mapping[tuple[str, str], StoredConflict | None]
    ) -> None:
        """Replace conflicts, within a transaction; None deletes."""
        entries = {
            f"{record}|{question}": None if known is None else record_shapes.conflict_json(known)
            for (record, question), known in conflicts.items()
        }
        self._write(pipe, self._keys.of(dataset_id, "conflicts"), entries)

    def related(self, dataset_id: str, kinds: Sequence[str]) -> dict[str, list[str]]:
        """Kind of conflict (question and contested labels) → records latest in it, latest first."""
        found = unpacked(list[str], self._stored(self._keys.of(dataset_id, "related"), kinds))
        return {kind: records or [] for kind, records in zip(kinds, found, strict=True)}

    def write_related(self, pipe: Any, dataset_id: str, related: Mapping[str, list[str]]) -> None:
        """Replace the records latest in some kinds of conflict, within a transaction."""
        entries = {kind: records or None for kind, records in related.items()}
        self._write(pipe, self._keys.of(dataset_id, "related"), entries)

    def near(self, dataset_id: str, most: int) -> list[str]:
        """Records that were decided near a confidence that the settings name: so many, at random."""
        found = self._redis.srandmember(self._keys.of(dataset_id, "near"), most)
        return sorted(record.decode() for record in found)

    def write_near(self, pipe: Any, dataset_id: str, records: Mapping[str, bool]) -> None:
        """Note of these records whether they are, within a transaction."""
        key = self._keys.of(dataset_id, "near")
        for call, wanted in ((pipe.sadd, True), (pipe.srem, False)):
            some = [record_id for record_id, near in records.items() if near is wanted]
            if some:
                call(key, *some)

    # Annotators: interned, because every vote names one

    def annotators(self, dataset_id: str) -> dict[int, KnownAnnotator]:
        """All annotators by number."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "annotators"))
        return {
            int(number): plain_shapes.packed_annotator(value) for number, value in found.items()
        }

    def write_annotators(
        self, pipe: Any, dataset_id: str, new: Mapping[int, KnownAnnotator]
    ) -> None:
        """Add or replace annotators, within a transaction."""
        stored = {number: plain_shapes.annotator_json(known) for number, known in new.items()}
        self._write(pipe, self._keys.of(dataset_id, "annotators"), stored)

    def responses(self, dataset_id: str) -> dict[tuple[int, str], int]:
        """How many responses stand: (annotator's number, status) → count."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "responses"))
        pairs = ((name.decode().split("|"), int(count)) for name, count in found.items())
        return {(int(number), status): count for (number, status), count in pairs if count}

    def count_responses(
        self, pipe: Any, dataset_id: str, changes: Mapping[tuple[int, str], int]
    ) -> None:
        """Change the counts of responses, within a transaction."""
        for (number, status), by in changes.items():
            if by:
                pipe.hincrby(self._keys.of(dataset_id, "responses"), f"{number}|{status}", by)

    def _scan(self, key: str) -> Iterator[tuple[str, Any]]:
        for name, value in self._redis.hscan_iter(key, count=SCANNED):
            yield name.decode(), unpack(value)

    def _stored(self, key: str, names: Sequence[str]) -> list[bytes | None]:
        return list(self._redis.hmget(key, names)) if names else []

    def _write(self, pipe: Any, key: str, entries: Mapping[Any, Any]) -> None:
        kept, gone = kept_and_gone(entries)
        if gone:
            pipe.hdel(key, *gone)
        if kept:
            pipe.hset(key, mapping={name: pack(value) for name, value in kept.items()})


def _pair(name: bytes) -> tuple[str, str]:
    record, _, question = name.decode().partition("|")
    return record, question
