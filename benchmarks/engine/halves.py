"""Whether a change of `learned` helps on datasets that had no part in choosing it.

    python -m benchmarks engine_label [FOLDER] --save MINE.json [--draws 5] [--datasets …]
    python -m benchmarks engine_label --halves MINE.json [OTHER.json …] [--against RELEASE.json]

``--save`` measures `learned` of this tree on every dataset and keeps its figures: without
adjudications (beside every other strategy), with FIFTY random adjudications, and with FIFTY reviews
in the product's own order, measured on the records that were not reviewed, beside the same model
without any adjudication. ``--halves`` compares such files with the release's
(`released_label.json`, taken from the tagged release). Datasets are split at random into two halves
as often as SPLITS says. In each split a candidate is kept if its mean log loss on the one half is
below the release's, else the release stays; its gain is told on the other half. What helps only
where it was chosen gains nothing here (Stone, Cross-validatory choice and assessment of statistical
predictions, JRSS B 36 (1974)).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine import reviews
from benchmarks.engine.label_figures import STRATEGIES, figures, figures_of, learning

Floats = NDArray[np.float64]
Saved = dict[str, dict[str, list[float]]]
"""Dataset → what was measured → accuracy in %, log loss, a distance of what is said from what is
right: the calibration error, for `ORDER` the absolute difference of the means."""

RELEASED = Path(__file__).with_name("released_label.json")
FIFTY = 50
SPLITS = 20
RANDOM, ORDER, ORDER_UNTRAINED = "50 at random", "50 in order", "50 in order, untrained"
COMPARED = ("learned", RANDOM, ORDER)


def in_order(folder: Path, draws: int) -> tuple[Floats, Floats]:
    """Figures on the records that FIFTY reviews in the product's order left, and the same without
    any: means over draws of accuracy in %, log loss, |mean confidence - share right|."""
    replay, found = reviews.Replay(folder), []
    for draw in range(draws):
        trained, untrained, true = replay.left(reviews.SERVICE, draw, FIFTY)
        found.append([_said_and_right(p, true) for p in (trained, untrained)])
    taught, bare = np.mean(found, axis=0)
    return taught, bare


def _said_and_right(posterior: Floats, true: NDArray[np.intp]) -> list[float]:
    accuracy, loss, _ = figures(posterior, true)
    said = float(posterior.max(axis=1).mean())
    return [float(accuracy), float(loss), abs(said - float(accuracy) / 100)]


def measured(folder: Path, draws: int) -> dict[str, list[float]]:
    """All figures of this tree on one dataset."""
    found = {name: figures_of(folder, name) for name in STRATEGIES}
    found[RANDOM] = learning(folder, FIFTY, draws)[:3]
    found[ORDER], found[ORDER_UNTRAINED] = in_order(folder, draws)
    return {name: [round(float(x), 4) for x in each] for name, each in found.items()}


def save(folders: Sequence[Path], draws: int, into: Path) -> None:
    """Measure and keep; what the file has already is measured no second time."""
    known: Saved = json.loads(into.read_text()) if into.exists() else {}
    for folder in folders:
        if folder.name not in known:
            known[folder.name] = measured(folder, draws)
            lines = [f"{json.dumps(name)}: {json.dumps(each)}" for name, each in known.items()]
            into.write_text("{\n" + ",\n".join(lines) + "\n}\n")
            print(folder.name, known[folder.name], flush=True)


def table(
    saved: Mapping[str, Mapping[str, list[float]]], what: str, names: Sequence[str]
) -> Floats:
    """Shape (n_datasets, 3)."""
    return np.array([saved[name][what] for name in names], np.float64)


def gains(before: Floats, after: Floats, splits: int = SPLITS) -> Floats:
    """Gains of a candidate on halves that had no say in whether it is kept.

    Parameters
    ----------
    before, after : ndarray of shape (n_datasets, 3)
        Accuracy in %, log loss, calibration error.

    Returns
    -------
    ndarray of shape (splits, 3): more accuracy, less log loss, less calibration error; 0 where the
    choosing half was against it

    >>> before = np.tile([80.0, 0.5, 0.1], (4, 1))
    >>> gains(before, before + [1.0, -0.1, 0.0], 2).round(6)
    array([[1. , 0.1, 0. ],
           [1. , 0.1, 0. ]])
    """
    n, found = len(before), []
    gain = (after - before) * np.array([1.0, -1.0, -1.0])
    for split in range(splits):
        order = np.random.default_rng(split).permutation(n)
        chooses, tells = order[: n // 2], order[n // 2 :]
        kept = float(gain[chooses, 1].mean()) > 0
        found.append(gain[tells].mean(axis=0) * kept)
    return np.array(found, np.float64)


def compare(candidates: Sequence[Path], against: Path = RELEASED) -> None:
    """Print how much each candidate gains over the release, and in how many splits."""
    release: Saved = json.loads(against.read_text())
    print("| candidate | measured | datasets | accuracy, % | log loss | said and right", end=" ")
    print("| change where it did not choose, mean | splits with less log loss | worst dataset |")
    print("| --- " * 9 + "|")
    for path in candidates:
        saved: Saved = json.loads(path.read_text())
        names = [name for name in release if name in saved]
        for what in COMPARED:
            before, after = table(release, what, names), table(saved, what, names)
            mean, gain = after.mean(axis=0), gains(before, after)
            better, (a, b, c) = int((gain[:, 1] > 0).sum()), gain.mean(axis=0)
            worst = int((after - before)[:, 1].argmax())
            cells = [
                *(path.stem, what, f"{len(names)}", f"{mean[0]:.2f}"),
                *(f"{mean[1]:.3f}", f"{mean[2]:.3f}"),
                f"{a:+.2f} % · {-b:+.3f} · {-c:+.3f}",
                f"{better} of {len(gain)}",
                f"{names[worst]} {(after - before)[worst, 1]:+.3f}",
            ]
            print(f"| {' | '.join(cells)} |")
        over = table(saved, ORDER, names)[:, 1] - table(saved, ORDER_UNTRAINED, names)[:, 1]
        worse = [f"{names[i]} {over[i]:+.3f}" for i in np.flatnonzero(over > 0.01)]
        print(f"\n{path.stem}: {ORDER}, log loss above the untrained model's by more than 0.01: ")
        print((", ".join(worse) or "nowhere") + ".\n")
