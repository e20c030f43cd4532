"""What is shown and what is asked: the fields and questions of a dataset.

Who answers, and what is true, is in `demo.scenarios.scenario`. What values look like:
`workers.engine.contract.question`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from argilla_distill.workers.engine.contract.question import Question as EngineQuestion
from argilla_distill.workers.engine.contract.question import QuestionType


@dataclass(frozen=True)
class Field:
    """One text field of the dataset."""

    name: str
    title: str

    def to_argilla(self) -> dict[str, Any]:
        """The body of `POST /api/v1/datasets/{id}/fields`."""
        return {
            "name": self.name,
            "title": self.title,
            "required": True,
            "settings": {"type": "text", "use_markdown": False},
        }


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    labels : value and shown text of each label; of a ranking, of each option.
    scale : the ratings that may be given.
    field : the name of the field in which spans are marked.
    markdown : whether a text is shown as markdown.
    """

    name: str
    title: str
    labels: tuple[tuple[str, str], ...] = ()
    description: str | None = None
    required: bool = True
    type: QuestionType = "label"
    scale: tuple[int, ...] = ()
    field: str = ""
    markdown: bool = False

    @property
    def values(self) -> tuple[str, ...]:
        """The labels as Argilla stores them."""
        return tuple(value for value, _ in self.labels)

    @property
    def asked(self) -> EngineQuestion:
        """The same as the engine sees it."""
        return EngineQuestion(self.type, self.values, self.scale)

    def to_argilla(self) -> dict[str, Any]:
        """The body of `POST /api/v1/datasets/{id}/questions`.

        >>> Question("stars", "Stars", type="rating", scale=(1, 2)).to_argilla()["settings"]
        {'type': 'rating', 'options': [{'value': 1}, {'value': 2}]}
        """
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "required": self.required,
            "settings": SETTINGS[self.type](self),
        }


def _options(question: Question) -> list[dict[str, str]]:
    return [{"value": value, "text": text} for value, text in question.labels]


SETTINGS: dict[QuestionType, Callable[[Question], dict[str, Any]]] = {
    "label": lambda q: {"type": "label_selection", "options": _options(q)},
    "multi_label": lambda q: {"type": "multi_label_selection", "options": _options(q)},
    "rating": lambda q: {"type": "rating", "options": [{"value": value} for value in q.scale]},
    "ranking": lambda q: {"type": "ranking", "options": _options(q)},
    "span": lambda q: {"type": "span", "field": q.field, "options": _options(q)},
    "text": lambda q: {"type": "text", "use_markdown": q.markdown},
}
"""The settings of each type, as Argilla wants them."""

CONFLICT_QUESTION = Question(
    "conflicts",
    "Conflicts",
    description="Filled in by the distiller where annotators disagree. Nothing to do here.",
    required=False,
    type="text",
    markdown=True,
)
