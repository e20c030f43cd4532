"""Transcripts composed word by word, for those who ask for it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice
from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.question import Question, QuestionType
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.measures.edit_distance import UNRELATED, words
from argilla_distill.workers.engine.text.alignment import network, tied, vote
from argilla_distill.workers.engine.text.answers import RecordAnswers, answers_of
from argilla_distill.workers.engine.text.text_annotators import DIGITS, TextAnnotators, Weighting
from argilla_distill.workers.engine.text.text_model import TextModel, nearest_answer

CENTRAL = 1e-6
"""What a word weighs more for each answer that is less central than the one that has it."""


def composed_answer(answers: RecordAnswers, annotators: TextAnnotators, sharpness: float) -> Choice:
    """Choose the text that the answers compose, or the nearest answer if they compose none."""
    composed = _composed(answers, annotators)
    if composed is None:
        return nearest_answer(answers, annotators, sharpness)
    answers = answers_of(answers.votes, None, composed)
    leads = [words(text) for text in answers.candidates].index(words(composed))
    return nearest_answer(answers, annotators, sharpness, among=leads)


def _composed(answers: RecordAnswers, annotators: TextAnnotators) -> str | None:
    if answers.truth is not None or len(answers.candidates) < 3:
        return None
    if answers.apart[~np.eye(len(answers.candidates), dtype=bool)].min() >= UNRELATED:
        return None
    weights = annotators.weights(answers)
    on = np.bincount(answers.said, weights, len(answers.candidates))
    cost = np.round((answers.apart @ on)[answers.said], DIGITS)
    order = np.lexsort((answers.said, cost))
    texts = [words(answers.candidates[answers.said[j]]) for j in order]
    central = -np.unique(cost, return_inverse=True)[1]
    slots = network(texts, (weights + CENTRAL * (central - central.min()))[order].tolist())
    if tied(slots):
        return None
    return " ".join(word for word, _ in vote(slots)) or None


class TextAlignment(ChoiceStrategy):
    """A transcript composed of the answers, word by word: alignment voting (ROVER).

    **It composes**: the value may be a text that nobody gave. It is for transcripts, where every
    word is right or wrong by itself; elsewhere `TextLearned` chooses an answer that somebody gave.

    The answers, in normalised words, are aligned one after the other to a network of slots, the
    most central one first; in every slot the word with the most weight w[j] wins, see
    `TextAnnotators` for w; of words as heavy as each other the one that more central answers gave.
    If that does not decide either, or no two answers have anything in common, nothing is composed,
    and an answer is chosen as `TextLearned` does. The composed text is a candidate among the
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
        self.model = TextModel(Weighting(power, own), sharpness, composed_answer)

    @property
    def training(self) -> Training:
        return self.model.training
