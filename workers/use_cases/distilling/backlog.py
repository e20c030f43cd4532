"""A backlog: while Argilla takes one batch of it, what waits further back is read and learned from.

So what is published is decided with the knowledge of more than what was published before it, and all but the
first batch is read while Argilla writes. A record that was read a moment ago, and of which no delivery came
since, is not read again just before it is published. Records that Argilla does not have any more are done
with at once: a look at many costs no more than one at a few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from argilla_distill.domain.records import Record
from argilla_distill.plugin.argilla.records_by_id import INDEX_LAG_S
from argilla_distill.workers.use_cases.distilling.ahead import monotonic_ms
from argilla_distill.workers.use_cases.distilling.batch import learn_from
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed
from argilla_distill.workers.use_cases.distilling.steps.publishing import publish

SURVEY = 5_000
"""So many waiting records are noted at once, at most, to be read one step after the other."""

STEP = 500
"""So many of them are read in one go."""

FRESH_MS = 5_000
"""What was read so long ago at most is published without being read again: what another agent suggests
meanwhile without an event (`PUT …/suggestions`) would be replaced unseen."""


@dataclass(frozen=True)
class ReadRecord:
    """A record as it was read: with which number of its delivery, and when (ms of this process)."""

    number: str
    at: int
    record: Record


class Backlog:
    """What of a dataset's waiting records was read ahead, in one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._waiting: dict[str, str] = {}
        self._noted_at = 0
        self._read: dict[str, ReadRecord] = {}

    def unknown(self, batch: Sequence[str]) -> bool:
        """Whether most of a batch waits that was not learned from yet."""
        return 2 * len(self.run.store.dirty.unsurveyed(self.run.dataset.id, batch)) > len(batch)

    def taken(self, ids: Iterable[str]) -> None:
        """These are in a batch by now: they are not to be read ahead, nor while that is underway."""
        for record_id in ids:
            self._waiting.pop(record_id, None)

    def survey(self, underway: Collection[str]) -> int:
        """Read the next that wait longest, and learn from them; returns how many were gone, and are done."""
        run, dirty, dataset_id = self.run, self.run.store.dirty, self.run.dataset.id
        now, at = run.store.now(), monotonic_ms()
        if not self._waiting:
            waiting = dict(dirty.take(dataset_id, SURVEY))
            ids = dirty.unsurveyed(dataset_id, [i for i in waiting if i not in underway])
            self._waiting, self._noted_at = {i: waiting[i] for i in ids}, now
        part = {i: self._waiting.pop(i) for i in list(self._waiting)[:STEP]}
        settled = now - self._noted_at > INDEX_LAG_S * 1000
        records, observed = learn_from(run, list(part), now, settled)
        gone = {i for i in observed.ledger if records[i] is None}
        if gone:
            ledger = {i: observed.ledger[i] for i in gone}
            decided = {i: observed.decided[i] for i in gone}
            publish(run, [], Observed([], ledger, decided, {}), now)
            dirty.clear(dataset_id, [(i, part[i]) for i in gone])
        dirty.note_surveyed(dataset_id, [i for i in part if i not in gone])
        for record_id, record in records.items():
            if record is not None:
                self._read[record_id] = ReadRecord(part[record_id], at, record)
        return len(gone)

    def known(self, taken: Sequence[tuple[str, str]]) -> Mapping[str, Record]:
        """Those of these records, each with its delivery's number, that need not be read again."""
        first = self.run.first
        for record_id, record in first.found().items():
            self._read[record_id] = ReadRecord(first.numbers[record_id], first.at, record)
        if not self._read:
            return {}
        now = monotonic_ms()
        found = {i: (self._read.pop(i, None), number) for i, number in taken}
        return {
            i: read.record
            for i, (read, number) in found.items()
            if read is not None and read.number == number and now - read.at <= FRESH_MS
        }
