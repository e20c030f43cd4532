"""How long a full fit takes, how much memory, and what one more answer costs.

    python -m benchmarks engine_speed [--answers 10000 1000000 5000000] [--rounds 3] [--adjudicated 50]

Synthetic Dawid-Skene answers: 5 a record, 200 annotators with confusion matrices of their own,
4 labels. Every round is a process of its own, which draws the same answers from the same seed; the
table shows the median (for crowd-kit, a single round). *Fit*: from facts that come one by one. *Refit*:
again, on the current answers. This is compared with crowd-kit's DawidSkene, whose DataFrame is ready, with
ids as texts (as ours are) and as whole numbers. Our tolerance: EM stops when no responsibility moves
by more than 1e-4; crowd-kit's own: when the mean log-likelihood of an answer gains less than 1e-5.
Times are CPU seconds of one thread, so that other work on the machine counts little. Peak memory is that
of the whole process. *One answer*: learned, and every record that moved by more
than 0.02 decided again. ``--adjudicated``: so many records are, each as its first answer has it; of our
strategies alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from itertools import chain
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.contract.strategy import Strategy

ANNOTATORS, LABELS, OVERLAP = 200, 4, 5
STEPS = np.array([0, 7, 31, 77, 150])
"""Who answers a record: the first, and those so far behind."""
CHUNK = 100_000

TOLERANCE = 0.02

LEARNED = 300
"""Answers learned one by one."""

OURS = ("majority", "dawid_skene", "learned")
ITS_OWN = "crowd-kit, its own tolerance"
NUMBERS = "crowd-kit, our tolerance, ids as numbers"
PEERS = (ITS_OWN, "crowd-kit, our tolerance", NUMBERS)
PEERS_UP_TO = 1_000_000

COLUMNS = {
    "fit": ("fit", "{:.2f} s"),
    "refit": ("refit", "{:.2f} s"),
    "iterations": ("iterations", "{:.0f}"),
    "peak memory": ("peak", "{:.0f} MB"),
    "one answer": ("one", "{:.2f} ms"),
    "p95": ("p95", "{:.2f} ms"),
    "records moved": ("moved", "{:.1f}"),
}
"""Heading -> figure and how it is written."""

Columns = tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]
Figures = dict[str, float]


def answers(n: int, seed: int = 0) -> Columns:
    """Record, annotator and label of n answers."""
    rng = np.random.default_rng(seed)
    records = -(-n // OVERLAP)
    truth = rng.integers(0, LABELS, records, np.int8)
    first = rng.integers(0, ANNOTATORS, records, np.int16)
    accuracy = rng.beta(4, 3, ANNOTATORS)[:, None, None]
    confusion = rng.dirichlet(np.ones(LABELS), (ANNOTATORS, LABELS))
    confusion = accuracy * np.eye(LABELS) + (1 - accuracy) * confusion
    bounds = confusion.cumsum(axis=2)[:, :, :-1]
    record = np.repeat(np.arange(records, dtype=np.int32), OVERLAP)[:n]
    annotator, label = np.empty(n, np.int16), np.empty(n, np.int8)
    for start in range(0, n, CHUNK):  # in parts, lest this take more memory than what is measured
        part = slice(start, min(start + CHUNK, n))
        where = np.arange(start, part.stop) % OVERLAP
        annotator[part] = (first[record[part]] + STEPS[where]) % ANNOTATORS
        below = bounds[annotator[part], truth[record[part]]]
        label[part] = (rng.random(len(where))[:, None] > below).sum(axis=1)
    return record, annotator, label


def name(what: str, number: int) -> str:
    """An id as they are in Argilla: of 36 characters."""
    return f"{what}-{number:0{35 - len(what)}d}"


def names(what: str, n: int) -> list[str]:
    """All of them."""
    return [name(what, number) for number in range(n)]


def votes(columns: Columns) -> Iterator[Vote]:
    """The same as facts."""
    records, annotators = names("record", columns[0][-1] + 1), names("annotator", ANNOTATORS)
    labels = names("label", LABELS)
    for first in range(0, len(columns[0]), CHUNK):
        for i, j, k in zip(*(c[first : first + CHUNK].tolist() for c in columns), strict=True):
            yield Vote(records[i], annotators[j], labels[k])


def adjudications(columns: Columns, n: int) -> Iterator[Adjudication]:
    """Of n records, drawn at random."""
    records = columns[0][-1] + 1
    for record in np.random.default_rng(2).choice(records, min(n, records), replace=False).tolist():
        first = int(columns[2][record * OVERLAP])
        yield Adjudication(name("record", record), name("label", first))


def measure(method: str, n: int, adjudicated: int = 0) -> Figures:
    """The figures of one method on n answers; meant for a process of its own."""
    columns = answers(n)
    ours = method in OURS
    found = _ours(method, columns, adjudicated) if ours else _crowd_kit(columns, method)
    return found | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _ours(strategy: str, columns: Columns, adjudicated: int) -> Figures:
    start = time.process_time()
    model = registry.create(strategy, label_question(*names("label", LABELS)))
    model.fit(chain(votes(columns), adjudications(columns, adjudicated)))
    fitted = time.process_time()
    model.refit()
    found = {"fit": fitted - start, "refit": time.process_time() - fitted}
    if iterations := _iterations(model):
        found["iterations"] = iterations
    return found | _one_by_one(model, columns)


def _iterations(model: Strategy) -> int:
    """How often a refit sees the crowd, which it does once in every iteration of EM."""
    weigher, n = getattr(getattr(model, "model", None), "weigher", None), 0

    if not weigher:
        return 0
    step = weigher.see_crowd

    def counted(*given: Any) -> None:
        nonlocal n
        n += 1
        step(*given)

    with patch.object(weigher, "see_crowd", counted):
        model.refit()
    return n


def _one_by_one(model: Strategy, columns: Columns) -> Figures:
    model.moved(TOLERANCE)
    rng = np.random.default_rng(1)
    seconds, moved = [], []
    for _ in range(LEARNED):
        i, j, k = rng.integers((columns[0][-1] + 1, ANNOTATORS, LABELS)).tolist()
        vote = Vote(name("record", i), name("annotator", j), name("label", k))
        start = time.process_time()
        model.learn(vote)
        affected = model.moved(TOLERANCE)
        model.decide(affected)
        seconds.append(1000 * (time.process_time() - start))
        moved.append(len(affected))
    return {
        "one": float(np.median(seconds)),
        "p95": float(np.quantile(seconds, 0.95)),
        "moved": float(np.mean(moved)),
    }


def _crowd_kit(columns: Columns, method: str) -> Figures:
    import pandas as pd  # type: ignore[import-untyped]  # it has no types of its own
    from crowdkit.aggregation import DawidSkene

    class SameTolerance(DawidSkene):
        """Stops as ours does. crowd-kit stops when this gain per answer is below `tol`."""

        before_, gained_ = 0.0, 0.0

        def _e_step(self, *given: Any) -> Any:  # type: ignore[override]
            posterior = super()._e_step(*given)
            self.moved_ = float(np.abs(posterior.to_numpy() - self.before_).max())
            self.before_ = posterior.to_numpy()
            return posterior

        def _evidence_lower_bound(self, data: Any, *rest: Any) -> float:
            self.gained_ += self.moved_
            return self.gained_ * len(data)

    frame = pd.DataFrame(dict(zip(("task", "worker", "label"), columns, strict=True)))
    if method != NUMBERS:
        for column, n in (("task", columns[0][-1] + 1), ("worker", ANNOTATORS), ("label", LABELS)):
            frame[column] = np.array(names(column, n), object)[frame[column]]
    model = DawidSkene(n_iter=100) if method == ITS_OWN else SameTolerance(n_iter=200, tol=1e-4)
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # crowd-kit's use of pandas is its own business
        model.fit(frame)
    return {"refit": time.process_time() - start, "iterations": len(model.loss_history_)}


def apart(method: str, n: int, rounds: int, adjudicated: int) -> Figures:
    """The medians of `measure`, each in a process of its own."""
    command = [sys.executable, "-m", "benchmarks", "engine_speed", "--one", method, str(n)]
    command += ["--adjudicated", str(adjudicated)]
    found: list[Figures] = []
    for _ in range(rounds):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return {key: float(np.median([each[key] for each in found])) for key in found[0]}


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="engine_speed")
    parser.add_argument("--answers", type=int, nargs="+", default=[10_000, 1_000_000, 5_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--adjudicated", type=int, default=0)
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "ANSWERS"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(measure(options.one[0], int(options.one[1]), options.adjudicated)))
        return
    print("| answers | method | " + " | ".join(COLUMNS) + " |")
    print("| --- " * (2 + len(COLUMNS)) + "|")
    for n in options.answers:
        for method in (*OURS, *(PEERS if n <= PEERS_UP_TO and not options.adjudicated else ())):
            found = apart(method, n, options.rounds if method in OURS else 1, options.adjudicated)
            shown = f"`{method}`" if method in OURS else method
            cells = (
                form.format(found[key]) if key in found else "" for key, form in COLUMNS.values()
            )
            print(f"| {n:,} | {shown} | " + " | ".join(cells) + " |", flush=True)
