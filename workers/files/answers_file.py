"""Files of recorded answers as facts that a strategy can learn.

`ANSWERS.csv` has the columns task, worker and label; `TRUTH.csv` task and label (or, of rankings,
task, item and rank); `ITEMS.csv` task and text. Of several answers of an annotator to a task the
last row counts, but for multi-label (the rows together are one answer) and ranking (rows over other
items are further parts of the answer). What a cell looks like is `workers.files.cells`.
"""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.engine.errors import BadValue
from workers.engine.question import Question, QuestionType, Span, Value
from workers.files.adjudications_file import adjudicate
from workers.files.answers import Answers
from workers.files.cells import LABELLED, from_cell, labels_of, number, refuse_unknown, scale_of
from workers.files.rankings import joined
from workers.files.tables import BadTable, Mistakes, Progress, Table


def read(
    kind: QuestionType,
    answers: Path,
    adjudications: Path | None = None,
    items: Path | None = None,
    labels: Sequence[str] = (),
    progress: Progress | None = None,
) -> Answers:
    """Read the files.

    Parameters
    ----------
    labels : of the question, in its order; without them, those that the answers have, sorted.

    Raises
    ------
    BadTable : something is wrong with a file; tells the first of it all at once.
    """
    mistakes = Mistakes()
    reader = _Reader(kind, mistakes, labels)
    reader.read_answers(Table(answers, mistakes, progress))
    mistakes.check()
    if not reader.task:
        raise BadTable(f"{answers}:1: no answers")
    found = reader.answers()
    if adjudications:
        adjudicate(found, Table(adjudications, mistakes, progress))
    if items:
        known = set(found.tasks)
        table = Table(items, mistakes, progress)
        found.texts = {
            task.strip(): text
            for _, (task, text) in table.rows("task", "text")
            if task.strip() in known and text
        }
    mistakes.check()
    return found


class _Reader:
    """Reads one file of answers into columns, so that a million rows are some megabytes."""

    def __init__(self, kind: QuestionType, mistakes: Mistakes, labels: Sequence[str]) -> None:
        self.kind = kind
        self.mistakes = mistakes
        self.labels = tuple(labels)
        self.tasks: dict[str, int] = {}
        self.annotators: dict[str, int] = {}
        self.values: dict[Value, int] = {}
        self.cells: dict[str, int] = {}
        self.task, self.annotator, self.value = array("i"), array("i"), array("i")
        self.confidence = array("d")
        self.notes: list[str] = []

    def read_answers(self, table: Table) -> None:
        sure = "confidence" in table.header
        columns = ("task", "worker", "label", "confidence")[: 3 + sure]
        tasks, annotators, cells = self.tasks, self.annotators, self.cells
        for line, (task, annotator, cell, *more) in table.rows(*columns):
            code = cells.get(cell)
            if code is None:
                try:
                    code = cells[cell] = self._code(self._parsed(cell))
                except BadValue as error:
                    table.mistakes.add(table.path, line, str(error))
                    continue
            task, annotator = task.strip(), annotator.strip()
            if not task or not annotator:
                empty = "worker" if task else "task"
                table.mistakes.add(table.path, line, f"{empty} is empty")
                continue
            self.task.append(tasks.setdefault(task, len(tasks)))
            self.annotator.append(annotators.setdefault(annotator, len(annotators)))
            self.value.append(code)
            if sure:
                sure = self._see_confidence(table.path, line, more[0])
        if not sure:
            self.confidence = array("d")
        if self.kind in ("multi_label", "ranking"):
            self._merge()

    def answers(self) -> Answers:
        values = list(self.values)
        question = self._question(values)
        order = {label: i for i, label in enumerate(question.labels)}
        if self.kind == "multi_label":
            values = [tuple(sorted(value, key=order.__getitem__)) for value in values]
        return Answers(
            question,
            list(self.tasks),
            list(self.annotators),
            values,
            np.array(self.task, np.int32),
            np.array(self.annotator, np.int32),
            np.array(self.value, np.int32),
            _scaled(np.array(self.confidence)) if self.confidence else None,
            notes=self.notes,
        )

    def _parsed(self, cell: str) -> Value:
        value = from_cell(self.kind, cell)
        if self.labels and self.kind in LABELLED:
            refuse_unknown(self.kind, value, self.labels)
        return value

    def _code(self, value: Value) -> int:
        return self.values.setdefault(value, len(self.values))

    def _question(self, values: list[Value]) -> Question:
        if self.kind in LABELLED:
            seen = {label for value in values for label in labels_of(self.kind, value)}
            crossing = self.kind == "span" and any(_overlap(value) for value in values)
            return Question(self.kind, self.labels or _sorted(seen), overlapping=crossing)
        return Question(self.kind, scale=scale_of(values) if self.kind == "rating" else ())

    def _see_confidence(self, path: Path, line: int, cell: str) -> bool:
        """Take it in; False from the first on that is none."""
        try:
            found = number(cell) if cell.strip() else math.nan
            if found < 0:
                raise BadValue(f"{cell!r} is negative")
        except BadValue as error:
            self.notes.append(f"{path}:{line}: the column confidence is ignored: {error}")
            return False
        self.confidence.append(found)
        return True

    def _merge(self) -> None:
        """Make one value of several rows of an annotator on a task."""
        width = len(self.annotators)
        key = np.array(self.task, np.int64) * width + np.array(self.annotator, np.int64)
        order = np.argsort(key, kind="stable")
        ends = np.flatnonzero(np.diff(key[order], append=-1))
        sizes = np.diff(ends, prepend=-1)
        if (sizes == 1).all():
            return
        values, keep = list(self.values), np.ones(len(key), bool)
        for end, size in zip(ends[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
            *earlier, last = order[end - size + 1 : end + 1].tolist()
            said = [values[self.value[row]] for row in (*earlier, last)]
            keep[earlier] = False
            if self.kind == "multi_label":
                value: Value = tuple(sorted({x for value in said for x in value}))
            else:
                parts = joined(said)
                value = parts[0] if len(parts) == 1 else tuple(parts)
            self.value[last] = self._code(value)
        for column in ("task", "annotator", "value", "confidence"):
            old = getattr(self, column)
            if old:
                setattr(self, column, array(old.typecode, np.array(old)[keep].tobytes()))


def split_labels(text: str) -> list[str]:
    """The labels that one line of CSV names.

    >>> split_labels('yes,no,"yes, but"')
    ['yes', 'no', 'yes, but']
    """
    [cells] = csv.reader([text], skipinitialspace=True)
    return list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))


def _overlap(spans: Sequence[Span]) -> bool:
    return any(one.end > other.start for one, other in pairwise(spans))


def _sorted(labels: set[str]) -> tuple[str, ...]:
    """Numbers by size, others by alphabet."""
    try:
        return tuple(sorted(labels, key=lambda label: (float(label), label)))
    except ValueError:
        return tuple(sorted(labels))


def _scaled(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """In [0, 1]: larger ones (1 … 5, 0 … 100) are divided by the largest."""
    largest = float(np.nanmax(confidence, initial=1.0))
    return confidence / largest
