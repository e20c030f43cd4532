"""Ratings: a 4 is nearer to a 5 than to a 1, and annotators shift and stretch the scale."""

from __future__ import annotations

from typing import ClassVar

from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.question import Question, QuestionType
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.rating.rating_model import RatingModel


class RatingLearned(ChoiceStrategy):
    """Ratings with each annotator's shift, stretch and spread taken into account.

    **Annotators**: `Raters` learns ``v = intercept[j] + slope[j] · t + noise`` of each.

    **With a scale** (Argilla's questions) the value is one of it: the most probable. Whether the truth
    is one of them as well (`DiscreteRatings`) or lies between them (`ContinuousRatings`) is found at
    every full fit, by which predicts votes better that are held back (`between_values`).

    **Without one** the value is the posterior mean, see `ContinuousRatings`, with as many decimals
    as make sense. It is neither lower nor higher than every vote on the record, unless
    adjudications have shown that all votes are too low or too high. The posterior is its density at
    steps of an 18th of the votes' range from the value; the key of the value's own step is the
    value. Confidence is the probability of that step: that the truth is within half a step of the
    value. The runner-up is the more probable neighbour.

    **Adjudications** replace the consensus when annotators are judged. From MIN_ADJUDICATIONS on
    they may recalibrate the crowd's ratings (`Recalibration`): the whole crowd may give too much or
    too little, or be less sure than it seems. That is learned against a fit that does not know
    them, and used only if it is better by cross-validation, beyond chance.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> model = RatingLearned(Question("rating", scale=(1, 2, 3, 4, 5)))
    >>> given = {"ann": "12345", "ben": "12355", "cas": "23455"}  # cas gives more than others
    >>> votes = [
    ...     Vote(f"r{i}", who, int(v)) for who in given for i, v in enumerate(given[who])
    ... ]
    >>> [decision] = model.fit(votes).decide(["r1"])
    >>> decision.value
    2
    """

    name: ClassVar[str] = "learned"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"rating"})

    model: RatingModel

    def __init__(self, question: Question) -> None:
        self.question, self.model = question, RatingModel(question)

    @property
    def training(self) -> Training:
        return self.model.training
