"""Made-up crowds for the engine's tests: who votes, how well, and what the truth is."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.facts import Vote


def crowd(
    seed: int,
    n_records: int = 40,
    accuracies: tuple[float, ...] = (0.9, 0.8, 0.8, 0.7, 0.6),
    labels: tuple[str, ...] = ("a", "b", "c"),
    share: float = 0.8,
) -> tuple[list[Vote], dict[str, str]]:
    """Votes in random order, and the truth. Each annotator answers a `share` of the records."""
    rng = np.random.default_rng(seed)
    truth = {f"r{i}": str(rng.choice(labels)) for i in range(n_records)}
    votes = []
    for j, accuracy in enumerate(accuracies):
        for record, true in truth.items():
            if rng.random() < share:
                wrong = [label for label in labels if label != true] or [true]
                label = true if rng.random() < accuracy else str(rng.choice(wrong))
                votes.append(Vote(record, f"ann{j}", label))
    return [votes[i] for i in rng.permutation(len(votes))], truth
