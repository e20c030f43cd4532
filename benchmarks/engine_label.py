"""Label strategies on recorded answers of real annotators, beside crowd-kit's in the same run.

    python -m benchmarks engine_label [FOLDER]

FOLDER (default ``../shared/bench``) holds a folder per dataset with ``answers.csv``
(task,worker,label) and ``truth.csv`` (task,label). Prints a markdown table; per cell: accuracy in
%, log loss (probabilities clipped to [1e-6, 1]), expected calibration error (10 bins). Accuracy
takes the label that the posterior puts first, also in a tie, as crowd-kit's does.
"""

from __future__ import annotations

import csv
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
from crowdkit.aggregation import DawidSkene, MajorityVote
from numpy.typing import NDArray

from workers.engine import registry
from workers.engine.facts import Vote
from workers.engine.question import label_question

Floats = NDArray[np.float64]
Method = Callable[[list[Vote], tuple[str, ...], list[str]], Floats]

DATASETS = [
    *("bluebird", "product", "dog", "face", "rte", "temp", "web", "ms", "labelme"),
    *("zencrowd_us", "sp_amt", "llmbar_jury", "smile"),
]


def ours(name: str) -> Method:
    def posterior(votes: list[Vote], labels: tuple[str, ...], records: list[str]) -> Floats:
        decisions = registry.create(name, label_question(*labels)).fit(votes).decide(records)
        return np.array([list(decision.posterior.values()) for decision in decisions])

    return posterior


def crowd_kits(make: Callable[[], MajorityVote | DawidSkene]) -> Method:
    def posterior(votes: list[Vote], labels: tuple[str, ...], records: list[str]) -> Floats:
        frame = pd.DataFrame((vote[:3] for vote in votes), columns=["task", "worker", "label"])
        frame = frame.drop_duplicates(["task", "worker"], keep="last")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # crowd-kit's use of pandas is its own business
            found = make().fit_predict_proba(frame)
        found = found.reindex(index=records, columns=list(labels), fill_value=0.0)
        return np.asarray(found, np.float64)

    return posterior


METHODS: dict[str, Method] = {
    "majority (crowd-kit)": crowd_kits(MajorityVote),
    "Dawid-Skene (crowd-kit)": crowd_kits(lambda: DawidSkene(n_iter=100)),
    "majority": ours("majority"),
    "dawid_skene": ours("dawid_skene"),
}


def figures(posterior: Floats, true: NDArray[np.intp]) -> Floats:
    """Accuracy in %, log loss, expected calibration error.

    Parameters
    ----------
    posterior : ndarray of shape (n_records, n_labels)
    true : ndarray of shape (n_records,), codes of labels
    """
    right = posterior.argmax(axis=1) == true
    confidence = posterior.max(axis=1)
    loss = -np.log(np.clip(posterior[np.arange(len(true)), true], 1e-6, 1)).mean()
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(confidence[bins == i].sum() - right[bins == i].sum()) for i in range(10)]
    return np.array([100 * right.mean(), loss, sum(gaps) / len(true)])


def read(folder: Path) -> tuple[list[Vote], dict[str, str]]:
    with (folder / "answers.csv").open(newline="") as file:
        votes = [Vote(row["task"], row["worker"], row["label"]) for row in csv.DictReader(file)]
    with (folder / "truth.csv").open(newline="") as file:
        return votes, {row["task"]: row["label"] for row in csv.DictReader(file)}


def row(name: str, cells: list[Floats]) -> str:
    return " | ".join([f"| {name}", *(f"{a:.1f} · {b:.2f} · {c:.3f}" for a, b, c in cells)]) + " |"


def main(words: list[str]) -> None:
    """Measure and print."""
    bench = Path(words[0] if words else "../shared/bench")
    found = [name for name in DATASETS if (bench / name / "truth.csv").exists()]
    for name in sorted(set(DATASETS) - set(found)):
        print(f"skipped {name}: no answers and truth in {bench}", file=sys.stderr)
    if not found:
        return
    print(" | ".join(["| dataset", *METHODS]) + " |")
    print("| --- " * (len(METHODS) + 1) + "|")
    table = []
    for name in found:
        votes, truth = read(bench / name)
        labels = tuple(sorted({vote.value for vote in votes} | set(truth.values())))
        records = sorted({vote.record for vote in votes} & truth.keys())
        true = np.array([labels.index(truth[record]) for record in records])
        cells = [figures(method(votes, labels, records), true) for method in METHODS.values()]
        table.append(cells)
        print(row(name, cells), flush=True)
    print(row("**mean**", list(np.mean(table, axis=0))))


if __name__ == "__main__":
    main(sys.argv[1:])
