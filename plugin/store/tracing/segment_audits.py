"""Which records were drawn from segments of a version, for reviewers to decide, by question."""

from __future__ import annotations

from typing import Any

from argilla_distill.domain.report import as_json, read
from argilla_distill.domain.state.ledger_entry import DISCARDED, LedgerEntry
from argilla_distill.domain.versions.segment_audits import (
    SegmentAudits,
    SegmentSample,
    audits_of,
    in_words,
)
from argilla_distill.plugin.store.datasets import Datasets
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack


class KeptSegmentAudits:
    """What was last drawn for every question; what reviewers decided of it is in the ledger."""

    def __init__(self, redis: Any, keys: Keys, datasets: Datasets) -> None:
        self._redis = redis
        self._keys = keys
        self._datasets = datasets

    def keep(self, pipe: Any, dataset_id: str, drawn: SegmentSample) -> None:
        """In place of what was drawn for this question before, within a transaction."""
        key = self._keys.of(dataset_id, "segment_audits")
        pipe.hset(key, drawn.question, pack(as_json(drawn)))

    def of(self, dataset_id: str, question: str) -> SegmentSample | None:
        """What was drawn; None where nothing was."""
        found = self._redis.hget(self._keys.of(dataset_id, "segment_audits"), question)
        return read(SegmentSample, unpack(found)) if found else None

    def values_decided(self, dataset_id: str, question: str) -> dict[str, str]:
        """Record that was drawn → the value that a reviewer decided for, in words."""
        drawn = self.of(dataset_id, question)
        records = drawn.records if drawn else ()
        entries = zip(records, self._datasets.ledger(dataset_id, records), strict=True)
        found = {record_id: _decided(entry, question) for record_id, entry in entries}
        return {record_id: value for record_id, value in found.items() if value is not None}

    def decided_so_far(self, dataset_id: str, question: str) -> SegmentAudits | None:
        """What reviewers have decided of it so far; None where nothing was drawn."""
        drawn = self.of(dataset_id, question)
        if drawn is None:
            return None
        entries = zip(drawn.records, self._datasets.ledger(dataset_id, drawn.records), strict=True)
        decided, left = {}, 0
        for record_id, entry in entries:
            value = _decided(entry, question)
            if value is not None:
                decided[record_id] = value
            elif entry is None or entry.gone or _discarded(entry):
                left += 1
        return audits_of(drawn, decided, left)


def _decided(entry: LedgerEntry | None, question: str) -> str | None:
    """What a reviewer decided last, in words."""
    if entry is None:
        return None
    said = [each for each in entry.adjudications.values() if each.submitted]
    values = [each.values.get(question) for each in sorted(said, key=lambda each: each.at)]
    known = [value for value in values if value is not None]
    return in_words(known[-1]) if known else None


def _discarded(entry: LedgerEntry) -> bool:
    return any(each.status == DISCARDED for each in entry.adjudications.values())
