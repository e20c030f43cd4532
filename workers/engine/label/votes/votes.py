"""The current votes of one label question: who says what now.

Earlier votes are in the history. Votes are kept as dense numpy columns, about 23 bytes a vote beside
the ids; `vote_matrix` makes a sparse matrix of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.numbers import AnyInts, Ints, ShortInts
from argilla_distill.workers.engine.errors import UnknownLabel
from argilla_distill.workers.engine.label.votes.self_report import sureness
from argilla_distill.workers.engine.label.votes.vote_columns import Numbers, VoteColumns, grown
from argilla_distill.workers.engine.label.votes.vote_weights import VoteWeights


class Votes:
    """Current votes, at most one per record and annotator; `put`, `drop` in microseconds.

    Votes live in slots 0 … len-1 of three columns (record, annotator, label). The last slot fills
    a hole that `drop` leaves, so the columns stay dense. A record's slots are a chain (records have
    few votes), an annotator's an array (annotators have many).

    Attributes
    ----------
    labels : tuple of str
    records, annotators : list of str
        Ids in order of first sight: record ``records[i]`` is *row* ``i``, and stays it even
        without votes.
    weights : VoteWeights
        How much each vote counts.

    >>> votes = Votes(("yes", "no"))
    >>> votes.put(Vote("r1", "ann", "yes")), votes.put(Vote("r1", "ben", "no"))
    (None, None)
    >>> votes.put(Vote("r1", "ann", "no"))  # her earlier vote gives way and is returned
    'yes'
    >>> votes.get("r1", "ann")
    'no'
    >>> votes.drop("r1", "ben"), len(votes)
    ('no', 1)
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.labels = labels
        self.records: list[str] = []
        self.annotators: list[str] = []
        self._rows = Numbers()
        self._columns = Numbers()
        self._codes = {label: code for code, label in enumerate(labels)}
        self._n = 0
        self._record = np.empty(0, np.int32)
        self._annotator = np.empty(0, np.int32)
        self._label = np.empty(0, np.int16)
        self._sure = np.empty(0, np.int8)
        self.weights = VoteWeights(None)
        self._next = np.empty(0, np.int32)  # the next slot of the same record, -1 at the end
        self._place = np.empty(0, np.int32)  # where the slot is in its annotator's array
        self._first = np.empty(0, np.int32)  # per record: its first slot, -1 without votes
        self._degree = np.empty(0, np.int32)  # per record: how many votes
        self._slots: list[array[int]] = []  # per annotator: its slots, in no order

    @classmethod
    def of(
        cls, labels: tuple[str, ...], votes: Iterable[Vote], rows: Numbers | None = None
    ) -> Votes:
        """Take many votes at once; of an annotator's several on one record the last one counts.

        `rows` are those that records have already; more may come with the votes."""
        self = cls(labels)
        found = VoteColumns.of(votes, self._codes, self.code, rows)
        self._rows, self._columns = found.records, found.annotators
        self.records, self.annotators = list(self._rows), list(self._columns)
        self._load(found.record, found.annotator, found.label, found.sure)
        self.weights = VoteWeights(found.weight)
        return self

    @classmethod
    def of_columns(
        cls,
        labels: tuple[str, ...],
        records: list[str],
        annotators: list[str],
        record: AnyInts,
        annotator: AnyInts,
        label: AnyInts,
        sure: AnyInts,
    ) -> Votes:
        """The inverse of `columns` and `sure`; no annotator has two votes on a record."""
        self = cls(labels)
        self.records, self.annotators = list(records), list(annotators)
        self._rows = Numbers((name, row) for row, name in enumerate(records))
        self._columns = Numbers((name, column) for column, name in enumerate(annotators))
        columns = record.astype(np.int32), annotator.astype(np.int32)
        self._load(*columns, label.astype(np.int16), sure.astype(np.int8))
        return self

    def columns(self) -> tuple[ShortInts, ShortInts, NDArray[np.int16]]:
        """Row, annotator's column and label's code of every vote, by slot; views, not copies."""
        n = self._n
        return self._record[:n], self._annotator[:n], self._label[:n]

    @property
    def sure(self) -> NDArray[np.int8]:
        """The `sureness` of every vote, by slot; a view, not a copy."""
        return self._sure[: self._n]

    @property
    def weight(self) -> NDArray[np.float32] | None:
        """How much every vote counts, in (0, 1], by slot; a view, not a copy. None: wholly."""
        return self.weights.first(self._n)

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[Vote]:
        for i, j, k in zip(*self.columns(), strict=True):
            yield Vote(self.records[i], self.annotators[j], self.labels[k])

    def row(self, record: str) -> int:
        """The record's row, given one if it is new."""
        row = self._rows.setdefault(record, len(self.records))
        if row == len(self.records):
            self.records.append(record)
            if row >= len(self._first):
                self._first = grown(self._first, row + 1, -1)
                self._degree = grown(self._degree, row + 1)
        return row

    def find_row(self, record: str) -> int | None:
        return self._rows.get(record)

    def column(self, annotator: str) -> int:
        """The annotator's number, given one if new."""
        column = self._columns.setdefault(annotator, len(self.annotators))
        if column == len(self.annotators):
            self.annotators.append(annotator)
            self._slots.append(array("i"))
        return column

    def code(self, label: object) -> int:
        """The label's code. Raises UnknownLabel."""
        try:
            return self._codes[label]  # type: ignore[index]  # what is no label is no key either
        except (KeyError, TypeError):
            raise UnknownLabel(label, self.labels) from None

    def get(self, record: str, annotator: str) -> str | None:
        """The annotator's current label on the record."""
        slot = self._find(self._rows.get(record, -1), self._columns.get(annotator, -1))
        return None if slot < 0 else self.labels[int(self._label[slot])]

    def put(self, vote: Vote) -> str | None:
        """Let the vote stand, and return the label that it replaced, if any."""
        code = self.code(vote.value)
        row, column = self.row(vote.record), self.column(vote.annotator)
        slot = self._find(row, column)
        if slot >= 0:
            earlier = self.labels[int(self._label[slot])]
            self._label[slot], self._sure[slot] = code, sureness(vote.confidence)
            self.weights.put(slot, vote.weight, len(self._record))
            return earlier
        slot = self._n
        if slot == len(self._record):
            self._reach_slots(slot + 1)
        self._n += 1
        slots = self._slots[column]
        self._record[slot], self._annotator[slot], self._label[slot] = row, column, code
        self._sure[slot] = sureness(vote.confidence)
        self.weights.put(slot, vote.weight, len(self._record))
        self._next[slot], self._first[row] = self._first[row], slot
        self._place[slot] = len(slots)
        slots.append(slot)
        self._degree[row] += 1
        return None

    def drop(self, record: str, annotator: str) -> str | None:
        """Take the annotator's vote on the record out, and return its label, if there was one."""
        row = self._rows.get(record, -1)
        slot = self._find(row, self._columns.get(annotator, -1))
        if slot < 0:
            return None
        label = self.labels[int(self._label[slot])]
        self._relink(row, slot, int(self._next[slot]))
        self._degree[row] -= 1
        slots, place = self._slots[self._annotator[slot]], int(self._place[slot])
        moved = slots.pop()
        if moved != slot:
            slots[place], self._place[moved] = moved, place
        self._n -= 1
        if slot != self._n:
            self._move(self._n, slot)
        return label

    @property
    def degree(self) -> ShortInts:
        """Votes per record, by row."""
        return self._degree[: len(self.records)]

    def by_record(self) -> ShortInts:
        """All slots, by row."""
        record = self._record[: self._n]
        if (record[1:] >= record[:-1]).all():
            return np.arange(self._n, dtype=np.int32)
        return np.argsort(record, kind="stable").astype(np.int32)

    def of_records(self, rows: AnyInts) -> tuple[Ints, ShortInts]:
        """The votes of many records: for each, the position in `rows` and the slot."""
        where, slot = np.arange(len(rows)), self._first[rows]
        found: list[tuple[Ints, ShortInts]] = []
        while True:
            alive = slot >= 0
            if not alive.all():
                where, slot = where[alive], slot[alive]
            if not len(slot):
                break
            found.append((where, slot))
            slot = self._next[slot]
        if not found:
            return where, slot
        return np.concatenate([w for w, _ in found]), np.concatenate([s for _, s in found])

    def n_votes_of(self, column: int) -> int:
        return len(self._slots[column])

    def of_annotator(self, column: int) -> ShortInts:
        """The annotator's slots, a copy, in no order."""
        return np.array(self._slots[column], np.int32)

    # -- inside -----------------------------------------------------------------------------

    def _find(self, row: int, column: int) -> int:
        if row < 0 or column < 0:
            return -1
        slot = int(self._first[row])
        while slot >= 0 and self._annotator[slot] != column:
            slot = int(self._next[slot])
        return slot

    def _relink(self, row: int, slot: int, target: int) -> None:
        """Whatever points to `slot` in the record's chain points to `target` now."""
        before, here = -1, int(self._first[row])
        while here != slot:
            before, here = here, int(self._next[here])
        if before < 0:
            self._first[row] = target
        else:
            self._next[before] = target

    def _move(self, source: int, target: int) -> None:
        self._relink(int(self._record[source]), source, target)
        columns = (self._record, self._annotator, self._label, self._sure, self._next, self._place)
        for column in columns:
            column[target] = column[source]
        self.weights.move(source, target)
        self._slots[self._annotator[target]][self._place[target]] = target

    def _reach_slots(self, n: int) -> None:
        self._record = grown(self._record, n)
        self._annotator = grown(self._annotator, n)
        self._next = grown(self._next, n)
        self._place = grown(self._place, n)
        room = len(self._record) - len(self._label)
        self._label = np.concatenate([self._label, np.zeros(room, np.int16)])
        self._sure = np.concatenate([self._sure, np.zeros(room, np.int8)])
        self.weights.reach(len(self._record))

    def _load(
        self,
        record: ShortInts,
        annotator: ShortInts,
        label: NDArray[np.int16],
        sure: NDArray[np.int8],
    ) -> None:
        """Take these columns for the votes' own; they are not copied."""
        self._record, self._annotator, self._label, self._sure = record, annotator, label, sure
        n = self._n = len(record)
        self._degree = np.bincount(record, minlength=len(self.records)).astype(np.int32)
        by_record = self.by_record()
        start = np.cumsum(self._degree) - self._degree
        self._next = np.empty(n, np.int32)
        self._next[by_record[:-1]] = by_record[1:]
        some = self._degree > 0
        self._next[by_record[(start + self._degree - 1)[some]]] = -1
        self._first = np.full(len(self.records), -1, np.int32)
        self._first[some] = by_record[start[some]]
        short = np.min_scalar_type(len(self.annotators))  # radix sort, if it has 16 bits at most
        by_annotator = np.argsort(annotator.astype(short), kind="stable").astype(np.int32)
        ends = np.cumsum(np.bincount(annotator, minlength=len(self.annotators)))
        parts = np.split(by_annotator, ends[:-1]) if len(ends) else []
        self._slots = [array("i", part.tobytes()) for part in parts]
        self._place = np.empty(n, np.int32)
        for part in parts:
            self._place[part] = np.arange(len(part), dtype=np.int32)
