"""Votes in columns, so that a million rows are some megabytes: who said what on which task.

Of several answers of an annotator to a task the last row counts, but for multi-label (the rows
together are one answer) and ranking (rows over other items are further parts of the answer).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.question import Question, QuestionType, Span, Value
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.files.alike import (
    notes_on_ids,
    notes_on_names,
    notes_on_several,
    plain_name,
    same_names,
    visible,
)
from argilla_distill.workers.files.cells import (
    LABELLED,
    from_cell,
    known,
    labels_of,
    renamed,
)
from argilla_distill.workers.files.confidence import Confidence
from argilla_distill.workers.files.rankings import joined, parts_of
from argilla_distill.workers.files.reading.mistakes import Mistakes
from argilla_distill.workers.files.recorded_answers import RecordedAnswers
from argilla_distill.workers.files.scales import on_scale, scale_of

Row = tuple[int, tuple[str, ...]]
"""The number of a row; its task, annotator and answer, and how sure they were if that is known."""

NO_NAME = -1
"""The code of an empty cell."""


class AnswerColumns:
    """Reads rows into columns.

    Parameters
    ----------
    place : says where the row of a number is.
    labels : of the question, in its order (of a ranking, its items); empty if those of the answers.
    scale : of a rating; empty if what lies between the answers.
    decimal_comma : whether numbers are written with one.
    """

    def __init__(
        self,
        kind: QuestionType,
        mistakes: Mistakes,
        place: Callable[[int], str],
        labels: Sequence[str] = (),
        scale: tuple[float, ...] = (),
        decimal_comma: bool = False,
    ) -> None:
        self.kind = kind
        self.mistakes = mistakes
        self.place = place
        self.labels = tuple(labels)
        self.scale = scale
        self.decimal_comma = decimal_comma
        self.tasks = _Names()
        self.annotators = _Names()
        self.values: dict[Value, int] = {}
        self.task, self.annotator, self.value = array("i"), array("i"), array("i")
        self.confidence: Confidence | None = None
        self.notes: list[str] = []
        self._signs: dict[str, str] = {}  # a comma or a point -> a rating that has one

    def read(self, rows: Iterable[Row], confidence: bool = False) -> None:
        """Take in all rows; the fourth cell is how sure they were, if that is known."""
        sure = self.confidence = Confidence() if confidence else None
        tasks, annotators = self.tasks.codes, self.annotators.codes
        cells: dict[str, int] = {}
        add = self.task.append, self.annotator.append, self.value.append
        for line, row in rows:
            code, task, annotator = cells.get(row[2]), tasks.get(row[0]), annotators.get(row[1])
            if code is None or task is None or annotator is None:
                try:
                    if code is None:
                        code = cells[row[2]] = self._code(self._parsed(row[2]))
                    task = self.tasks.code(row[0], "task")
                    annotator = self.annotators.code(row[1], "worker")
                except BadValue as error:
                    self.mistakes.add(self.place(line), str(error))
                    continue
            add[0](task)
            add[1](annotator)
            add[2](code)
            if sure is not None:
                cell = row[3]
                sure.add(line, cell.replace(",", ".") if self.decimal_comma else cell)

    def answers(self) -> RecordedAnswers:
        """What the rows say, with notes on what looks alike, and on what was taken for the same."""
        self._merge_same_names()
        self._merge_rows()
        values = list(self.values)
        question = self._question(values)
        order = {label: i for i, label in enumerate(question.labels)}
        if self.kind == "multi_label":
            values = [tuple(sorted(value, key=order.__getitem__)) for value in values]
        sure, notes = self.confidence.scaled(self.place) if self.confidence else (None, [])
        self._note_alike(values, question)
        return RecordedAnswers(
            question,
            self.tasks.names,
            self.annotators.names,
            values,
            np.frombuffer(self.task, np.int32),
            np.frombuffer(self.annotator, np.int32),
            np.frombuffer(self.value, np.int32),
            sure,
            notes=[*self.notes, *notes],
        )

    def _parsed(self, cell: str) -> Value:
        if self.decimal_comma and self.kind == "rating":
            self._signs.update({sign: cell for sign in ",." if sign in cell})
            cell = cell.replace(",", ".")
        value = from_cell(self.kind, cell)
        if self.labels and (self.kind in LABELLED or self.kind == "ranking"):
            value = known(self.kind, value, self.labels)
        return on_scale(value, self.scale) if self.kind == "rating" else value

    def _code(self, value: Value) -> int:
        return self.values.setdefault(value, len(self.values))

    def _question(self, values: list[Value]) -> Question:
        if self.kind in LABELLED:
            seen = {label for value in values for label in labels_of(self.kind, value)}
            crossing = self.kind == "span" and any(_overlap(value) for value in values)
            return Question(self.kind, self.labels or _sorted(seen), overlapping=crossing)
        if self.kind == "rating":
            return Question(self.kind, scale=self.scale or scale_of(values, len(self.task)))
        return Question(self.kind, self.labels)

    def _merge_same_names(self) -> None:
        """Take 1 and 1.0 for the same, wherever both occur."""
        for what, names, column in (
            ("tasks", self.tasks, self.task),
            ("annotators", self.annotators, self.annotator),
        ):
            moved = names.merge()
            if moved is not None:
                column[:] = array("i", moved[np.array(column)].astype(np.int32).tobytes())
                self.notes.append(f"{what} that are written with and without .0 are the same")
        if self.kind in LABELLED or self.kind == "ranking":
            labels = {label for value in self.values for label in labels_of(self.kind, value)}
            same = same_names(labels)
            if same:
                self._rename(same)
                pairs = ", ".join(f"{long} as {short}" for long, short in sorted(same.items())[:3])
                self.notes.append(f"labels written with and without .0 are the same: {pairs}")

    def _rename(self, names: dict[str, str]) -> None:
        old, self.values = list(self.values), {}
        codes = [self._code(renamed(self.kind, v, lambda x: names.get(x, x))) for v in old]
        moved = np.array(codes, np.int32)
        self.value[:] = array("i", moved[np.array(self.value)].tobytes())

    def _merge_rows(self) -> None:
        """Make one answer of several rows of an annotator on a task, or tell that the last counts."""
        key = np.array(self.task, np.int64)
        key *= len(self.annotators.names)
        key += np.frombuffer(self.annotator, np.int32)
        if self.kind not in ("multi_label", "ranking"):
            key.sort()
            twice = int((key[1:] == key[:-1]).sum())
            if twice:
                self.notes.append(
                    f"{twice} answers do not count, since the same annotator has a later one on the task"
                )
            return
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
        for name in ("task", "annotator", "value"):
            setattr(self, name, array("i", np.array(getattr(self, name))[keep].tobytes()))
        if self.confidence:
            self.confidence.keep(keep)

    def _note_alike(self, values: Sequence[Value], question: Question) -> None:
        if len(self._signs) > 1:
            one, other = sorted(self._signs.values())
            self.notes.append(f"ratings such as {one} and {other} are both read as decimals")
        self.notes += notes_on_ids("tasks", self.tasks.names)
        self.notes += notes_on_ids("annotators", self.annotators.names)
        if self.kind == "text":
            self.notes += notes_on_names("texts", values, visible)
        elif self.kind != "rating":
            labels = {x: None for value in values for x in _items(self.kind, value)}
            self.notes += notes_on_names("labels", sorted({*labels, *question.labels}))
            self.notes += notes_on_several(self.kind, labels)


class _Names:
    """Names of tasks or annotators, each with a number; what looks the same is the same.

    Attributes
    ----------
    codes : cell, as it is in the file, and name -> number
    names : by number
    """

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        self.names: list[str] = []

    def code(self, cell: str, what: str) -> int:
        """The number of a cell. Raises BadValue if there is no name in it."""
        code = self.codes.get(cell)
        if code is None:
            name = plain_name(cell)
            if not name:
                more = "; see --anonymous" if what == "worker" else ""
                raise BadValue(f"{what} is empty{more}")
            code = self.codes.get(name)
            if code is None:
                code = self.codes[name] = len(self.names)
                self.names.append(name)
            self.codes[cell] = code
        return code

    def merge(self) -> NDArray[np.int64] | None:
        """Take 1 and 1.0 for the same: old number -> new number; None if there is nothing to do."""
        if not any(name.endswith("0") and "." in name for name in self.names):
            return None
        same = same_names(dict.fromkeys(self.names))
        if not same:
            return None
        old, new = self.names, _Names()
        moved = np.array([new.code(same.get(name, name), "") for name in old], np.int64)
        self.codes, self.names = new.codes, new.names
        return moved


def _items(kind: QuestionType, value: Value) -> Iterable[str]:
    if kind == "ranking":
        return [item for part in parts_of(value) for item in labels_of(kind, part)]
    return labels_of(kind, value)


def _overlap(spans: Sequence[Span]) -> bool:
    return any(one.end > other.start for one, other in pairwise(spans))


def _sorted(labels: set[str]) -> tuple[str, ...]:
    """Numbers by size, others by alphabet; what only is no number (``nan``) comes behind numbers.

    >>> _sorted({"nan", "10", "9"}), _sorted({"b", "a", "10", "9"})
    (('9', '10', 'nan'), ('10', '9', 'a', 'b'))
    """
    try:
        return tuple(sorted(labels, key=_size))
    except ValueError:
        return tuple(sorted(labels))


def _size(label: str) -> tuple[bool, float, str]:
    size = float(label)  # nan is neither less nor more than any: sorting by it is chance
    return math.isnan(size), 0.0 if math.isnan(size) else size, label
