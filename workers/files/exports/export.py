"""Questions with their answers, as an annotation tool exports them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.workers.engine.contract.question import QuestionType
from argilla_distill.workers.files.reading.mistakes import BadTable

LONGEST_LABEL = 100
"""Characters. What is longer is a text."""

LIKE: dict[QuestionType, set[QuestionType]] = {
    "label": {"label", "text"},
    "text": {"label", "text"},
    "rating": {"rating"},
    "multi_label": {"multi_label", "ranking"},
    "ranking": {"multi_label", "ranking"},
    "span": {"span"},
}
"""What else a question may be that looks like a type by its answers."""


@dataclass
class ExportedQuestion:
    """A question and its answers.

    Attributes
    ----------
    kind : None where the export does not tell it
    answers : number of the record, record, annotator (empty if unknown), value as JSON has it
    adjudications : record -> value
    """

    name: str
    kind: QuestionType | None = None
    labels: tuple[str, ...] = ()
    scale: tuple[float, ...] = ()
    answers: list[tuple[int, str, str, Any]] = field(default_factory=list)
    adjudications: dict[str, Any] = field(default_factory=dict)

    def guess(self) -> QuestionType:
        """Its type, by the look of its answers where the export does not tell it."""
        return self.kind or guess([value for *_, value in self.answers])

    def may_be(self, kind: QuestionType) -> bool:
        """Whether it can be of this type."""
        return kind == self.kind if self.kind else kind in LIKE[self.guess()]


@dataclass
class ExportedQuestions:
    """All questions of an export.

    Attributes
    ----------
    texts : record -> its text
    unit : what is between a file's name and the number of a record
    notes : what was left out
    """

    questions: dict[str, ExportedQuestion] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    unit: str = ", record "
    notes: list[str] = field(default_factory=list)

    def question(self, name: str) -> ExportedQuestion:
        """The question of this name, made if it is new."""
        return self.questions.setdefault(name, ExportedQuestion(name))


Numbered = Iterable[tuple[int, Mapping[str, Any]]]
"""Objects of a file, each with its number."""

UNLIKE = (AttributeError, KeyError, TypeError, ValueError)
"""What comes of taking JSON for what it is not: a text for an object, and the like."""


def exported_by(
    tool: str,
    read: Callable[[Numbered, str], ExportedQuestions],
    found: Numbered,
    file: str,
    unit: str,
) -> ExportedQuestions:
    """What `read` makes of an export; what only looks like one ends in a sentence.

    Raises
    ------
    BadTable : it is not what the tool exports; tells how far it was.
    """
    last = 0

    def counted() -> Iterator[tuple[int, Mapping[str, Any]]]:
        nonlocal last
        for number, each in found:
            last = number
            yield number, each

    try:
        return read(counted(), unit)
    except BadTable:
        raise
    except UNLIKE as error:
        why = f"it looks like an export of {tool}, and is none: {error}"
        raise BadTable(f"{file}{unit}{last}: {why}") from None


def named(record: Mapping[str, Any], keys: Sequence[str], number: int) -> str:
    """What a record is called: the first of these that it has, or else its number; 0 is a name.

    >>> named({"id": 0}, ("id",), 3), named({"id": None, "inner_id": ""}, ("id", "inner_id"), 3)
    ('0', '3')
    """
    return next(
        (str(record[key]) for key in keys if record.get(key) not in (None, "")), str(number)
    )


def guess(values: Sequence[Any]) -> QuestionType:
    """The type of a question by its answers.

    >>> guess(["yes", "no"]), guess([["a", "b"], ["b", "a"]]), guess([["a"], ["b", "a"]]), guess([4, 5])
    ('label', 'ranking', 'multi_label', 'rating')
    """
    if any(isinstance(value, list) for value in values):
        return _guess_lists([value for value in values if isinstance(value, list)])
    if values and all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return "rating"
    said = [str(value) for value in values]
    if any("\n" in value or len(value) > LONGEST_LABEL for value in said):
        return "text"
    wordy = sum(value.count(" ") for value in said) > 2 * len(said)
    return "text" if wordy and len(set(said)) > len(said) / 2 else "label"


def _guess_lists(values: list[list[Any]]) -> QuestionType:
    parts = [part for value in values for part in value]
    if any(isinstance(part, dict) for part in parts):
        return "span" if any("start" in p for p in parts if isinstance(p, dict)) else "ranking"
    sets = {frozenset(map(str, value)) for value in values}
    if len(sets) == 1 and len(values) > 1 and len(values[0]) > 1:
        return "ranking"  # everybody has put all of them into an order
    return "multi_label"
