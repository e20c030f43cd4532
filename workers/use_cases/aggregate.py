"""Distil recorded answers at once, by the engine that runs live; no Argilla, no Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from argilla_distill.domain.state.expected_rating import expected_rating
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact
from argilla_distill.workers.engine.contract.strategy import Reliability, Strategy
from argilla_distill.workers.engine.contract.terms import PLAIN, Terms
from argilla_distill.workers.files.cells import to_json
from argilla_distill.workers.files.recorded_answers import RecordedAnswers

FIT = 1
"""The number of a model's fit that was fitted once, as the first one of a live dataset has it."""

BATCH = 2_000
"""Records decided from one sign of progress to the next."""


@dataclass
class Aggregate:
    """Recorded answers and the strategy that has learned them.

    `guessed` are the records of which adjudications leave labels open, as they were decided before
    any such adjudication was learned.
    """

    answers: RecordedAnswers
    strategy: Strategy
    guessed: dict[str, Decision]

    def lines(self, progress: Callable[[int, int], None]) -> Iterator[dict[str, Any]]:
        """One JSON object for each record, in order of first appearance."""
        tasks = self.answers.tasks
        listed = self.answers.listed()
        for first in range(0, len(tasks), BATCH):
            for decision in self.strategy.decide(tasks[first : first + BATCH]):
                yield self._line(self._opened(decision), listed)
            progress(min(first + BATCH, len(tasks)), len(tasks))

    def annotators(self) -> list[Reliability]:
        """Everybody's reliability."""
        return self.strategy.annotators()

    def _line(self, decision: Decision, listed: bool) -> dict[str, Any]:
        line: dict[str, Any] = {"task": decision.record}
        if self.answers.name:
            line["question"] = self.answers.name
        line["value"] = to_json(self.answers.question.type, decision.value, listed)
        line["confidence"] = decision.confidence
        if decision.posterior:
            line["posterior"] = dict(decision.posterior)
        about = (
            expected_rating(decision.posterior) if self.answers.question.type == "rating" else None
        )
        if about is not None:
            line |= {"expected": about.mean, "low": about.low, "high": about.high}
        if decision.scores is not None:
            line["scores"] = list(decision.scores)
        line["abstained"] = decision.value is None
        if decision.abstention:
            line["why"] = decision.abstention
        line["adjudicated"] = decision.adjudicated
        if decision.independent_votes is not None:
            line["independent_votes"] = decision.independent_votes
        return line | {"strategy": self.strategy.name, "fit": FIT, "version": FIT}

    def _opened(self, decision: Decision) -> Decision:
        """The same with labels that its adjudication leaves open as the votes have them."""
        guess = self.guessed.get(decision.record)
        if guess is None:
            return decision
        said = self.answers.partial[decision.record]
        posterior = {
            label: p if label in said else guess.posterior.get(label, p)
            for label, p in decision.posterior.items()
        }
        scores = tuple(posterior[label] for label in decision.value)
        sure = [max(p, 1 - p) for p in posterior.values()]
        confidence = sum(scores) / len(scores) if scores else min(sure)
        return replace(decision, posterior=posterior, scores=scores, confidence=confidence)


def aggregate(answers: RecordedAnswers, strategy: str, terms: Terms = PLAIN) -> Aggregate:
    """Let a strategy learn the answers.

    An adjudication that tells only some labels is completed: the others are as the votes have them,
    before it is learned.

    Raises
    ------
    UnknownStrategy : there is none of that name.
    UnsuitedStrategy : it cannot answer this type of question.
    UnsuitedTerms : it cannot keep to these terms.
    """
    model = registry.create(strategy, answers.question, terms).fit(answers.facts())
    guessed = {decision.record: decision for decision in model.decide(answers.partial)}
    if guessed:
        model.fit(_completed(answers, guessed))
    return Aggregate(answers, model, guessed)


def _completed(answers: RecordedAnswers, guessed: dict[str, Decision]) -> Iterator[Fact]:
    yield from answers.facts()
    for task, said in answers.partial.items():
        likely = dict.fromkeys(guessed[task].leader or (), True) | said
        value = tuple(label for label in answers.question.labels if likely.get(label))
        yield Adjudication(task, value)
