"""Draws how honest confidences are, and what adjudications are worth, into docs/.

    python -m benchmarks engine_pictures [FOLDER] [--draws 5] [--into docs]

FOLDER (default ``../shared/bench``) is that of `engine_label`. Every dataset weighs the same. The
reliability diagram bins the confidences of all records with truth by tenths; a dot lies where a
bin's mean confidence meets its share of right labels, and is as large as the bin. The learning
curve is the mean over datasets with at least 400 records with truth and over random draws of
adjudications; what is measured are the records that were not drawn. Prints what it draws, and the same
of our other strategies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question
from benchmarks.engine.charts import Line, Panel, drawing
from benchmarks.engine.label_figures import DATASETS, figures, read
from benchmarks.engine.peers import posterior

Floats = NDArray[np.float64]

ADJUDICATIONS = (0, 10, 20, 50, 100, 200)
MIN_RECORDS = 400
TRAINED = 50
SMALLEST_BIN = 0.005
"""Bins with a smaller share of the records are not drawn."""

PEERS = ("majority (crowd-kit)", "Dawid-Skene (crowd-kit)")

OTHERS = ("majority", "dawid_skene")
"""Our strategies beside `learned`."""

BEFORE_AND_AFTER = (("", 0), (f", {TRAINED} adjudications", TRAINED))


@dataclass(frozen=True)
class Crowd:
    """A dataset with truth."""

    name: str
    votes: list[Vote]
    truth: dict[str, str]
    labels: tuple[str, ...]
    records: list[str]

    def true(self, records: Sequence[str]) -> NDArray[np.intp]:
        """Codes of the true labels."""
        return np.array([self.labels.index(self.truth[record]) for record in records], np.intp)

    def decided(self, strategy: str, n: int, draw: int) -> tuple[Floats, list[str]]:
        """The posterior after n adjudications, and its records: those that were not adjudicated."""
        known = np.random.default_rng(draw).choice(self.records, n, replace=False).tolist()
        adjudications = [Adjudication(record, self.truth[record]) for record in known]
        rest = sorted(set(self.records) - set(known))
        model = registry.create(strategy, label_question(*self.labels))
        model.fit([*self.votes, *adjudications])
        return np.array([list(d.posterior.values()) for d in model.decide(rest)]), rest


def crowds(folder: Path) -> Iterator[Crowd]:
    """Those that are there."""
    for name in DATASETS:
        if not (folder / name / "truth.csv").exists():
            print(f"skipped {name}: no answers and truth in {folder}", file=sys.stderr)
            continue
        votes, truth = read(folder / name)
        labels = tuple(sorted({vote.value for vote in votes} | set(truth.values())))
        yield Crowd(name, votes, truth, labels, sorted({v.record for v in votes} & truth.keys()))


class Bins:
    """Confidences by tenths: their sum, the right ones, and how many there are."""

    def __init__(self) -> None:
        self.sums = np.zeros((10, 3))

    def add(self, p: Floats, true: NDArray[np.intp], weight: float) -> None:
        """Take in one dataset's posterior; `weight` is the whole dataset's."""
        confidence, right = p.max(axis=1), p.argmax(axis=1) == true
        row = np.minimum((confidence * 10).astype(int), 9)
        each = np.stack([confidence, right, np.ones(len(true))], axis=1) * weight / len(true)
        np.add.at(self.sums, row, each)

    def line(self, name: str, color: int) -> Line:
        """What is drawn of them."""
        share = self.sums[:, 2] / self.sums[:, 2].sum()
        kept = self.sums[share >= SMALLEST_BIN]
        points = [(float(c / n), float(right / n)) for c, right, n in kept]
        return Line(name, points, color, share[share >= SMALLEST_BIN].tolist())

    @property
    def error(self) -> float:
        """Expected calibration error of all records together."""
        gap = np.abs(self.sums[:, 0] - self.sums[:, 1]).sum()
        return float(gap / self.sums[:, 2].sum())


def reliability(found: Sequence[Crowd], draws: int) -> str:
    """The reliability diagram."""
    drawn = {"learned": ("learned", 0), f"learned, {TRAINED} adjudications": ("learned", TRAINED)}
    told = {f"{name}{after}": (name, n) for name in OTHERS for after, n in BEFORE_AND_AFTER}
    ours = drawn | told
    bins = {name: Bins() for name in (*drawn, *PEERS, *told)}
    for crowd in found:
        true = crowd.true(crowd.records)
        for name in PEERS:
            p = posterior(crowd.votes, crowd.labels, crowd.records, name.split(" (")[0])
            bins[name].add(p, true, 1.0)
        for name, (strategy, n) in ours.items():
            for draw in range(draws if n else 1):
                p, rest = crowd.decided(strategy, n, draw)
                bins[name].add(p, crowd.true(rest), 1 / (draws if n else 1))
    print("| method | calibration error of all records together |\n| --- | --- |")
    for name, each in bins.items():
        print(f"| {name} | {each.error:.3f} |", flush=True)
    shown = {name: bins[name] for name in (*drawn, *PEERS)}
    lines = [each.line(name, n) for n, (name, each) in enumerate(shown.items())]
    ticks = [(tenth / 10, f"{tenth / 10:g}") for tenth in range(0, 11, 2)]
    panel = Panel("Share of right labels", "confidence", ticks, ticks, lines, diagonal=True)
    errors = [f"{line.name}: {b.error:.3f}" for line, b in zip(lines, shown.values(), strict=True)]
    return drawing(
        "How honest confidences are",
        "Share of right labels against confidence; the nearer to the diagonal, the more honest. "
        f"Calibration error of {', '.join(errors)}.",
        [panel],
    )


def learning(found: Sequence[Crowd], draws: int) -> str:
    """The learning curve."""
    large = [crowd for crowd in found if len(crowd.records) >= MIN_RECORDS]
    print(f"\nDatasets: {', '.join(crowd.name for crowd in large)}; {draws} draws.\n")
    strategies = ("learned", *OTHERS)
    print(f"| adjudications | {' | '.join(f'`{each}`' for each in strategies)} |")
    print("| --- " * (1 + len(strategies)) + "|")
    curve = []
    for n in ADJUDICATIONS:
        means = []
        for strategy in strategies:
            scores = []
            for crowd in large:
                for draw in range(draws if n else 1):
                    p, rest = crowd.decided(strategy, n, draw)
                    scores.append(figures(p, crowd.true(rest)))
            means.append(np.mean(scores, axis=0))
        curve.append(means[0])
        cells = [f"{a:.1f} % · {b:.3f} · {c:.3f}" for a, b, c in means]
        print(f"| {n} | {' | '.join(cells)} |", flush=True)
    flat = {}
    for name in PEERS:
        peer = name.split(" (")[0]
        flat[name] = np.mean(
            [
                figures(posterior(c.votes, c.labels, c.records, peer), c.true(c.records))
                for c in large
            ],
            axis=0,
        )
        accuracy, loss, error = flat[name]
        print(f"{name}: {accuracy:.1f} % · {loss:.3f} · {error:.3f}")
    panels = []
    for i, (title, form) in enumerate((("Accuracy in %", "{:.0f}"), ("Log loss", "{:.1f}"))):
        lines = [Line("learned", [(x, float(m[i])) for x, m in enumerate(curve)], 0)]
        lines += [
            Line(name, [(0.0, float(m[i])), (len(curve) - 1.0, float(m[i]))], color)
            for color, (name, m) in enumerate(flat.items(), 2)
        ]
        x_ticks = [(float(x), str(n)) for x, n in enumerate(ADJUDICATIONS)]
        panels.append(Panel(title, "adjudications", x_ticks, _ticks(lines, form), lines))
    shown = ", ".join(
        f"{m[0]:.1f} % and {m[1]:.2f} with {n}" for n, m in zip(ADJUDICATIONS, curve, strict=True)
    )
    return drawing(
        "What adjudications are worth",
        f"Mean accuracy and log loss of learned over {len(large)} datasets: {shown} adjudications.",
        panels,
    )


def _ticks(lines: Sequence[Line], form: str) -> list[tuple[float, str]]:
    """Round numbers round all points."""
    values = [y for line in lines for _, y in line.points]
    step = 2.0 if form == "{:.0f}" else 0.2
    first, last = int(np.floor(min(values) / step)), int(np.ceil(max(values) / step))
    return [(n * step, form.format(n * step)) for n in range(first, last + 1)]


def main(arguments: list[str]) -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(prog="engine_pictures")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/bench"))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--into", type=Path, default=Path("docs"))
    options = parser.parse_args(arguments)
    found = list(crowds(options.folder))
    if found:
        (options.into / "reliability.svg").write_text(reliability(found, options.draws), "utf-8")
        (options.into / "learning.svg").write_text(learning(found, options.draws), "utf-8")
