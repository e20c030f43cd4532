"""Transcripts composed word by word, for those who ask for it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice
from argilla_distill.workers.engine.measures.edit_distance import UNRELATED, words
from argilla_distill.workers.engine.text.alignment import network, tied, vote
from argilla_distill.workers.engine.text.text import DIGITS, TextLearned
from argilla_distill.workers.engine.text.text_model import Answers, answers_of

CENTRAL = 1e-6
"""What a word weighs more for each answer that is less central than the one that has it."""


class TextAlignment(TextLearned):
    """A transcript composed of the answers, word by word: alignment voting (ROVER).

    **It composes**: the value may be a text that nobody gave. It is for transcripts, where every
    word is right or wrong by itself; elsewhere `TextLearned` chooses an answer that somebody gave.

    The answers, in normalised words, are aligned one after the other to a network of slots, the
    most central one first; in every slot the word with the most weight w[j] wins, see `TextLearned`
    for w; of words as heavy as each other the one that more central answers gave. If that does not
    tell either, or no two answers have anything in common, nothing is composed, and an answer is
    chosen as `TextLearned` does. The composed text is a candidate among the answers: it leads, as
    its distances from them are nearly always the least; its voices speak by their distance from it.
    A composed text in the very words of an answer is that answer, as it was written.

    Fiscus, A post-processing system to yield reduced word error rates: recognizer output voting
    error reduction (ROVER), IEEE ASRU (1997).

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import Question
    >>> said = {"ann": "he left urly today", "ben": "she left early today", "cas": "he left early"}
    >>> votes = [Vote("r", who, what) for who, what in said.items()]
    >>> TextAlignment(Question("text")).fit(votes).decide(["r"])[0].value
    'he left early today'
    """

    name: ClassVar[str] = "alignment"

    def _choice(self, answers: Answers) -> Choice:
        if answers.truth is not None or len(answers.candidates) < 3:
            return super()._choice(answers)
        if answers.apart[~np.eye(len(answers.candidates), dtype=bool)].min() >= UNRELATED:
            return super()._choice(answers)
        weights = self._weights(answers)
        on = np.bincount(answers.said, weights, len(answers.candidates))
        cost = np.round((answers.apart @ on)[answers.said], DIGITS)
        order = np.lexsort((answers.said, cost))
        texts = [words(answers.candidates[answers.said[j]]) for j in order]
        central = -np.unique(cost, return_inverse=True)[1]
        slots = network(texts, (weights + CENTRAL * (central - central.min()))[order].tolist())
        composed = " ".join(word for word, _ in vote(slots))
        if not composed or tied(slots):
            return super()._choice(answers)
        answers = answers_of(answers.votes, None, composed)
        leads = [words(text) for text in answers.candidates].index(words(composed))
        return replace(super()._choice(answers), among=leads)
