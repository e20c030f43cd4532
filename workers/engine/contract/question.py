"""The question that a strategy decides, and what its values look like inside the engine.

| type | value | example |
| --- | --- | --- |
| label | str, one of the labels | ``"yes"`` |
| multi_label | tuple of str, each of the labels at most once, in the question's order | ``("a", "c")`` |
| rating | int or float | ``4`` |
| ranking | tuple of groups, best first; a group is a tuple of tied items | ``(("b",), ("a", "c"))`` |
| ranking, of a vote | or several rankings of some items each | ``((("a",), ("b",)), (("c",), ("a",)))`` |
| span | tuple of `Span`, by start, end and label | ``(Span(0, 4, "name"),)`` |
| text | str | ``"He left."`` |

How they are written in Argilla's JSON is `workers.models.values`, in a CSV file `workers.files.cells`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

QuestionType = Literal["label", "multi_label", "rating", "ranking", "span", "text"]

Value = Any
"""One of the kinds of value in the table above; always hashable."""


class Span(NamedTuple):
    """A labelled stretch of a field's text: characters `start` … `end` - 1."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    type : see the table
    labels : tuple of str
        Of label, multi_label and span questions. Of a ranking question: the items to be ranked;
        empty where every record has items of its own. Empty for rating and text.
    scale : tuple of numbers, ascending, whole ones as int
        Of a rating question: the very values that may be given, such as ``(1, 3, 5)``; empty for
        any number.
    overlapping : bool
        Whether spans may overlap.
    required : bool
        Of a multi-label question: whether everybody has to choose a label. Where that is unknown, as
        in files of answers, it is taken to be so until somebody chooses none.

    >>> Question("label", ("yes", "no")).labels
    ('yes', 'no')
    """

    type: QuestionType
    labels: tuple[str, ...] = ()
    scale: tuple[float, ...] = ()
    overlapping: bool = False
    required: bool = True


def question_of(data: Mapping[str, Any]) -> Question:
    """The inverse of `dataclasses.asdict`, also after a round trip through JSON.

    >>> question_of({"type": "label", "labels": ["yes", "no"]}).labels
    ('yes', 'no')
    """
    lists: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in data.items()}
    return Question(**lists)


def label_question(*labels: str) -> Question:
    """The simplest question.

    >>> label_question("yes", "no")
    Question(type='label', labels=('yes', 'no'), scale=(), overlapping=False, required=True)
    """
    return Question("label", labels)
