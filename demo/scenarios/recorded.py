"""Reads a folder of recorded answers of real annotators as a scenario for the demo.

The folder holds `answers.csv` (task,worker,label), and may hold `items.csv` (task,text) and
`truth.csv` (task,label); further columns are ignored. What a label looks like decides whether this
is a plain label question; ratings, rankings, spans, several labels at once and free text are
refused. Simulated annotators are in `demo.scenarios.crowd`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from demo.scenarios.question import CONFLICT_QUESTION, Field, Question
from demo.scenarios.scenario import Annotator, Assignment, Item, Scenario, Source

MAX_NUMBERS = 12
"""More different numbers than this are a rating, not labels. Argilla's own ratings end at 11."""
MAX_LABELS = 100
LONGEST_LABEL = 200
LONGEST_NAME = 60
ANSWERS_PER_S = 10
GUIDELINES = "Recorded answers are replayed here. Choose the label that fits the text."


class RecordedError(ValueError):
    """The folder cannot be replayed. The message says where and why; trying again cannot help."""


@dataclass(frozen=True)
class Row:
    """The wanted cells of one line of a CSV file; `line` is the line it starts on, from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RecordedAnnotator(Annotator):
    """Answers what was recorded. `recorded_id` is the name in the file, `answers` item -> label."""

    recorded_id: str
    answers: Mapping[str, str]

    def answer(self, item: Item) -> dict[str, str]:
        """The last answer to the item in the file; empty if there is none."""
        return {"label": self.answers[item.id]} if item.id in self.answers else {}


def rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The cells of `columns`, stripped and never empty, line by line.

    Raises
    ------
    RecordedError : file missing or not UTF-8 CSV, a column or a cell missing; with file and line.
    """
    line = 1
    try:
        reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns if name not in header]
        if missing:
            raise RecordedError(f"{path}:1: no column {', '.join(missing)} in the header")
        places = [header.index(name) for name in columns]
        line = reader.line_num + 1
        for row in reader:
            if row:
                if len(row) != len(header):
                    raise RecordedError(
                        f"{path}:{line}: {len(row)} cells, but the header has {len(header)}"
                    )
                cells = tuple(row[place].strip() for place in places)
                for name, cell in zip(columns, cells, strict=True):
                    if not cell:
                        raise RecordedError(f"{path}:{line}: {name} is empty")
                yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise RecordedError(f"{path}:{line}: not CSV: {error}") from error


def _text(path: Path) -> str:
    data = b""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RecordedError(f"{path}:{line}: not UTF-8: {error.reason}") from error
    except OSError as error:
        raise RecordedError(f"{path}: cannot be read: {error.strerror}") from error


def table(path: Path, value: str) -> dict[str, str]:
    """task -> `value` of a file that is optional and has one row per task; empty if missing."""
    if not path.exists():
        return {}
    found: dict[str, str] = {}
    first: dict[str, int] = {}
    for row in rows(path, ("task", value)):
        task, cell = row.cells
        if task in found:
            raise RecordedError(
                f"{path}:{row.line}: task {task!r} is already on line {first[task]}"
            )
        found[task], first[task] = cell, row.line
    return found


def other_kind(labels: Counter[str]) -> str | None:
    """Describes the labels if they are not those of a plain label question; None if they are.

    Small whole numbers pass as labels: whether 1 to 5 are names or degrees cannot be seen.

    >>> other_kind(Counter(["0", "1", "1"])) is None
    True
    >>> other_kind(Counter(["3>1>2", "1>2>3"]))
    'rankings'
    """
    if any(_is_structure(label) for label in labels):
        return "spans or structured values"
    if all(re.fullmatch(r"[^<>]+([<>=]+[^<>=]+)+", label) for label in labels):
        return "rankings"
    if len(labels) > MAX_NUMBERS and len(labels) * 2 > labels.total() and not _numeric(labels):
        return "free text"
    if any("|" in label or ";" in label for label in labels):
        return "several labels at once"
    if _numeric(labels):
        fractions = any(not float(label).is_integer() for label in labels)
        return "a rating" if fractions or len(labels) > MAX_NUMBERS else None
    if len(labels) > MAX_LABELS or any(len(label) > LONGEST_LABEL for label in labels):
        return "free text"
    return None


def _refuse_other_kinds(path: Path, labels: Counter[str]) -> None:
    if labels and (kind := other_kind(labels)):
        raise RecordedError(
            f"{path}: the labels are {kind}; only plain label questions can be replayed"
        )


def _is_structure(label: str) -> bool:
    try:
        return label[:1] in "[{" and isinstance(json.loads(label), list | dict)
    except ValueError:
        return False


def _numeric(labels: Iterable[str]) -> bool:
    return all(re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", label) for label in labels)


def user_names(recorded_ids: Iterable[str]) -> dict[str, str]:
    """recorded id -> Argilla user name, each name once, the same for the same ids in any order.

    Argilla asks only for a name that is not empty and not taken. These are stricter, so that they
    are safe in addresses, logs and form fields and do not differ by case alone:
    letters, digits, `.`, `_` and `-`, a letter or a digit first, 60 at most.

    >>> user_names(["A1", "a1", "17", "judge/x?", "judge x!"])
    {'17': 'annotator-17', 'A1': 'A1', 'a1': 'a1-2', 'judge x!': 'judge-x', 'judge/x?': 'judge-x-2'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for recorded_id in sorted(set(recorded_ids)):
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", recorded_id).strip("._-")[:LONGEST_NAME]
        if not stem or stem.isdigit():
            stem = f"annotator-{stem}".rstrip("-")[:LONGEST_NAME]
        name, n = stem, 1
        while name.lower() in taken:
            n += 1
            name = f"{stem[: LONGEST_NAME - len(str(n)) - 1]}-{n}"
        taken.add(name.lower())
        names[recorded_id] = name
    return names


def source(name: str) -> Source:
    """The kind of an annotator, from the user name, as in the built-in crowd."""
    if name.startswith("llm-"):
        return "model"
    return "template" if name.startswith("template-") else "person"


def recorded(folder: Path, overlap: int | None = None, records: int | None = None) -> Scenario:
    """The scenario that the folder holds.

    The plan gives every recorded answer in the order of the file; of several answers of an
    annotator to a record only the last.

    Parameters
    ----------
    overlap : submitted responses that complete a record; without it, the number of answers of the
        record that has fewest, so that every record completes.
    records : take only the first so many records of `answers.csv`.

    Raises
    ------
    RecordedError : the folder cannot be replayed; the message names the file, and the line if one
        is to blame.
    """
    path = folder / "answers.csv"
    answers, lines = _last_answers(path)
    _refuse_other_kinds(path, Counter(answers.values()))
    texts = table(folder / "items.csv", "text")
    truth = table(folder / "truth.csv", "label")
    _refuse_other_kinds(folder / "truth.csv", Counter(truth.values()))
    tasks = tuple(islice(lines, records))
    if not tasks:
        raise RecordedError(f"{path}: no answers")
    for task in tasks:
        if texts and task not in texts:
            raise RecordedError(f"{path}:{lines[task]}: task {task!r} has no text in items.csv")
    values = sorted({*answers.values(), *truth.values()})
    if _numeric(values):
        values.sort(key=float)
    if len(values) < 2:
        raise RecordedError(f"{path}: every answer is {values[0]!r}; a question needs two labels")

    kept = frozenset(tasks)
    kept_answers = {key: label for key, label in answers.items() if key[0] in kept}
    names = user_names(recorded_id for _, recorded_id in kept_answers)
    by_annotator: dict[str, dict[str, str]] = {recorded_id: {} for recorded_id in names}
    for (task, recorded_id), label in kept_answers.items():
        by_annotator[recorded_id][task] = label
    known = {task: {"label": truth[task]} for task in tasks if task in truth}
    fewest = min(Counter(task for task, _ in kept_answers).values())
    return Scenario(
        title=f"Recorded answers: {folder.resolve().name}",
        guidelines=GUIDELINES,
        fields=(Field("text", "Text"),),
        questions=(
            Question("label", "Label", tuple((value, value) for value in values)),
            CONFLICT_QUESTION,
        ),
        items=tuple(
            Item(task, {"text": texts.get(task, f"Record {task}")}, known.get(task, {}))
            for task in tasks
        ),
        annotators=tuple(
            RecordedAnnotator(
                name=names[recorded_id],
                first_name=recorded_id,
                source=source(names[recorded_id]),
                seconds_per_answer=len(names) / ANSWERS_PER_S,
                recorded_id=recorded_id,
                answers=given_answers,
            )
            for recorded_id, given_answers in by_annotator.items()
        ),
        suggestions=(),
        plan=tuple(
            Assignment(n / ANSWERS_PER_S, names[recorded_id], task)
            for n, (task, recorded_id) in enumerate(kept_answers)
        ),
        truth=known,
        overlap=fewest if overlap is None else overlap,
    )


def _last_answers(path: Path) -> tuple[dict[tuple[str, str], str], dict[str, int]]:
    """(task, recorded id) -> label, in the order of the last answers; task -> its first line."""
    answers: dict[tuple[str, str], str] = {}
    lines: dict[str, int] = {}
    for row in rows(path, ("task", "worker", "label")):
        task, recorded_id, label = row.cells
        answers.pop((task, recorded_id), None)
        answers[task, recorded_id] = label
        lines.setdefault(task, row.line)
    return answers, lines
