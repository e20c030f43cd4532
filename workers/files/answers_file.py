"""Reads files of recorded answers: tables, of one question, and exports of annotation tools, of several.

`ANSWERS` has a task, a worker and a label in each row, or with `wide` a task in each row and a column
for each annotator; `TRUTH` a task and a label (or, of rankings, task, item and rank); `ITEMS` a task
and its text. What columns may be called is `workers.files.reading.columns`, what a cell looks like
`workers.files.cells`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from argilla_distill.workers.engine.contract.question import QuestionType
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.files.adjudications_file import adjudicate
from argilla_distill.workers.files.alike import plain_name, plain_text, same_name
from argilla_distill.workers.files.answer_columns import AnswerColumns, Row
from argilla_distill.workers.files.exports import argilla, label_studio
from argilla_distill.workers.files.exports.export import (
    ExportedQuestion,
    ExportedQuestions,
    exported_by,
)
from argilla_distill.workers.files.input_options import InputOptions, scale_points, wanted_of
from argilla_distill.workers.files.reading.arrow import arrow_records
from argilla_distill.workers.files.reading.as_text import as_cell
from argilla_distill.workers.files.reading.columns import ColumnPositions
from argilla_distill.workers.files.reading.documents import documents
from argilla_distill.workers.files.reading.input_file import SETTINGS, InputFile, files_in
from argilla_distill.workers.files.reading.mistakes import BadTable, Mistakes
from argilla_distill.workers.files.reading.rows import ListedRows, ObjectRows
from argilla_distill.workers.files.reading.tables import Progress, Table
from argilla_distill.workers.files.recorded_answers import RecordedAnswers


def read(given: InputOptions, progress: Progress | None = None) -> list[RecordedAnswers]:
    """The answers to each question.

    Raises
    ------
    BadTable : something is wrong with a file, or with what was said of it; tells the first of it all
        at once.
    """
    return _Files(given, progress).read()


def read_table(
    kind: QuestionType,
    answers: Path,
    adjudications: Path | None = None,
    items: Path | None = None,
    labels: Sequence[str] = (),
    progress: Progress | None = None,
) -> RecordedAnswers:
    """The answers to the one question of a table. Raises BadTable as `read` does."""
    given = InputOptions(answers, {"": kind}, adjudications, items, labels)
    return read(given, progress)[0]


class _Files:
    """Reads what was given."""

    def __init__(self, given: InputOptions, progress: Progress | None) -> None:
        self.given = given
        self.progress = progress
        self.mistakes = Mistakes()
        self.sources: list[InputFile] = []
        self.columns = ColumnPositions(given.columns)
        self.decided = ColumnPositions(given.columns, decided=True)

    def read(self) -> list[RecordedAnswers]:
        try:
            return self._read()
        finally:
            for source in self.sources:
                source.close()

    def _read(self) -> list[RecordedAnswers]:
        given = self.given
        source = self._source(_file(given.answers))
        opened = self._opened(source)
        if isinstance(opened, ExportedQuestions):
            found = self._exported(source, opened)
        else:
            found = [self._table(Table(source, self.mistakes, self.columns, self.progress, opened))]
        for answers in found:
            self._add(answers)
        self._check_options(source)
        return found

    def _opened(self, source: InputFile) -> ExportedQuestions | ObjectRows | None:
        """An export, or the objects of a JSON file; None if it is another table."""
        if source.kind == "json":
            unit, found = documents(source)
        elif source.kind.startswith(("parquet", "arrow")):
            unit, found = ", row ", arrow_records(_parts(self.given.answers, source))
        else:
            return None
        first = next(found, None)
        every = chain([] if first is None else [first], found)
        if first and argilla.is_record(first[1]):
            export = exported_by("Argilla", argilla.read_records, every, source.name, unit)
            argilla.read_settings(export, self.given.answers)
            return export
        if first and label_studio.is_task(first[1]):
            return exported_by("Label Studio", label_studio.read_tasks, every, source.name, unit)
        return ObjectRows(unit, every, source.notes()) if source.kind == "json" else None

    def _table(self, table: Table) -> RecordedAnswers:
        given = self.given
        if any(name.endswith(argilla.RESPONSES) for name in table.header):
            raise BadTable(
                f"{table.source.name}: this looks like an export of Argilla whose lists were lost on the "
                "way to CSV: export it with to_parquet or to_json"
            )
        if given.questions or any(given.types):
            raise BadTable(
                f"{table.source.name}: it has one question, without a name (see --question)"
            )
        if "" not in given.types:
            raise BadTable(f"{table.source.name}: say what was asked, --type label for example")
        votes = self._votes(given.types[""], table.place, table.separator == ";")
        sure = False
        if given.wide:
            votes.read(_wide(table))
        else:
            sure = table.has("confidence")
            votes.read(self._rows(table, sure), sure)
        self.mistakes.check()
        if not votes.task:
            raise BadTable(f"{table.place(1)}: no answers")
        found = votes.answers()
        found.notes[:0] = table.notes
        return found

    def _rows(self, table: Table, sure: bool) -> Iterator[Row]:
        more = ("confidence",) if sure else ()
        if not self.given.anonymous:
            return table.rows("task", "worker", "label", *more)
        if table.has("worker"):
            return _each_its_own(table.rows("task", "worker", "label", *more))
        return (
            (line, (task, f"(row {line})", *rest))
            for line, (task, *rest) in table.rows("task", "label", *more)
        )

    def _exported(self, source: InputFile, export: ExportedQuestions) -> list[RecordedAnswers]:
        given = self.given
        if given.wide or given.columns:
            option = "--wide" if given.wide else "--column"
            raise BadTable(f"{source.name}: {option} is for tables; this is an export")
        chosen, notes = wanted_of(given, export, source.name)
        if given.labels and len(chosen) > 1:
            raise BadTable(
                f"{source.name}: --labels is for one question: choose it with --question"
            )
        found = [self._question(source, export, question) for question in chosen]
        self.mistakes.check()
        found[0].notes[:0] = [*source.notes(), *export.notes, *notes]
        return found

    def _question(
        self, source: InputFile, export: ExportedQuestions, question: ExportedQuestion
    ) -> RecordedAnswers:
        given = self.given
        kind = given.types.get(question.name) or given.types.get("") or question.guess()

        def place(number: int) -> str:
            return f"{source.name}{export.unit}{number}, question {question.name}"

        votes = self._votes(kind, place, False, question)
        rows: Iterator[Row] = (
            (number, (task, annotator, as_cell(value)))
            for number, task, annotator, value in question.answers
        )
        votes.read(_each_its_own(rows) if given.anonymous else rows)
        self.mistakes.check()
        found = votes.answers()
        found.name = question.name
        if question.adjudications:
            cells = [(task, as_cell(value)) for task, value in question.adjudications.items()]
            decided = ListedRows(["task", "label"], cells, f", ground truth of {question.name}, ")
            adjudicate(found, Table(source, self.mistakes, rows=decided), bool(votes.labels))
            self.mistakes.check()
        if not question.kind and not given.types.get(question.name):
            found.notes.append(f"taken as a {kind} question (see --type)")
        found.notes = [f"{question.name}: {note}" for note in found.notes]
        known = set(found.tasks)
        found.texts = {task: text for task, text in export.texts.items() if task in known}
        found.note_beyond({task: len(text) for task, text in found.texts.items()})
        return found

    def _votes(
        self,
        kind: QuestionType,
        place: Callable[[int], str],
        decimal_comma: bool,
        question: ExportedQuestion | None = None,
    ) -> AnswerColumns:
        labels: tuple[str, ...] = tuple(self.given.labels)
        scale: tuple[float, ...] = ()
        if labels and kind == "text":
            raise BadTable("--labels makes no sense for texts")
        if labels and kind == "rating":
            labels, scale = (), scale_points(labels)
        elif question and not labels:
            labels, scale = question.labels, question.scale
        return AnswerColumns(kind, self.mistakes, place, labels, scale, decimal_comma)

    def _add(self, answers: RecordedAnswers) -> None:
        """What reviewers decided, and the texts."""
        given = self.given
        if given.adjudications:
            table = self._more(given.adjudications, self.decided)
            if answers.name:
                table.only("question", answers.name, needed=len(given.questions) != 1)
            adjudicate(answers, table, bool(given.labels))
        if given.items:
            table = self._more(given.items, self.columns)
            known = dict.fromkeys(answers.tasks)
            strange = 0
            lengths = {}
            for line, (task, text) in table.rows("task", "text"):
                n = len(text)
                try:
                    name, text = same_name(plain_name(task), known), plain_text(text)
                except BadValue as error:
                    self.mistakes.add(table.place(line), str(error))
                    continue
                if name not in known:
                    strange += 1
                elif text:
                    answers.texts[name] = text
                    lengths[name] = n
            answers.notes += table.notes
            answers.note_beyond(lengths)
            if strange:
                left_out = f"{strange} texts of records that nobody answered are left out"
                answers.notes.append(f"{table.source.name}: {left_out}")
        self.mistakes.check()

    def _more(self, path: Path, columns: ColumnPositions) -> Table:
        return Table(self._source(path), self.mistakes, columns, self.progress)

    def _source(self, path: Path) -> InputFile:
        self.sources.append(InputFile(path, self.given.encoding))
        return self.sources[-1]

    def _check_options(self, source: InputFile) -> None:
        """No option is ignored without a word."""
        for column in self.given.columns.keys() - self.columns.used - self.decided.used:
            name = self.given.columns[column]
            raise BadTable(f"--column {column}={name}: no file has a column {name}")
        if self.given.encoding and source.kind not in ("csv", "json"):
            raise BadTable(f"{source.name}: --encoding is for text files; this is none")


def _file(path: Path) -> Path:
    """The file with the answers: of a folder that an SDK wrote, the one that has the records."""
    if not path.is_dir():
        return path
    found = [each for each in files_in(path) if each.name != SETTINGS.name]
    if found:
        return found[0]
    raise BadTable(
        f"{path}: a folder without records.json (to_disk) or .arrow files (save_to_disk)"
    )


def _parts(path: Path, source: InputFile) -> list[InputFile]:
    """All files of a folder that `save_to_disk` of Hugging Face's datasets wrote."""
    return [InputFile(each) for each in files_in(path)] if path.is_dir() else [source]


def _wide(table: Table) -> Iterator[Row]:
    return ((line, (task, name, cell)) for line, task, name, cell in table.wide("task"))


def _each_its_own(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows without an annotator get one of their own."""
    for n, (line, (task, annotator, *rest)) in enumerate(rows, 1):
        yield line, (task, annotator if annotator.strip() else f"(row {n})", *rest)
