"""What came of it: the records as Argilla shows them in the end, checked and scored.

Nothing here talks to anybody; how it is shown is `demo.tables`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demo.scenario import Scenario
from plugin.records import OWN_AGENT


@dataclass(frozen=True)
class Seen:
    """One record in the end.

    Attributes
    ----------
    answers : question -> the labels that were submitted.
    distilled : question -> what we suggest, for text questions as well.
    """

    item: str
    record: str
    completed: bool
    answers: Mapping[str, Sequence[str]]
    distilled: Mapping[str, str]

    @classmethod
    def parse(cls, data: Mapping[str, Any], questions: Mapping[str, str]) -> Seen:
        """From Argilla's JSON; `questions` is question id -> name."""
        answers: dict[str, list[str]] = {name: [] for name in questions.values()}
        for response in data["responses"]:
            if response["status"] == "submitted":
                for name, given in response["values"].items():
                    answers[name].append(given["value"])
        distilled = {
            questions[suggestion["question_id"]]: suggestion["value"]
            for suggestion in data["suggestions"]
            if (suggestion["agent"] or "").startswith(OWN_AGENT)
        }
        completed = data["status"] == "completed"
        return cls(data["external_id"], data["id"], completed, answers, distilled)


@dataclass(frozen=True)
class Check:
    """Whether our suggestions are where they belong.

    Attributes
    ----------
    missing : (record id, question) of completed records without our label.
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
    """Completed records carry our label for each label question, pending ones nothing of ours."""
    completed = [record for record in seen if record.completed]
    pending = [record for record in seen if not record.completed]
    return Check(
        len(completed),
        len(pending),
        tuple((r.record, q) for r in completed for q in questions if q not in r.distilled),
        tuple(record.record for record in pending if record.distilled),
    )


def majority(labels: Iterable[str]) -> str | None:
    """The label given most often; None in a tie, and where there are none.

    >>> majority(["a", "b", "a"]), majority(["a", "b"]), majority([])
    ('a', None, None)
    """
    ranked = Counter(labels).most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


@dataclass(frozen=True)
class Accuracy:
    """Right ones, and undecided ones (ties, or no label), which count as wrong, `of` so many."""

    right: int
    undecided: int
    of: int

    @property
    def share(self) -> float | None:
        """Right ones of all; None of none."""
        return self.right / self.of if self.of else None


def accuracy(pairs: Iterable[tuple[str | None, str]]) -> Accuracy:
    """Of (label or None, true label) pairs.

    >>> accuracy([("a", "a"), ("b", "a"), (None, "a"), ("a", "a")])
    Accuracy(right=2, undecided=1, of=4)
    """
    counted = Counter("undecided" if said is None else said == true for said, true in pairs)
    return Accuracy(counted[True], counted["undecided"], counted.total())


@dataclass(frozen=True)
class Comparison:
    """One question's accuracies, on the completed records whose truth is known.

    `with_models` counts the models' suggestions as votes too, as argilla-distill does; it is None
    where there are none.
    """

    question: str
    majority: Accuracy
    with_models: Accuracy | None
    distilled: Accuracy


def compare(scenario: Scenario, seen: Sequence[Seen]) -> list[Comparison]:
    """Majority vote beside the distilled labels, for each label question."""
    suggested: dict[tuple[str, str], list[str]] = {}
    for each in scenario.suggestions:
        suggested.setdefault((each.item, each.question), []).append(each.value)
    compared = []
    for name in (question.name for question in scenario.label_questions):
        known = [
            (record, scenario.truth[record.item][name])
            for record in seen
            if record.completed and name in scenario.truth.get(record.item, {})
        ]
        answers = [(record.answers[name], true) for record, true in known]
        everything = [
            ([*record.answers[name], *suggested.get((record.item, name), ())], true)
            for record, true in known
        ]
        compared.append(
            Comparison(
                name,
                accuracy((majority(labels), true) for labels, true in answers),
                accuracy((majority(labels), true) for labels, true in everything)
                if suggested
                else None,
                accuracy((record.distilled.get(name), true) for record, true in known),
            )
        )
    return compared
