"""Label strategies on recorded answers of real annotators, beside crowd-kit's in the same run.

    python -m benchmarks engine_label [FOLDER] [--adjudications 10 20 50 100 200] [--draws 5]
    python -m benchmarks engine_label [FOLDER] --save MINE.json
    python -m benchmarks engine_label --halves MINE.json [OTHER.json …]

FOLDER (default ``../shared/bench``) holds a folder per dataset with ``answers.csv``
(task,worker,label) and ``truth.csv`` (task,label). Prints a markdown table; per cell: accuracy in
%, log loss (probabilities clipped to [1e-6, 1]), expected calibration error (10 bins). Accuracy
takes the label that the posterior puts first, also in a tie, as crowd-kit's does.

With ``--adjudications`` further tables, one for each number: all strategies, told so many random
adjudications of each dataset (of half of its records at most), measured on all others; means over
the draws. Where adjudications teach nothing, the other records stay as they are.

``--save`` and ``--halves`` are `benchmarks.engine.halves`'.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # it has no types of its own
from crowdkit.aggregation import DawidSkene, MajorityVote

from argilla_distill.workers.engine.contract.facts import Vote
from benchmarks.engine import halves
from benchmarks.engine.label_figures import (
    DATASETS,
    DRAWS,
    STRATEGIES,
    Floats,
    Method,
    figures,
    learning,
    ours,
    read,
)


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
    **{name: ours(name) for name in STRATEGIES},
}

ADJUDICATIONS = [10, 20, 50, 100, 200]


def row(name: str, cells: list[Floats]) -> str:
    return " | ".join([f"| {name}", *(f"{a:.1f} · {b:.2f} · {c:.3f}" for a, b, c in cells)]) + " |"


def heading(names: list[str]) -> str:
    return " | ".join(["| dataset", *names]) + " |\n" + "| --- " * (len(names) + 1) + "|"


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="engine_label")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/bench"))
    parser.add_argument("--datasets", nargs="*", default=DATASETS)
    parser.add_argument("--adjudications", nargs="*", type=int)
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--save", type=Path, metavar="FILE")
    parser.add_argument("--halves", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--against", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.halves:
        halves.compare(options.halves, options.against or halves.RELEASED)
        return
    bench = options.folder
    found = [name for name in options.datasets if (bench / name / "truth.csv").exists()]
    for name in sorted(set(options.datasets) - set(found)):
        print(f"skipped {name}: no answers and truth in {bench}", file=sys.stderr)
    if options.save:
        halves.save([bench / name for name in found], options.draws, options.save)
    elif found:
        without(bench, found)
        if options.adjudications is not None:
            taught(bench, found, options.adjudications or ADJUDICATIONS, options.draws)


def without(bench: Path, names: list[str]) -> None:
    """Print figures without adjudications."""
    print(heading(list(METHODS)))
    table = []
    for name in names:
        votes, truth = read(bench / name)
        labels = tuple(sorted({vote.value for vote in votes} | set(truth.values())))
        records = sorted({vote.record for vote in votes} & truth.keys())
        true = np.array([labels.index(truth[record]) for record in records])
        cells = [figures(method(votes, labels, records), true) for method in METHODS.values()]
        table.append(cells)
        print(row(name, cells), flush=True)
    print(row("**mean**", list(np.mean(table, axis=0))))


def taught(bench: Path, names: list[str], counts: list[int], draws: int) -> None:
    """Print figures with adjudications."""
    for n in counts:
        print("\n" + heading([f"`{strategy}`, {n} adjudications" for strategy in STRATEGIES]))
        table = []
        for name in names:
            table.append([learning(bench / name, n, draws, each)[:3] for each in STRATEGIES])
            print(row(name, table[-1]), flush=True)
        print(row("**mean**", list(np.mean(table, axis=0))))


if __name__ == "__main__":
    main(sys.argv[1:])
