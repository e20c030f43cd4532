"""Two versions compared, from their files alone: which labels changed, and what applies to each change.

Both are read range by range of record ids, and compared column by column. What can be a cause of a change:

- the record is in one of them only;
- what reviewers said of it is not the same, or whether it is adjudicated;
- an answer counts in the one and not in the other. An answer is the same if it is the same entry of the
  history, or says the same, as surely, by the same annotator;
- its text is not the same, where the question's strategy reads texts;
- its question's strategy, or a setting on which labels depend, is not the same.

Where none of these applies, its answers were weighed anew, if any answer or text of the question differs
anywhere; if none does, the release is what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from argilla_distill.domain.versions.difference import Change, Move, first_cause
from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.plugin.settings.deciding import DECIDING
from argilla_distill.workers.versions.differences.answers import VOTE, differing_answers
from argilla_distill.workers.versions.differences.columns import (
    PARTS,
    Label,
    LabelColumn,
    differing,
    differing_texts,
    few,
    moves,
)
from argilla_distill.workers.versions.differences.reading import (
    ID,
    IdRange,
    VersionRows,
    id_ranges,
)

RANGE = 20_000
"""Records that are compared at once."""

MAX_MOVES = 200
"""Pairs of labels that are counted of a question; those who are fewer come together as other labels."""

WITH_MOVES = ("label_selection", "rating")
"""Types of questions whose labels are few."""

READS = "content"
"""The setting that lets a question's strategy read texts."""

OTHER_LABELS = "other labels"

Emit = Callable[[str, str, Change], None]


@dataclass
class QuestionCounts:
    """What was counted of one question. `rest` has no cause before everything is compared."""

    was: VersionQuestion
    now: VersionQuestion
    settings: tuple[str, ...]
    reads: bool
    records: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    moves: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    differs_elsewhere: bool = False

    @property
    def name(self) -> str:
        """The question's."""
        return self.now.name

    def most_moves(self) -> tuple[Move, ...]:
        """The moves, the most frequent first."""
        ranked = sorted(self.moves.items(), key=lambda move: (-move[1], str(move[0])))
        rest = sum(count for _, count in ranked[MAX_MOVES:])
        found = [Move(was, now, count) for (was, now), count in ranked[:MAX_MOVES]]
        return (*found, *([Move(OTHER_LABELS, OTHER_LABELS, rest)] if rest else []))


REST = "rest"
"""Changes to which no cause of their own applies, until all is compared."""


class Comparison:
    """Two versions in comparison.

    Parameters
    ----------
    emit : takes each change with its question and its cause, in the order of record ids; `REST` stands for
        the cause that `rest` gives in the end.
    """

    def __init__(self, was: VersionRows, now: VersionRows, emit: Emit) -> None:
        self._was, self._now, self._emit = was, now, emit
        older = {q.name: q for q in was.manifest.questions}
        both = [(older[q.name], q) for q in now.manifest.questions if q.name in older]
        self.tallies = [
            _tally(was.manifest, now.manifest, *pair)
            for pair in both
            if pair[0].type == pair[1].type
        ]
        self.records_new = self.records_gone = self.records_both = 0

    def ranges(self) -> list[IdRange]:
        """The ranges that are to be compared, each once, in their order."""
        was, now = self._was.ids(), self._now.ids()
        return list(id_ranges(max(was, now, key=len), RANGE))

    def compare(self, within: IdRange) -> None:
        """Compare one range."""
        columns = [f"{q.column}.{part}" for q in self._questions(0) for part in PARTS]
        before = self._was.records(within, ["external_id", "fields", *columns])
        columns = [f"{q.column}.{part}" for q in self._questions(1) for part in PARTS]
        after = self._now.records(within, ["external_id", "fields", *columns])
        said = differing_answers(self._was.votes(within, VOTE), self._now.votes(within, VOTE))
        ids, other_ids = before.column(ID).combine_chunks(), after.column(ID).combine_chunks()
        place = pc.index_in(other_ids, value_set=ids)
        common, new = pc.is_valid(place), pc.is_null(place)
        gone = pc.is_null(pc.index_in(ids, value_set=other_ids))
        self.records_both += pc.sum(common).as_py() or 0
        self.records_new += pc.sum(new).as_py() or 0
        self.records_gone += pc.sum(gone).as_py() or 0
        pairs = before.take(place.filter(common)), after.filter(common)
        texts = differing_texts(*pairs) if any(t.reads for t in self.tallies) else None
        for tally in self.tallies:
            sides = (LabelColumn(pairs[0], tally.was), LabelColumn(pairs[1], tally.now))
            self._both(tally, sides, pairs[1], said, texts)
            tally.differs_elsewhere |= any(question == tally.name for _, question in said)
            for table, only, of in ((after, new, tally.now), (before, gone, tally.was)):
                self._only(tally, table.filter(only), of)

    def rest(self, tally: QuestionCounts) -> str:
        """The cause of the changes to which none of their own applies."""
        was, now = self._was.manifest, self._now.manifest
        if tally.differs_elsewhere or was.sources != now.sources:
            return "weighed"
        return "release" if was.release != now.release else "unexplained"

    def _questions(self, side: int) -> list[VersionQuestion]:
        return [(tally.was, tally.now)[side] for tally in self.tallies]

    def _both(
        self,
        tally: QuestionCounts,
        sides: tuple[LabelColumn, LabelColumn],
        records: pa.Table,
        said: Mapping[tuple[str, str], set[str]],
        texts: pa.Array | None,
    ) -> None:
        """The records that both have."""
        was, now = sides
        tally.records += len(was.keys)
        if texts is not None and tally.reads:
            tally.differs_elsewhere |= bool(pc.any(texts).as_py())
        if tally.now.type in WITH_MOVES:
            tally.moves.update(dict(moves(was.keys, now.keys)))
        changed = differing(was.keys, now.keys)
        places = pc.indices_nonzero(changed)
        rows = few(records.take(places))
        reviewed = differing(was.adjudicated, now.adjudicated).take(places).to_pylist()
        text_changed = texts.take(places).to_pylist() if texts is not None else None
        for n, (one, other) in enumerate(zip(was.rows(places), now.rows(places), strict=True)):
            applying = set(said.get((rows[n][0], tally.name), ()))
            if reviewed[n]:
                applying.add("adjudication")
            if text_changed is not None and tally.reads and text_changed[n]:
                applying.add("text")
            applying |= _of_the_question(tally, one.value, other.value)
            change = _change(rows[n], one, other)
            self._changed(tally, change, applying)

    def _only(self, tally: QuestionCounts, table: pa.Table, question: VersionQuestion) -> None:
        """The records that one of them has: those with a label have changed."""
        new = question is tally.now
        column = LabelColumn(table, question)
        places = pc.indices_nonzero(pc.is_valid(column.keys))
        for row, label in zip(few(table.take(places)), column.rows(places), strict=True):
            sides = (NOTHING, label) if new else (label, NOTHING)
            self._changed(tally, _change(row, *sides), {"new" if new else "gone"})

    def _changed(self, tally: QuestionCounts, change: Change, applying: set[str]) -> None:
        cause = first_cause(applying) if applying else REST
        also = tuple(sorted(applying - {cause}))
        tally.changed[cause] += 1
        tally.alone[cause] += not also
        self._emit(tally.name, cause, replace(change, also=also) if also else change)


NOTHING = Label(None, None)


def _tally(
    was: Manifest, now: Manifest, one: VersionQuestion, other: VersionQuestion
) -> QuestionCounts:
    before, after = effective(was.settings, one.name), effective(now.settings, other.name)
    settings = tuple(sorted(k for k in DECIDING if before.get(k) != after.get(k)))
    reads = other.type == "span" or bool(before.get(READS) or after.get(READS))
    return QuestionCounts(one, other, settings, reads)


def effective(settings: Mapping[str, Any], question: str) -> dict[str, Any]:
    """A question's settings: the dataset's, overlaid by its own.

    >>> effective({"content": True, "questions": {"q": {"content": False}}}, "q")["content"]
    False
    """
    return {**settings, **settings.get("questions", {}).get(question, {})}


def _of_the_question(tally: QuestionCounts, was: str | None, now: str | None) -> set[str]:
    """What applies to all changes of a question. A threshold alone leaves labels open, and no more."""
    found = {"strategy"} if tally.was.strategy != tally.now.strategy else set()
    opens = tally.settings != ("min_confidence",) or (was is None) != (now is None)
    return found | ({"settings"} if tally.settings and opens else set())


def _change(row: tuple[str, str | None, str], was: Label, now: Label) -> Change:
    record, external, about = row
    return Change(record, external, was.value, now.value, was.confidence, now.confidence, (), about)
