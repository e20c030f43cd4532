"""Which files `aggregate` is to read, and what its options say of them.

It is read by `workers.files.answers_file`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from argilla_distill.workers.engine.contract.question import QuestionType
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.files.alike import plain_name
from argilla_distill.workers.files.cells import number
from argilla_distill.workers.files.exports import argilla
from argilla_distill.workers.files.exports.export import ExportedQuestion, ExportedQuestions
from argilla_distill.workers.files.reading.mistakes import BadTable


@dataclass(frozen=True)
class InputOptions:
    """Which files are to be read, and how.

    Attributes
    ----------
    types : question -> its type; under an empty name, that of every question
    labels : of the question, in its order; of a rating, its scale; of a ranking, its items
    questions : of an export, those that are wanted; all if there are none
    columns : column -> what it is called in the files
    encoding : of text files without a byte order mark; UTF-8 if empty
    wide : whether each row is a task, and each column an annotator
    anonymous : whether rows without an annotator are taken, each for an annotator of its own
    """

    answers: Path
    types: Mapping[str, QuestionType] = field(default_factory=dict)
    adjudications: Path | None = None
    items: Path | None = None
    labels: Sequence[str] = ()
    questions: Sequence[str] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    wide: bool = False
    anonymous: bool = False


def wanted_of(
    given: InputOptions, export: ExportedQuestions, file: str
) -> tuple[list[ExportedQuestion], list[str]]:
    """The questions that are wanted, and what to tell of the others."""
    names = list(export.questions)
    there = ", ".join(names)
    strange = [n for n in (*given.questions, *given.types) if n and n not in export.questions]
    if strange:
        raise BadTable(f"{file}: no question {strange[0]}; there is {there}")
    wanted = list(dict.fromkeys(given.questions)) or names
    found, notes = [], []
    for name in wanted:
        question = export.questions[name]
        kind = given.types.get(name) or given.types.get("")
        if not question.answers:
            why = "nobody answered it"
        elif given.questions or name in given.types:
            why = ""
        elif name == argilla.OWN_NOTES and len(names) > 1:
            why = "it is where conflict notes stand"
        elif kind and len(names) > 1 and not question.may_be(kind):
            why = f"it is no {kind} question"
        else:
            why = ""
        if why:
            notes.append(f"{file}: the question {name} is left out: {why}")
        else:
            found.append(question)
    if not found:
        raise BadTable("\n".join(notes) or f"{file}: no answers")
    return found, notes


def split_labels(text: str) -> list[str]:
    """The labels that one line of CSV names.

    >>> split_labels('yes,no,"yes, but"')
    ['yes', 'no', 'yes, but']
    """
    [cells] = csv.reader([text], skipinitialspace=True)
    return list(dict.fromkeys(plain_name(cell) for cell in cells if cell.strip()))


def scale_points(labels: Sequence[str]) -> tuple[float, ...]:
    """The points of a rating's scale."""
    try:
        return tuple(sorted({number(label) for label in labels}))
    except BadValue as error:
        raise BadTable(f"--labels: {error}") from error
