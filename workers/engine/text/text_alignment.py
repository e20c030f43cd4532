"""Transcripts composed word by word, for those who ask for it."""

from __future__ import annotations

from typing import ClassVar

from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.question import Question, QuestionType
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.text.text_annotators import Weighting
from argilla_distill.workers.engine.text.text_model import TextModel


class TextAlignment(ChoiceStrategy):
    """A transcript composed of the answers, word by word: alignment voting (ROVER).

    **It composes**: the value may be a text that nobody gave. It is for transcripts, where every
    word is right or wrong by itself; elsewhere `TextNearest` chooses an answer that somebody gave.

    The answers, in normalised words, are aligned one after the other to a network of slots, the
    most central one first; in every slot the word with the most weight w[j] wins, see
    `TextAnnotators` for w; of words as heavy as each other the one that more central answers gave.
    If that does not decide either, or no two answers have anything in common, nothing is composed,
    and an answer is chosen as `TextNearest` does. The composed text is a candidate among the
    answers: it leads, as its distances from them are nearly always the least; its voices speak by
    their distance from it. A composed text in the very words of an answer is that answer, as it was
    written.

    Fiscus, A post-processing system to yield reduced word error rates: recognizer output voting
    error reduction (ROVER), IEEE ASRU (1997).

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> given = {"ann": "he left urly today", "ben": "she left early today", "cas": "he left early"}
    >>> votes = [Vote("r", who, what) for who, what in given.items()]
    >>> TextAlignment(Question("text")).fit(votes).decide(["r"])[0].value
    'he left early today'
    """

    name: ClassVar[str] = "alignment"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"text"})

    model: TextModel

    def __init__(
        self, question: Question, *, power: float = 1.5, own: float = 0.2, sharpness: float = 4.0
    ) -> None:
        self.question = question
        self.model = TextModel(Weighting(power, own), sharpness, composes=True)

    @property
    def training(self) -> Training:
        return self.model.training
