"""What the demo plays: the records, the questions, who answers what, and what is true.

Two sources produce the same `Scenario`: `demo.scenarios.crowd` (our own material and simulated annotators)
and `demo.scenarios.recorded` (a folder of recorded answers). Whoever plays it does not care which.
Everything here is data; nothing here talks to Argilla.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from argilla_distill.workers.engine.contract.question import Value
from demo.scenarios.question import CONFLICT_QUESTION, Field, Question
from demo.scoring.closeness import share_right

Source = Literal["person", "model", "template"]
Confusion = Mapping[str, Mapping[str, float]]
"""`confusion[true][given]` of one question: a probability; each row sums to 1."""


@dataclass(frozen=True)
class Item:
    """One record to be: its id, its fields' values, and the true value of each question, if known.

    Argilla keeps `id` as the record's external id. `wordings` are other ways to write the true text.
    """

    id: str
    fields: Mapping[str, str]
    truth: Mapping[str, Value]
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Annotator(ABC):
    """Whoever answers: a person, a model or a template.

    `name` is the Argilla user name, or the agent name of one who does not sign in and whose
    answers are suggestions that are on the records from the start (`signs_in` False).
    """

    name: str
    first_name: str
    source: Source
    seconds_per_answer: float
    signs_in: bool = True

    @abstractmethod
    def answer(self, item: Item) -> dict[str, Value]:
        """The value for each question they answer; empty if they have no answer to the item.

        The same item always gets the same answer.
        """

    def confusion(self, question: str, items: Sequence[Item]) -> Confusion:
        """`confusion[true][given]`, counted over the answers to those `items` whose truth is known.

        A true label that never occurs has no row.
        """
        counts: dict[str, Counter[str]] = {}
        for item in items:
            given = self.answer(item).get(question)
            if given is not None and question in item.truth:
                counts.setdefault(item.truth[question], Counter())[given] += 1
        return {
            true: {given: n / row.total() for given, n in row.items()}
            for true, row in counts.items()
        }

    def reliability(
        self,
        question: Question,
        items: Sequence[Item],
        said: Mapping[str, Sequence[Value]] | None = None,
    ) -> float | None:
        """The share of right parts of the answers to `items`; None if nothing to compare.

        `said` is what all annotators answered, by item: see `share_right`.
        """
        everything = said or {}
        found = [
            share_right(question, given, item.truth[question.name], everything.get(item.id, ()))
            for item in items
            if question.name in item.truth
            and (given := self.answer(item).get(question.name)) is not None
        ]
        return sum(found) / len(found) if found else None


@dataclass(frozen=True)
class Suggestion:
    """A value that is on a record before anybody answers.

    `score` is one for each part of a value of several parts; None where it has none.
    """

    item: str
    question: str
    value: Value
    agent: str
    score: float | tuple[float, ...] | None


@dataclass(frozen=True)
class Assignment:
    """One answer to be given: by whom, to which item, and how many seconds after the start."""

    at_s: float
    annotator: str
    item: str


@dataclass(frozen=True)
class Scenario:
    """All that the demo needs to know.

    Attributes
    ----------
    annotators : all of them, those who do not sign in included.
    plan : the answers to be given, in order. An item occurs at most once per annotator.
    truth : item id -> question -> value; items whose truth is not known are missing.
    overlap : submitted responses after which Argilla calls a record completed.
    """

    title: str
    guidelines: str
    fields: tuple[Field, ...]
    questions: tuple[Question, ...]
    items: tuple[Item, ...]
    annotators: tuple[Annotator, ...]
    suggestions: tuple[Suggestion, ...]
    plan: tuple[Assignment, ...]
    truth: Mapping[str, Mapping[str, Value]]
    overlap: int

    @property
    def users(self) -> tuple[Annotator, ...]:
        """The annotators who need an account in Argilla."""
        return tuple(annotator for annotator in self.annotators if annotator.signs_in)

    @property
    def distilled(self) -> tuple[Question, ...]:
        """The questions that are distilled."""
        return tuple(question for question in self.questions if question != CONFLICT_QUESTION)

    @property
    def label_questions(self) -> tuple[Question, ...]:
        """Those of them that ask for one label."""
        return tuple(question for question in self.distilled if question.type == "label")

    def said(self, question: str) -> dict[str, list[Value]]:
        """All answers to a question, by item, what models suggested included."""
        items = {item.id: item for item in self.items}
        annotators = {annotator.name: annotator for annotator in self.annotators}
        found: dict[str, list[Value]] = {item: [] for item in items}
        for one in self.plan:
            answers = annotators[one.annotator].answer(items[one.item])
            if question in answers:
                found[one.item].append(answers[question])
        for each in self.suggestions:
            if each.question == question:
                found[each.item].append(each.value)
        return found

    def completed(self) -> frozenset[str]:
        """Ids of the items that have their overlap when the whole plan is played."""
        answers = Counter(assignment.item for assignment in self.plan)
        return frozenset(item for item, n in answers.items() if n >= self.overlap)
