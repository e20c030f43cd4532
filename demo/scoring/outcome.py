"""The outcome: the records as Argilla shows them at the end, checked and scored.

Nothing here talks to anybody; how it is shown is `demo.scoring.tables`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.domain.records import OWN_AGENT
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.models.values import from_argilla
from demo.scenarios.question import Question
from demo.scenarios.scenario import Scenario
from demo.scoring.scores import MEASURES, Measure, Pairs
from demo.scoring.yardsticks import yardstick


@dataclass(frozen=True)
class Seen:
    """One record in the end.

    Attributes
    ----------
    answers : question -> the values that were submitted.
    distilled : question -> what we suggest, the conflict note included.
    """

    item: str
    record: str
    completed: bool
    answers: Mapping[str, Sequence[Value]]
    distilled: Mapping[str, Value]

    @classmethod
    def parse(cls, data: Mapping[str, Any], questions: Mapping[str, Question]) -> Seen:
        """From Argilla's JSON; `questions` by their ids."""
        by_name = {question.name: question for question in questions.values()}
        answers: dict[str, list[Value]] = {name: [] for name in by_name}
        for response in data["responses"]:
            if response["status"] == "submitted":
                for name, given in response["values"].items():
                    answers[name].append(from_argilla(by_name[name].asked, given["value"]))
        distilled = {}
        for suggestion in data["suggestions"]:
            if (suggestion["agent"] or "").startswith(OWN_AGENT):
                question = questions[suggestion["question_id"]]
                distilled[question.name] = from_argilla(question.asked, suggestion["value"])
        completed = data["status"] == "completed"
        return cls(data["external_id"], data["id"], completed, answers, distilled)


@dataclass(frozen=True)
class Check:
    """Whether our suggestions are where they belong.

    Attributes
    ----------
    missing : (record id, question) of completed records without our suggestion, though two answers
        say the same. Where no two do, there may be nothing to decide.
    early : ids of pending records that carry a suggestion of ours.
    """

    completed: int
    pending: int
    missing: tuple[tuple[str, str], ...]
    early: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.missing and not self.early


def check(seen: Sequence[Seen], questions: Sequence[str]) -> Check:
    """Completed records carry our suggestion for each question, pending ones nothing of ours."""
    completed = [record for record in seen if record.completed]
    pending = [record for record in seen if not record.completed]
    return Check(
        len(completed),
        len(pending),
        tuple(
            (r.record, q)
            for r in completed
            for q in questions
            if q not in r.distilled and len(set(r.answers[q])) < len(r.answers[q])
        ),
        tuple(record.record for record in pending if record.distilled),
    )


@dataclass(frozen=True)
class Result:
    """Values of many records against the truth: a figure per measure, and how many had no value.

    The figures are None where there is nothing to score.
    """

    figures: tuple[float | None, ...]
    undecided: int

    @classmethod
    def of(cls, question: Question, pairs: Pairs) -> Result:
        """All measures of that type of question."""
        figures = tuple(m.take(question, pairs) if pairs else None for m in MEASURES[question.type])
        return cls(figures, sum(given is None for given, _ in pairs))


@dataclass(frozen=True)
class Comparison:
    """One question's results, on the `of` completed records whose truth is known.

    `with_models` takes the models' suggestions for answers too, as argilla-distill does; it is None
    where there are none.
    """

    question: Question
    of: int
    simple: Result
    with_models: Result | None
    distilled: Result

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the results' figures are."""
        return MEASURES[self.question.type]


def compare(scenario: Scenario, seen: Sequence[Seen]) -> list[Comparison]:
    """The yardstick beside the distilled values, for each question."""
    suggested: dict[tuple[str, str], list[Value]] = {}
    for each in scenario.suggestions:
        suggested.setdefault((each.item, each.question), []).append(each.value)
    compared = []
    for question in scenario.distilled:
        name = question.name
        known = [
            (record, scenario.truth[record.item][name])
            for record in seen
            if record.completed and name in scenario.truth.get(record.item, {})
        ]
        simple = [(yardstick(question, record.answers[name]), true) for record, true in known]
        everything = [
            (
                yardstick(
                    question, [*record.answers[name], *suggested.get((record.item, name), ())]
                ),
                t,
            )
            for record, t in known
        ]
        compared.append(
            Comparison(
                question,
                len(known),
                Result.of(question, simple),
                Result.of(question, everything) if suggested else None,
                Result.of(question, [(r.distilled.get(name), true) for r, true in known]),
            )
        )
    return compared
