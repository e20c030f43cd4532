"""The most frequent answer: what every other strategy for texts is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, VoteScores, trust
from argilla_distill.workers.engine.contract.choice_model import ChoiceModel
from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.question import Question, QuestionType, Value
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES, believed
from argilla_distill.workers.engine.contract.strategy import Reliability
from argilla_distill.workers.engine.measures.edit_distance import words
from argilla_distill.workers.engine.text.answers import answers_on, checked_text, frequent


class FrequentModel(ChoiceModel):
    """Counts answers; nothing is learned from other records."""

    def checked(self, value: Value) -> Value:
        return checked_text(value)

    def fit(self, facts: CurrentFacts) -> None:
        self.facts = facts

    def choices(self, records: Sequence[str]) -> list[Choice]:
        choices = []
        for record in records:
            answers = answers_on(self.facts, record)
            n = len(answers.votes)
            voices = [
                VoteScores(vote.annotator, vote.value, 0.5, log)
                for vote, log in zip(answers.votes, frequent(answers), strict=True)
            ]
            anchor = None if answers.truth is None else answers.candidates[answers.truth]
            prior = np.zeros(len(answers.candidates))
            choices.append(Choice(answers.candidates, prior, voices, anchor, trust(n)))
        return choices

    def annotators(self) -> list[Reliability]:
        """Return, as accuracy, how often somebody else gave the same answer, drawn to a half."""
        found = []
        for name, records in self.facts.records.items():
            hits, n = 0, len(records)
            for record in records:
                own = words(self.facts.votes[record][name].value)
                others = [v for v in self.facts.of(record) if v.annotator != name]
                hits += any(words(vote.value) == own for vote in others)
            strength = n + ANNOTATOR_VOTES
            found.append(believed(name, (hits + ANNOTATOR_VOTES / 2) / strength, strength, n))
        return found


class TextMajority(ChoiceStrategy):
    """The most frequent answer, and where there is none, the one nearest to all.

    ``log P(t) = Σ_j ([v[j] = t] - d(v[j], t) / (4n)) + const``: being the same counts 1, and all
    distances together never count more than a half. Answers are the same that differ only in case,
    punctuation and spaces.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> said = {"ann": "he left", "ben": "He left early.", "cas": "he left late"}
    >>> votes = [Vote("r", who, what) for who, what in said.items()]
    >>> model = TextMajority(Question("text")).fit(votes)
    >>> model.decide(["r"])[0].value
    'he left late'
    >>> model.learn(Vote("r", "dan", "He left early!"))
    >>> model.decide(["r"])[0].value
    'He left early!'
    """

    name: ClassVar[str] = "majority"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"text"})

    def __init__(self, question: Question) -> None:
        self.question, self.model = question, FrequentModel()
