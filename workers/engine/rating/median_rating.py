"""The median: what every other strategy for ratings is measured against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, VoteScores, trust
from argilla_distill.workers.engine.contract.choice_model import REFIT_SHARE, ChoiceModel
from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.movement import Movement, Report
from argilla_distill.workers.engine.contract.question import Question, QuestionType, Value
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES, believed
from argilla_distill.workers.engine.contract.strategy import Reliability
from argilla_distill.workers.engine.rating.rating_range import RatingRange, checked_rating

MEDIAN_ACCURACY = 0.6
"""Before an annotator's first vote: how often they are expected to be near the median."""

PRIOR_VOTES = 10
"""How many votes the prior belief about their distance from the median is worth."""


class MedianModel(ChoiceModel):
    """How far votes are from the median of their record.

    Attributes
    ----------
    range_ : RatingRange
    distance_ : float, points
        The mean distance of votes from the median of their record.
    near_ : mapping of annotator to how many of their votes were near the median
    """

    range_: RatingRange
    distance_: float
    near_: dict[str, int]

    def __init__(self, question: Question) -> None:
        self.question = question

    def checked(self, value: Value) -> Value:
        return checked_rating(self.question, value)

    def fit(self, facts: CurrentFacts) -> None:
        self.facts, self.range_ = facts, RatingRange.of(self.question, facts)
        length = self.range_.length
        total = PRIOR_VOTES * length / 8
        self.near_ = dict.fromkeys(facts.records, 0)
        for record, votes in facts.votes.items():
            given = np.array([vote.value for vote in votes.values()], np.float64)
            middle = float(np.median(given))
            total += float(np.abs(given - middle).sum())
            middle = facts.adjudications.get(record, middle)
            for name, vote in votes.items():
                self.near_[name] += abs(vote.value - middle) <= length / 8
        self.distance_ = round(total / (PRIOR_VOTES + len(facts)), 10)

    def choices(self, records: Sequence[str]) -> list[Choice]:
        choices = []
        for record in records:
            anchor = self.facts.adjudications.get(record)
            votes = self.facts.of(record)
            values: list[Value] = list(self.question.scale)
            among = None
            if not values:
                given = [vote.value for vote in votes]
                middle = float(np.median(given)) if given else self.range_.middle
                values, among = self.range_.grid(middle if anchor is None else anchor)
            grid = np.array(values, np.float64)
            far = -2 / (1 + max(len(votes), 1)) / self.distance_
            voices = [
                VoteScores(
                    v.annotator, v.value, self._accuracy(v.annotator), far * np.abs(grid - v.value)
                )
                for v in votes
            ]
            sure = 1.0 if len(values) > 1 or self.question.scale else trust(len(votes))
            choices.append(Choice(values, np.zeros(len(grid)), voices, anchor, sure, among))
        return choices

    def _accuracy(self, annotator: str) -> float:
        """How often they were within an eighth of the range of the median, at the last fit."""
        n, prior = len(self.facts.records.get(annotator, ())), MEDIAN_ACCURACY * ANNOTATOR_VOTES
        hits = min(self.near_.get(annotator, 0), n)
        return (hits + prior) / (n + ANNOTATOR_VOTES)

    def annotators(self) -> list[Reliability]:
        return [
            believed(name, self._accuracy(name), len(records) + ANNOTATOR_VOTES, len(records))
            for name, records in self.facts.records.items()
        ]

    def refit_due(self, movement: Movement[str]) -> bool:
        return movement.refit_due(len(self.facts), REFIT_SHARE, below=0)

    def differs(self, before: Report, now: Report, tolerance: float) -> bool:
        if self.question.scale or before.leader is None or now.leader is None:
            return super().differs(before, now, tolerance)
        return self.range_.differs(before, now, tolerance)

    def state(self) -> dict[str, Any]:
        return {
            "range": [self.range_.low, self.range_.high],
            "distance": self.distance_,
            "near": self.near_,
        }

    def restore(self, facts: CurrentFacts, state: Mapping[str, Any]) -> None:
        self.facts, self.range_ = facts, RatingRange.of_state(state["range"], self.question)
        self.distance_, self.near_ = state["distance"], state["near"]


class RatingMajority(ChoiceStrategy):
    """The median: as many voices above it as below. The yardstick of ratings.

    ``P(t) ∝ exp(-Σ_j |v[j] - t| / (s · (1 + (n - 1) / 2)))``, whose most probable t is the median
    (Laplace); n votes are never worth more than two independent ones (as in `DawidSkene`), and s is
    the mean distance of votes from the median of their record. Before there are votes, s is an
    eighth of the range, and that belief is worth PRIOR_VOTES. With a scale, values that are as good
    as each other tie: of 2 and 3 either, of 2 and 4 all three. Without one, the middle of them is
    the value.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> votes = [Vote("r", who, value) for who, value in (("ann", 5), ("ben", 4), ("cas", 1))]
    >>> RatingMajority(Question("rating", scale=(1, 2, 3, 4, 5))).fit(votes).decide(["r"])[0].value
    4
    """

    name: ClassVar[str] = "majority"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"rating"})

    def __init__(self, question: Question) -> None:
        self.question, self.model = question, MedianModel(question)
