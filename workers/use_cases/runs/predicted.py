"""What a prediction must be like, whatever it comes from; and what is wrong with those that are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.records import Dataset, DatasetQuestion
from argilla_distill.plugin.errors import InvalidRequest, InvalidRows
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.models.values import from_argilla, question_of, to_argilla

TYPES = ("label_selection", "multi_label_selection", "rating")
"""Questions of which models are compared."""

MAX_MISTAKES = 20
"""So many mistakes are told at most."""

OFF = 0.01
"""Probabilities may miss a sum of 1 by so much: they are rounded when they are written."""


@dataclass
class Wrong:
    """What is wrong with predictions, as far as it is told."""

    mistakes: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, place: str, text: str) -> None:
        """Something is wrong in a place."""
        if len(self.mistakes) < MAX_MISTAKES:
            self.mistakes.append(f"{place}: {text}")
        else:
            self.more += 1

    def check(self, what: str) -> None:
        """Raises InvalidRows if anything is."""
        if self.mistakes:
            more = [f"and {self.more:,} more"] if self.more else []
            lines = "\n  ".join([*self.mistakes, *more])
            raise InvalidRows(f"{what}; nothing was added:\n  {lines}")


def asked(dataset: Dataset, name: str) -> DatasetQuestion:
    """The question that is predicted.

    Raises
    ------
    InvalidRequest : there is no such question, models of it are not compared, or there are several.
    """
    able = [q for q in dataset.questions if q.type in TYPES]
    names = ", ".join(q.name for q in able) or "none"
    if not name:
        if len(able) == 1:
            return able[0]
        raise InvalidRequest(f"say by --question which question is predicted: {names}")
    found = dataset.question(name)
    if found is None:
        close = did_you_mean(name, [q.name for q in able])
        raise InvalidRequest(f"there is no question {name!r}{close}; these can be: {names}")
    if found not in able:
        raise InvalidRequest(
            f"{name!r} is of type {found.type}: models of labels and ratings are compared; here {names}"
        )
    return found


class PredictionForm:
    """What may be predicted of one question."""

    def __init__(self, question: DatasetQuestion) -> None:
        self.question: Question = question_of(question)

    def value(self, said: Any) -> Any:
        """A prediction as it is kept. Raises BadValue."""
        return to_argilla(self.question, from_argilla(self.question, said))

    def why_not(self, said: Any) -> str:
        """Why this can be no prediction; "" where it can."""
        try:
            self.value(said)
        except BadValue:
            known: Sequence[object] = self.question.labels or self.question.scale or ()
            return f"prediction {said!r} is none of {', '.join(map(str, known))}"
        return ""

    def why_not_probable(self, said: Any, value: Any) -> str:
        """Why these can be no probabilities beside a prediction; "" where they can."""
        if self.question.type != "label":
            return "probabilities are of label questions only"
        if not isinstance(said, Mapping) or not said:
            return 'probabilities are no JSON object like {"yes": 0.9, "no": 0.1}'
        for label, share in said.items():
            if label not in self.question.labels:
                return f"probabilities have {label!r}, which is none of {', '.join(self.question.labels)}"
            if not _is_share(share):
                return f"the probability of {label!r} is no number from 0 to 1"
        if abs(sum(said.values()) - 1) > OFF:
            return f"probabilities sum to {sum(said.values()):.3g}, not to 1"
        if said.get(value, 0.0) < max(said.values()) - OFF:
            return f"the prediction {value!r} is not the most probable"
        return ""


def why_no_score(said: Any) -> str:
    """Why this can be no score; "" where it can."""
    return "" if _is_share(said) else "score is no number from 0 to 1"


def _is_share(said: Any) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and 0 <= said <= 1
