"""How often a model is said to be able to replace a person where it is not: false verdicts of the test.

    python -m benchmarks replacing [--datasets 400] [--first 0]

Made-up datasets, in which it is known beside whom a model is good enough. The worst cases are those on the
border: beside these people the model is the worse one by exactly the margin more often, so that no verdict
for it is right. Where that is so beside all people, nothing may be said; where it is so beside most, and
beside the others the model is far better, it must not pass either, and this is where a test of several people
is the weakest. The other way round, a model that is good enough beside half of them must not fail.

Then what the paper proposes for fewer than 30 records, Wilcoxon's signed-rank test, in the same worst case,
beside the t test that is used here from 30 on.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from argilla_distill.domain.stand_in import RECORDS
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.measures.agreement import VoteArrays
from argilla_distill.workers.engine.measures.alternative_annotator import (
    Alternative,
    alternative_annotator,
    rejected,
)

LABELS = ("a", "b", "c")
QUESTION = Question("label", LABELS)
MARGIN = 0.15
GOOD, POOR = 0.85, 0.45
"""How often a person is right whom the model hardly replaces, and one beside whom it is far better."""

LARGE = 100_000
"""Records on which it is worked out how good a model on the border is."""


@dataclass(frozen=True)
class Scene:
    """A dataset's people: `border` of them are as good as the model's margin allows, the others are poor."""

    people: int
    border: int
    records: int


SCENES = (
    Scene(3, 3, 30),
    Scene(3, 3, 100),
    Scene(5, 5, 30),
    Scene(5, 5, 100),
    Scene(10, 10, 100),
    Scene(3, 2, 30),
    Scene(3, 2, 100),
    Scene(5, 3, 30),
    Scene(5, 3, 100),
    Scene(10, 6, 100),
)


def drawn(skills: Sequence[float], records: int, rng: np.random.Generator) -> Ints:
    """What everybody says of every record, by person; errors are independent, of three labels."""
    truth = rng.integers(len(LABELS), size=records)
    right = rng.random((len(skills), records)) < np.array(skills)[:, None]
    wrong = (truth + rng.integers(1, len(LABELS), size=right.shape)) % len(LABELS)
    return np.where(right, truth, wrong).astype(np.int64)


def beyond(said: Ints, person: int) -> float:
    """How much more often this person is at least as good as the model (the last row) than the reverse."""
    return float(differences(said, person).mean())


def differences(said: Ints, person: int) -> Floats:
    """W_person - W_model, record by record (`measures.alternative_annotator`)."""
    others = np.delete(said[:-1], person, axis=0)
    model, own = ((others == said[row]).sum(axis=0) for row in (-1, person))
    return np.asarray(own >= model, np.float64) - np.asarray(model >= own, np.float64)


def on_the_border(people: Sequence[float]) -> float:
    """How often a model has to be right to be worse than the first person by exactly the margin."""
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        far = beyond(drawn([*people, middle], LARGE, np.random.default_rng(99)), 0)
        low, high = (middle, high) if far > MARGIN else (low, middle)
    return (low + high) / 2


def judged(said: Ints) -> Alternative:
    """The product's verdict."""
    rows, records = said.shape
    votes = VoteArrays(
        np.tile(np.arange(records), rows),
        np.repeat(np.arange(rows), records),
        said.ravel(),
        LABELS,
    )
    people = np.arange(rows - 1)
    return alternative_annotator(QUESTION, votes, rows - 1, people, MARGIN, RECORDS)


def false_verdicts(scene: Scene, datasets: int, first: int = 0) -> tuple[int, int, int]:
    """How often the model passes, how often it fails, and how often anybody on the border is beaten."""
    people = [GOOD] * scene.border + [POOR] * (scene.people - scene.border)
    skill = on_the_border(people)
    passes = fails = beaten = 0
    for draw in range(first, first + datasets):
        found = judged(drawn([*people, skill], scene.records, np.random.default_rng(draw)))
        passes += found.passes
        fails += found.fails
        beaten += any(each.better for each in found.comparisons if each.number < scene.border)
    return passes, fails, beaten


def of_few(records: int, datasets: int, first: int = 0) -> tuple[int, int]:
    """The same of three people on the border, by t and by Wilcoxon's test: how often the model passes."""
    people = [GOOD] * 3
    skill = on_the_border(people)
    passes = np.zeros(2, np.int64)
    for draw in range(first, first + datasets):
        said = drawn([*people, skill], records, np.random.default_rng(draw))
        d = [differences(said, person) for person in range(3)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of ties, and of differences that are all alike
            tests = (
                [stats.ttest_1samp(each, MARGIN, alternative="less").pvalue for each in d],
                [stats.wilcoxon(each - MARGIN, alternative="less").pvalue for each in d],
            )
        for n, p in enumerate(tests):
            passes[n] += rejected(np.nan_to_num(np.array(p), nan=1.0)).sum() >= 2
    return int(passes[0]), int(passes[1])


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=400)
    parser.add_argument("--first", type=int, default=0, help="the first draw's seed")
    chosen = parser.parse_args(arguments)
    n = chosen.datasets
    print("| people | on the border | records | may | may not | anybody on the border |")
    print("| --- " * 6 + "|")
    for scene in SCENES:
        cells = " | ".join(f"{k / n:.1%}" for k in false_verdicts(scene, n, chosen.first))
        print(f"| {scene.people} | {scene.border} | {scene.records} | {cells} |", flush=True)
    print("\n| records | t test | Wilcoxon |")
    print("| --- " * 3 + "|")
    for records in (15, 20, 25, 29):
        cells = " | ".join(f"{k / n:.1%}" for k in of_few(records, n, chosen.first))
        print(f"| {records} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
