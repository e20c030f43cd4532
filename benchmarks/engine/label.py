"""Label strategies on recorded answers of real annotators, beside crowd-kit's in the same run.

    python -m benchmarks engine_label [FOLDER] [--adjudications 10 20 50 100 200] [--draws 5]

FOLDER (default ``../shared/bench``) holds a folder per dataset with ``answers.csv``
(task,worker,label) and ``truth.csv`` (task,label). Prints a markdown table; per cell: accuracy in
%, log loss (probabilities clipped to [1e-6, 1]), expected calibration error (10 bins). Accuracy
takes the label that the posterior puts first, also in a tie, as crowd-kit's does.

With ``--adjudications`` a second table: `learned`, taught with so many random adjudications of each
dataset (of half of its records at most), measured on all others; means over the draws.
"""

from __future__ import annotations

import argparse
import csv
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # it has no types of its own
from crowdkit.aggregation import DawidSkene, MajorityVote
from numpy.typing import NDArray

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question

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
    "learned": ours("learned"),
}

ADJUDICATIONS = [10, 20, 50, 100, 200]
DRAWS = 5


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


def learning(folder: Path, n: int, draws: int = DRAWS) -> Floats:
    """Figures of `learned` with n random adjudications, on the other records; means over draws.

    Returns
    -------
    ndarray of shape (4,): accuracy in %, log loss, calibration error, share of draws in which
    training proved to be better and was used
    """
    votes, truth = read(folder)
    labels = tuple(sorted({vote.value for vote in votes} | set(truth.values())))
    records = sorted({vote.record for vote in votes} & truth.keys())
    found = []
    for draw in range(draws if n else 1):
        rng = np.random.default_rng(draw)
        known = set(rng.choice(records, min(n, len(records) // 2), replace=False).tolist())
        rest = [record for record in records if record not in known]
        adjudications = [Adjudication(record, truth[record]) for record in sorted(known)]
        model = registry.create("learned", label_question(*labels)).fit([*votes, *adjudications])
        posterior = np.array([list(d.posterior.values()) for d in model.decide(rest)])
        true = np.array([labels.index(truth[record]) for record in rest])
        training = model.training
        used = training is not None and training.used
        found.append([*figures(posterior, true), float(used)])
    return np.asarray(np.mean(found, axis=0), np.float64)


def row(name: str, cells: list[Floats]) -> str:
    return " | ".join([f"| {name}", *(f"{a:.1f} · {b:.2f} · {c:.3f}" for a, b, c in cells)]) + " |"


def heading(names: list[str]) -> str:
    return " | ".join(["| dataset", *names]) + " |\n" + "| --- " * (len(names) + 1) + "|"


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="engine_label")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--adjudications", nargs="*", type=int)
    parser.add_argument("--draws", type=int, default=DRAWS)
    options = parser.parse_args(arguments)
    bench, counts = options.folder, options.adjudications
    found = [name for name in DATASETS if (bench / name / "truth.csv").exists()]
    for name in sorted(set(DATASETS) - set(found)):
        print(f"skipped {name}: no answers and truth in {bench}", file=sys.stderr)
    if not found:
        return
    print(heading(list(METHODS)))
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
    if counts is None:
        return
    counts = [0, *(counts or ADJUDICATIONS)]
    print("\n" + heading([f"{n} adjudications" for n in counts]))
    taught = []
    for name in found:
        taught.append([learning(bench / name, n, options.draws)[:3] for n in counts])
        print(row(name, taught[-1]), flush=True)
    print(row("**mean**", list(np.mean(taught, axis=0))))


if __name__ == "__main__":
    main(sys.argv[1:])
