"""Rounds of annotation, made up: texts with a topic that tells the label, and faults that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

LABELS = 3
ROUNDS = 5
RECORDS = 150
WORDS = 20
TELLING = 0.25
"""So many of the words of a text are of its topic."""


@dataclass(frozen=True)
class MadeUp:
    """Records with a text, a round, what is right and what was said."""

    texts: list[str]
    round: Ints
    truth: Ints
    said: Ints


def made_up(
    rng: np.random.Generator,
    wrong: tuple[float, ...] = (0.1,) * ROUNDS,
    records: int = RECORDS,
    own_topics: float = 0.0,
    telling: float = TELLING,
) -> MadeUp:
    """Rounds, in each of which so large a share of labels is wrong.

    Parameters
    ----------
    own_topics : so many of a round's topic words and other words are used in no other round.
    telling : share of words that tell the label; 0: nothing does.
    """
    rounds = len(wrong)
    n = rounds * records
    round_ = np.repeat(np.arange(rounds), records)
    truth = rng.integers(LABELS, size=n)
    if own_topics:  # and labels are not as frequent in each
        for r in range(rounds):
            shares = rng.dirichlet(np.full(LABELS, 3.0))
            truth[round_ == r] = rng.choice(LABELS, records, p=shares)
    flipped = rng.random(n) < np.array(wrong)[round_]
    said = np.where(flipped, (truth + rng.integers(1, LABELS, n)) % LABELS, truth)
    texts = [
        " ".join(_words(rng, int(truth[i]), int(round_[i]), own_topics, telling)) for i in range(n)
    ]
    return MadeUp(texts, round_, truth, said)


def _words(
    rng: np.random.Generator, label: int, round_: int, own_topics: float, telling: float
) -> list[str]:
    found = []
    for _ in range(WORDS):
        where = f"r{round_}" if rng.random() < own_topics else "all"
        if rng.random() < telling:
            found.append(f"topic{label}{where}w{rng.integers(30)}")
        else:
            found.append(f"plain{where}w{rng.integers(300)}")
    return found
