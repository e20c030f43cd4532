"""Texts that are made up, with labels that they tell or do not tell."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Ints

COMMON = [f"word{n}" for n in range(200)]


def texts(labels: Ints, telling: float, seed: int = 0) -> list[str]:
    """A text of 20 words for each label: a word is one of its label's own so often, else any."""
    rng = np.random.default_rng(seed)
    found = []
    for label in labels.tolist():
        own = [f"label{label}x{n}" for n in range(20)]
        words = [str(rng.choice(own if rng.random() < telling else COMMON)) for _ in range(20)]
        found.append(" ".join(words))
    return found
