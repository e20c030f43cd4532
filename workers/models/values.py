"""What people answer, between Argilla's JSON and the engine's values.

Cells of files are `workers.files.cells`. The engine's side of it is described in
`workers.engine.contract.question`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.wording import text
from argilla_distill.workers.engine.contract.question import Question, QuestionType, Span, Value
from argilla_distill.workers.engine.errors import BadValue

MAX_CHARACTERS = 80
"""Values are cut to so many characters where they are part of a sentence."""

MAX_SHOWN = 300
"""Where a record's text is shown to tell it from others, so many characters of it are."""

TYPES: dict[str, QuestionType] = {
    "label_selection": "label",
    "multi_label_selection": "multi_label",
    "rating": "rating",
    "ranking": "ranking",
    "span": "span",
    "text": "text",
}
"""Argilla's names of the types of questions, and the engine's."""


def question_of(question: DatasetQuestion) -> Question:
    """The engine's view of one of Argilla's questions.

    Raises
    ------
    KeyError : a type of question that Argilla did not have when this was written.
    """
    kind = TYPES[question.type]
    if kind == "rating":
        return Question(kind, scale=tuple(sorted(int(value) for value in question.labels)))
    forced = question.required or kind != "multi_label"
    return Question(kind, question.labels, overlapping=question.overlapping, required=forced)


def from_argilla(question: Question, json: object) -> Value:
    """A response's or suggestion's value as the engine takes it.

    >>> from_argilla(Question("ranking", ("a", "b")), [{"value": "b", "rank": 1}, {"value": "a", "rank": 1}])
    (('a', 'b'),)

    Raises
    ------
    BadValue : it is no value of this question.
    """
    try:
        return _PARSERS[question.type](question, json)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadValue(f"{json!r} is no value of a {question.type} question: {error}") from error


def to_argilla(question: Question, value: Value) -> object:
    """The inverse of `from_argilla`.

    >>> to_argilla(Question("ranking", ("a", "b", "c")), (("b",), ("a", "c")))
    [{'value': 'b', 'rank': 1}, {'value': 'a', 'rank': 2}, {'value': 'c', 'rank': 2}]
    """
    if question.type == "multi_label":
        return list(value)
    if question.type == "ranking":
        ranked, place = [], 1
        for group in value:
            ranked += [{"value": item, "rank": place} for item in group]
            place += len(group)
        return ranked
    if question.type == "span":
        return [{"start": s.start, "end": s.end, "label": s.label} for s in value]
    return value


def json_of(question: Question, value: Value) -> object:
    """`to_argilla`, with None for None."""
    return None if value is None else to_argilla(question, value)


def short(question: Question, value: Value, passage: str = "") -> str:
    """A value in few words; empty for None. Spans are quoted from their passage."""
    if value is None:
        return ""
    words = text(to_argilla(question, value), passage)
    return words if len(words) <= MAX_CHARACTERS else f"{words[: MAX_CHARACTERS - 1]}…"


def content(question: DatasetQuestion, fields: Mapping[str, Any]) -> str:
    """What a record says, as a question's strategy reads it: one field of it, or all its texts.

    >>> content(DatasetQuestion("1", "q", "text"), {"a": "one", "b": [{"content": "two"}]})
    'one\\ntwo'
    """
    return text_of({"": fields.get(question.field)} if question.field else fields)


def text_of(fields: Mapping[str, Any]) -> str:
    """All texts of a record; those of a chat turn by turn.

    >>> text_of({"a": "one", "b": [{"content": "two"}], "c": 3})
    'one\\ntwo'
    """
    return "\n".join(text for value in fields.values() for text in _texts(value))


def beginning(text: str, most: int = MAX_SHOWN) -> str:
    """The first characters of a text, on one line.

    >>> beginning("one\\n  two"), beginning("one two", 5)
    ('one two', 'one …')
    """
    words = " ".join(text[: 4 * most].split())
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    turns = value if isinstance(value, list) else []
    return [str(turn["content"]) for turn in turns if isinstance(turn, dict) and "content" in turn]


def _label(question: Question, json: object) -> str:
    return _known(question, str(json))


def _multi_label(question: Question, json: object) -> tuple[str, ...]:
    chosen = {_known(question, str(label)) for label in _list(json)}
    return tuple(label for label in question.labels if label in chosen)


def _rating(question: Question, json: object) -> float:
    number = float(str(json))
    if question.scale and number not in question.scale:
        raise ValueError(f"not one of {', '.join(map(str, question.scale))}")
    return int(number) if number.is_integer() else number


def _ranking(question: Question, json: object) -> tuple[tuple[str, ...], ...]:
    groups: dict[int, list[str]] = {}
    for item in _list(json):
        groups.setdefault(int(item["rank"]), []).append(_known(question, str(item["value"])))
    if not groups:
        raise ValueError("it ranks nothing")
    return tuple(tuple(sorted(groups[rank])) for rank in sorted(groups))


def _span(question: Question, json: object) -> tuple[Span, ...]:
    spans = {
        Span(int(s["start"]), int(s["end"]), _known(question, str(s["label"]))) for s in _list(json)
    }
    if any(s.start < 0 or s.end <= s.start for s in spans):
        raise ValueError("a span must end behind its start")
    return tuple(sorted(spans))


def _text(question: Question, json: object) -> str:
    if not isinstance(json, str):
        raise TypeError("not a text")
    if not json.strip():
        raise ValueError("it is empty")
    return json


def _list(json: object) -> list[Any]:
    if not isinstance(json, list | tuple):
        raise TypeError("not a list")
    return list(json)


def _known(question: Question, label: str) -> str:
    if question.labels and label not in question.labels:
        raise ValueError(f"{label!r} is not one of {', '.join(question.labels)}")
    return label


_PARSERS = {
    "label": _label,
    "multi_label": _multi_label,
    "rating": _rating,
    "ranking": _ranking,
    "span": _span,
    "text": _text,
}
