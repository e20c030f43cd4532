"""What files of recorded answers say, as facts that a strategy can learn.

How the files are read is `workers.files.answers_file`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.files.alike import shown
from argilla_distill.workers.files.cells import needs_lists
from argilla_distill.workers.files.rankings import parts_of


@dataclass
class RecordedAnswers:
    """What the files say.

    Attributes
    ----------
    name : of the question; empty where a file has one only
    question : as the answers show it
    tasks, annotators : list of str, in order of first appearance; first those of the answers
    task, annotator, value : per vote, in the order of the file: indexes
        into `tasks`, `annotators` and `values`
    confidence : ndarray of shape (n_votes,) in [0, 1], NaN where there is none; or None
    adjudications : task -> value
    partial : task -> label -> whether it holds: multi-label adjudications that leave labels open
    notes : what was left out or taken for something else, in words
    """

    question: Question
    tasks: list[str]
    annotators: list[str]
    values: list[Value]
    task: NDArray[np.int32]
    annotator: NDArray[np.int32]
    value: NDArray[np.int32]
    confidence: NDArray[np.float64] | None = None
    adjudications: dict[str, Value] = field(default_factory=dict)
    partial: dict[str, dict[str, bool]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    name: str = ""

    def listed(self) -> bool:
        """Whether rankings must be written as lists: an item has a sign of theirs in it."""
        if self.question.type != "ranking":
            return False
        parts = (part for value in self.values for part in parts_of(value))
        items = (item for part in parts for group in part for item in group)
        return any(map(needs_lists, (*self.question.labels, *items)))

    def note_beyond(self, lengths: Mapping[str, int]) -> None:
        """Note spans that end behind the text of their record; `lengths` are of the texts as given.

        Offsets in bytes, or as JavaScript counts them, often do.
        """
        if self.question.type != "span":
            return
        ends = [max((span.end for span in value), default=0) for value in self.values]
        long = [lengths.get(task, math.inf) for task in self.tasks]
        some = np.array(ends)[self.value] > np.array(long)[self.task]
        if some.any():
            first = self.tasks[self.task[int(np.argmax(some))]]
            self.notes.append(
                f"{int(some.sum())} answers have spans that end behind the text of their record, the "
                f"first on {shown(first)}: are they offsets of characters, and of this text?"
            )

    def facts(self) -> Iterator[Fact]:
        """Everything, votes first."""
        tasks, annotators, values = self.tasks, self.annotators, self.values
        columns = self.task.tolist(), self.annotator.tolist(), self.value.tolist()
        if self.confidence is None:
            for t, a, v in zip(*columns, strict=True):
                yield Vote(tasks[t], annotators[a], values[v])
        else:
            for t, a, v, sure in zip(*columns, self.confidence.tolist(), strict=True):
                known = None if math.isnan(sure) else sure
                yield Vote(tasks[t], annotators[a], values[v], known)
        for task, value in self.adjudications.items():
            yield Adjudication(task, value)
        for task, text in self.texts.items():
            yield Content(task, text)
