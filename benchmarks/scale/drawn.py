"""What a crowd answered in half a year, drawn at random: the answers of `big_dataset`."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.state.annotator import KnownAnnotator

QUESTION = DatasetQuestion(
    "q-topic", "topic", "label_selection", ("billing", "delivery", "other", "refund")
)
DAY_MS = 86_400_000
DAYS = 150
NEAR_IDENTICAL = 0.01
"""The share of records that are near-identical to another."""

Ints = NDArray[np.int64]


@dataclass
class Drawn:
    """What people answered, before anything is made of it.

    `value`, `who` and `at` (ms since the epoch) have the shape (records, answers).
    """

    ids: list[str]
    who: Ints
    value: Ints
    at: Ints
    truth: Ints
    print: list[int]
    reviewed: list[int]


def draw(records: int, answers: int, annotators: int, reviews: int, now: int, seed: int) -> Drawn:
    """Annotators are of different skill, and models are many; answers come on working days."""
    rng, ids = np.random.default_rng(seed), random.Random(seed)
    k = len(QUESTION.labels)
    truth = rng.choice(k, records, p=[0.4, 0.3, 0.1, 0.2])
    first = rng.integers(0, annotators, records)
    who = (first[:, None] + np.arange(answers) * 7) % annotators
    skill = np.clip(rng.beta(8, 3, annotators), 0.35, 0.97)
    confused = (truth + 1 + (rng.random(records) < 0.3)) % k
    wrong = rng.random(who.shape) > skill[who]
    value = np.where(wrong, confused[:, None], truth[:, None])
    begun = now - DAYS * DAY_MS + np.sort(rng.integers(0, (DAYS - 1) * DAY_MS, records))
    at = begun[:, None] + rng.integers(10_000, DAY_MS // 2, who.shape)
    prints = [ids.getrandbits(64) for _ in range(records)]
    for near in ids.sample(range(1, records), int(records * NEAR_IDENTICAL)):
        prints[near] = prints[near - 1] ^ (1 << ids.randrange(64))
    return Drawn(
        ids=[str(uuid.UUID(int=ids.getrandbits(128), version=4)) for _ in range(records)],
        who=who,
        value=value,
        at=at,
        truth=truth,
        print=prints,
        reviewed=sorted(ids.sample(range(records), min(reviews, records))),
    )


def person(number: int) -> KnownAnnotator:
    """An annotator; every twentieth is a model."""
    kind = "model" if number % 20 == 19 else "person"
    key = str(uuid.UUID(int=(1 << 100) + number, version=4))
    name = f"llm-{number:03}" if kind == "model" else f"annotator-{number:03}"
    return KnownAnnotator(key, name, kind)
