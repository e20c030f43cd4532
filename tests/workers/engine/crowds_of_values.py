"""Made-up crowds that answer with a rating or a text."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Value

STARS = Question("rating", scale=(1, 2, 3, 4, 5))
NUMBERS = Question("rating")
TEXT = Question("text")
WORDS = ("the", "cat", "sat", "on", "a", "mat", "dog", "ran", "far", "off")


def crowd(question: Question, seed: int, n_records: int = 40, n: int = 6) -> list[Vote]:
    """Votes in random order; later annotators know less."""
    rng = np.random.default_rng(seed)
    votes = []
    for i in range(n_records):
        stars, words = int(rng.integers(1, 6)), list(rng.choice(WORDS, 6, replace=False))
        for j in range(n):
            if rng.random() > 0.8:
                continue
            value: Value
            if question.type == "text":
                wrong = rng.random(6) < 0.08 * (j + 1)
                value = " ".join(np.where(wrong, rng.choice(WORDS, 6), words))
            else:
                value = int(np.clip(round(stars + rng.normal(0, 0.3 * (j + 1))), 1, 5))
            votes.append(Vote(f"r{i}", f"ann{j}", value))
    return [votes[i] for i in rng.permutation(len(votes))]


def other_value(question: Question, rng: np.random.Generator) -> Value:
    if question.type == "text":
        return " ".join(rng.choice(WORDS, 6))
    return int(rng.integers(1, 6))
