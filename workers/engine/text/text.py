"""Texts: the answer nearest to what reliable annotators mean, or a better one composed of all."""

from __future__ import annotations

from typing import ClassVar

from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.question import Question, QuestionType
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.text.text_annotators import Weighting
from argilla_distill.workers.engine.text.text_model import TextModel


class TextLearned(ChoiceStrategy):
    """The answer nearest to all others, or a text composed of them: what predicts answers better.

    Of each record with four answers or more one is held back, and predicted by the others twice: by
    the nearest of them (`TextNearest`), and by what they compose word by word (`TextAlignment`). An
    adjudication is predicted by all answers on its record. Where the composed text is nearer by more
    than two standard errors, over 20 records at least, answers are composed; else one is chosen. It
    is found out at every full fit (`workers.engine.text.composing`), and `training` says which is
    in use.

    How annotators are weighed, and what a confidence is, is the same in both, see `TextNearest`.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> given = {"ann": "he left early", "ben": "she left early", "cas": "he left early today"}
    >>> votes = [Vote("r", who, what) for who, what in given.items()]
    >>> TextLearned(Question("text")).fit(votes).decide(["r"])[0].value
    'he left early'
    """

    name: ClassVar[str] = "learned"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"text"})

    model: TextModel

    def __init__(
        self, question: Question, *, power: float = 1.5, own: float = 0.2, sharpness: float = 4.0
    ) -> None:
        self.question = question
        self.model = TextModel(Weighting(power, own), sharpness, composes=None)

    @property
    def training(self) -> Training:
        return self.model.training
