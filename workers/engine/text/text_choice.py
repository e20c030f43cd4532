"""How the answers to one record become a choice: the nearest of them, or a text composed of all.

Which of the two a question's answers call for is `workers.engine.text.composing`'s question.
"""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, VoteScores, trust
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.measures.edit_distance import UNRELATED, words
from argilla_distill.workers.engine.text.alignment import network, tied, vote
from argilla_distill.workers.engine.text.answers import RecordAnswers, answers_of
from argilla_distill.workers.engine.text.text_annotators import DIGITS, TextAnnotators

CENTRAL = 1e-6
"""What a word weighs more for each answer that is less central than the one that has it."""


def nearest_answer(
    answers: RecordAnswers, annotators: TextAnnotators, sharpness: float, among: int | None = None
) -> Choice:
    """Choose the answer of the least expected distance; formulas are in `TextNearest`."""
    n, scale = len(answers.votes), sharpness / annotators.distance_**2
    own = np.eye(len(answers.candidates)) * annotators.weighting.own
    weights = annotators.weights(answers)
    voices = []
    for given, said, weight in zip(answers.votes, answers.said, weights, strict=True):
        cost = weight * answers.apart[said] + own[said] * annotators.farther(given.annotator)
        log = np.round(-scale * cost / n, DIGITS)
        voices.append(
            VoteScores(given.annotator, given.value, annotators.accuracy(given.annotator), log)
        )
    anchor = None if answers.truth is None else answers.candidates[answers.truth]
    prior = np.zeros(len(answers.candidates))
    return Choice(answers.candidates, prior, voices, anchor, trust(n), among)


def composed_answer(answers: RecordAnswers, annotators: TextAnnotators, sharpness: float) -> Choice:
    """Choose the text that the answers compose, or the nearest answer if they compose none."""
    text = composed(answers, annotators.weights(answers))
    if text is None:
        return nearest_answer(answers, annotators, sharpness)
    answers = answers_of(answers.votes, None, text)
    leads = [words(each) for each in answers.candidates].index(words(text))
    return nearest_answer(answers, annotators, sharpness, among=leads)


def composed(answers: RecordAnswers, weights: Floats) -> str | None:
    """The text that answers of these weights compose (`TextAlignment`); None where they compose none."""
    if answers.truth is not None or len(answers.candidates) < 3:
        return None
    if answers.apart[~np.eye(len(answers.candidates), dtype=bool)].min() >= UNRELATED:
        return None
    on = np.bincount(answers.said, weights, len(answers.candidates))
    cost = np.round((answers.apart @ on)[answers.said], DIGITS)
    order = np.lexsort((answers.said, cost))
    texts = [words(answers.candidates[answers.said[j]]) for j in order]
    central = -np.unique(cost, return_inverse=True)[1]
    slots = network(texts, (weights + CENTRAL * (central - central.min()))[order].tolist())
    if tied(slots):
        return None
    return " ".join(word for word, _ in vote(slots)) or None
