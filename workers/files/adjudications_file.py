"""What reviewers decided, as a file has it, added to the answers that annotators gave."""

from __future__ import annotations

from collections.abc import Iterator

from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.files.alike import MAX_REPORTED, plain_name, same_name, shown
from argilla_distill.workers.files.cells import (
    LABELLED,
    from_cell,
    known,
    labels_of,
    number,
    presence,
    renamed,
)
from argilla_distill.workers.files.rankings import Ranking, parts_of
from argilla_distill.workers.files.reading.tables import Table
from argilla_distill.workers.files.recorded_answers import RecordedAnswers
from argilla_distill.workers.files.scales import on_scale, scale_of


def adjudicate(answers: RecordedAnswers, table: Table, labels: bool = False) -> None:
    """Read what reviewers decided; tasks that nobody answered are added, and reported.

    Parameters
    ----------
    labels : whether the question's labels, items or scale were named, so that there are no others.
    """
    reading = _Reading(answers, table, labels)
    question = answers.question
    if question.type == "ranking" and not table.has("label"):
        reading.take_ranks()
    else:
        reading.take_values()
    reading.finish()
    answers.notes += [*table.notes, *reading.notes()]


class _Reading:
    """Reads one file."""

    def __init__(self, answers: RecordedAnswers, table: Table, labels: bool) -> None:
        self.answers = answers
        self.table = table
        self.fixed = labels
        self.known = dict.fromkeys(answers.tasks)
        self.twice: dict[str, int] = {}
        self.unknown: dict[str, int] = {}
        self.items: set[str] = set()
        if answers.question.type == "ranking":
            parts = (part for value in answers.values for part in parts_of(value))
            self.items = {item for part in parts for item in labels_of("ranking", part)}
        self.strange: dict[str, None] = {}  # items that nobody has ranked

    def take_values(self) -> None:
        """Rows of a task and what was decided."""
        for line, task, (cell,) in self._rows("label"):
            try:
                self._decide(line, task, cell)
            except BadValue as error:
                self.table.mistakes.add(self.table.place(line), str(error))

    def take_ranks(self) -> None:
        """Rows of a task, an item and its rank; the lowest rank is the best, equal ones are tied."""
        ranks: dict[str, dict[str, float]] = {}
        lines: dict[str, int] = {}
        for line, task, (item, rank) in self._rows("item", "rank"):
            lines.setdefault(task, line)
            try:
                item = plain_name(item)
                if not item:
                    raise BadValue("item is empty")
                if item in ranks.get(task, ()):
                    self.twice.setdefault(task, line)
                ranks.setdefault(task, {})[item] = number(rank)
            except BadValue as error:
                self.table.mistakes.add(self.table.place(line), str(error))
        for task, places in ranks.items():
            try:
                if len(places) < 2:
                    raise BadValue(
                        f"{shown(next(iter(places)))} is the only item of the task that has a rank"
                    )
                self.answers.adjudications[task] = self._ranked(_ranking(places))
            except BadValue as error:
                self.table.mistakes.add(self.table.place(lines[task]), str(error))

    def finish(self) -> None:
        """Sort out what leaves labels open, and make the scale reach as far as what was decided."""
        answers = self.answers
        answers.tasks += list(self.unknown)
        for task, value in list(answers.adjudications.items()):
            if isinstance(value, dict):
                answers.partial[task] = answers.adjudications.pop(task)
        scale, decided = answers.question.scale, answers.adjudications.values()
        if scale and not self.fixed and not set(decided) <= set(scale):
            answers.question = Question("rating", scale=scale_of([*scale, *decided]))

    def notes(self) -> list[str]:
        """What a reader should know."""
        notes = []
        if self.unknown:
            task, line = next(iter(self.unknown.items()))
            none = len(self.unknown) == len({*self.answers.adjudications, *self.answers.partial})
            n = "none of its tasks was" if none else f"{len(self.unknown)} of its tasks were not"
            notes.append(
                f"{self.table.place(line)}: {n} answered by anybody; the first is {shown(task)}"
            )
        if self.strange:
            few = ", ".join(map(shown, list(self.strange)[:MAX_REPORTED]))
            more = ", …" if len(self.strange) > MAX_REPORTED else ""
            notes.append(f"{self.table.source.name}: nobody has ranked {few}{more}")
        if self.twice:
            task, line = next(iter(self.twice.items()))
            more = f", and {len(self.twice) - 1} more tasks" if len(self.twice) > 1 else ""
            twice = f"{shown(task)} is decided more than once{more}"
            notes.append(f"{self.table.place(line)}: {twice}; the last row counts")
        return notes

    def _ranked(self, value: Ranking) -> Ranking:
        """A ranking with its items as the answers have them, or as they were named."""
        labels = self.answers.question.labels
        if labels:
            found: Ranking = known("ranking", value, labels)
            return found
        found = renamed("ranking", value, lambda item: same_name(item, self.items))
        for item in labels_of("ranking", found):
            if item not in self.items:
                self.strange.setdefault(item)
        return found

    def _rows(self, *columns: str) -> Iterator[tuple[int, str, list[str]]]:
        for line, (task, *cells) in self.table.rows("task", *columns):
            try:
                task = same_name(plain_name(task), self.known)
                if not task:
                    raise BadValue("task is empty")
            except BadValue as error:
                self.table.mistakes.add(self.table.place(line), str(error))
                continue
            if task not in self.known:
                self.unknown.setdefault(task, line)
            yield line, task, cells

    def _decide(self, line: int, task: str, cell: str) -> None:
        """Take one cell of a reviewer's. Rows of one task on several labels add up."""
        answers = self.answers
        kind, labels = answers.question.type, answers.question.labels
        before = answers.adjudications.get(task)
        said = presence(cell) if kind == "multi_label" else None
        if said is not None:
            said = {same_name(label, labels): holds for label, holds in said.items()}
            known(kind, [label for label, holds in said.items() if holds], labels)
            said = {**before, **said} if isinstance(before, dict) else said
            whole = all(label in said for label in labels)
            chosen = tuple(label for label in labels if said.get(label))
            answers.adjudications[task] = chosen if whole else said
            return
        if self.table.separator == ";" and kind == "rating":
            cell = cell.replace(",", ".")
        value = from_cell(kind, cell)
        if kind == "ranking":
            value = self._ranked(value)
        elif kind in LABELLED:
            value = known(kind, value, labels)
        if kind == "rating" and self.fixed:
            on_scale(value, answers.question.scale)
        if kind == "multi_label":
            several = {*value, *(before or ())}
            value = tuple(label for label in labels if label in several)
        elif before is not None and before != value:
            self.twice.setdefault(task, line)
        answers.adjudications[task] = value


def _ranking(places: dict[str, float]) -> Ranking:
    return tuple(
        tuple(sorted(item for item in places if places[item] == rank))
        for rank in sorted(set(places.values()))
    )
