"""How well answers that were held back are predicted, with records' texts and without them.

    python -m benchmarks held_out_votes [FOLDER] [--datasets rte qags xsum_factuality llmbar_jury] [--draws 6]

FOLDER (default ``../shared/bench``) is that of `engine_label`; a dataset has its texts in ``items.csv``
(task,text). Of each record one or two answers, drawn at random, are known to `learned`; every other one is
predicted through what it believes of its annotator. Needs no truth. Told is the mean log likelihood of an
answer with texts less that without, and its standard error over draws: above 0, texts help.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from argilla_distill.workers.engine.contract.facts import Content, Fact, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.learned import Learned

DATASETS = ("rte", "qags", "xsum_factuality", "llmbar_jury")
KNOWN = (1, 2)
LEAST = 1e-9


def answers_of(folder: Path) -> list[Vote]:
    """A dataset's recorded answers."""
    with (folder / "answers.csv").open(newline="") as file:
        return [Vote(row["task"], row["worker"], row["label"]) for row in csv.DictReader(file)]


def texts_of(folder: Path) -> dict[str, str]:
    """Its records' texts."""
    with (folder / "items.csv").open(newline="") as file:
        return {row["task"]: row["text"] for row in csv.DictReader(file)}


def parted(votes: Sequence[Vote], known: int, seed: int) -> tuple[list[Vote], list[Vote]]:
    """So many answers of each record, at random, and the others."""
    draw, by_record = random.Random(seed), defaultdict[str, list[Vote]](list)
    for vote in votes:
        by_record[vote.record].append(vote)
    for each in by_record.values():
        draw.shuffle(each)
    first = [vote for each in by_record.values() for vote in each[:known]]
    return first, [vote for each in by_record.values() for vote in each[known:]]


def predicted(facts: Sequence[Fact], held: Sequence[Vote], labels: Sequence[str]) -> float:
    """The mean log likelihood of answers that were held back, of annotators that are known."""
    strategy = Learned(label_question(*labels)).fit(facts)
    believed = {each.annotator: each.confusion for each in strategy.annotators()}
    asked = [vote for vote in held if believed.get(vote.annotator) is not None]
    records = sorted({vote.record for vote in asked})
    posterior = {
        decision.record: np.array([decision.posterior.get(label, 0.0) for label in labels])
        for decision in strategy.decide(records)
    }
    found = []
    for vote in asked:
        confusion = believed[vote.annotator]
        assert confusion is not None
        p = float(posterior[vote.record] @ confusion[:, labels.index(str(vote.value))])
        found.append(np.log(max(p, LEAST)))
    return float(np.mean(found))


def gains(folder: Path, known: int, draws: int) -> list[float]:
    """What texts add to the mean log likelihood, in each draw."""
    votes, texts = answers_of(folder), texts_of(folder)
    labels = sorted({str(vote.value) for vote in votes})
    said = [
        Content(record, texts[record])
        for record in {vote.record: 0 for vote in votes}
        if record in texts
    ]
    found = []
    for draw in range(draws):
        first, held = parted(votes, known, 100 * draw + known)
        found.append(predicted([*first, *said], held, labels) - predicted(first, held, labels))
    return found


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="held_out_votes")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--datasets", nargs="+", default=list(DATASETS))
    parser.add_argument("--draws", type=int, default=6)
    options = parser.parse_args(arguments)
    print("| answers of | known of each record | with texts less without | standard error |")
    print("| --- | --- | --- | --- |")
    for name in options.datasets:
        if not (options.folder / name / "items.csv").exists():
            continue  # what is not there is skipped
        for known in KNOWN:
            found = gains(options.folder / name, known, options.draws)
            error = np.std(found, ddof=1) / len(found) ** 0.5 if len(found) > 1 else 0.0
            print(f"| {name} | {known} | {np.mean(found):+.4f} | {error:.4f} |", flush=True)
