"""Whether models that follow changes one by one keep to a full fit, over as many seeds as there is time.

    python -m benchmarks seeds [--seeds 1000] [--first SEED] [--only WORD] [--jobs 1] [--minutes M]

The promise is written down in `tests.workers.engine.refit_gap`, and `make test` tries it on a few seeds. A
seed draws the crowd and its path. The first one is drawn at random; a seed that fails is printed with how
to draw it again. Of a strategy on a type of question: the mean distance of probabilities from the fit.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from tests.workers.engine.refit_gap import CASES, Gap, Path

AT_ONCE = 20
"""Seeds between two looks at the clock."""


def tried(name: str, seed: int) -> tuple[Path, Gap]:
    """The path of this seed, and what it leads to; meant for a process of its own."""
    path = Path.drawn(seed, CASES[name].most)
    return path, CASES[name].gap(path)


def _all(
    pool: ProcessPoolExecutor, name: str, seeds: range, end: float
) -> Iterator[tuple[Path, Gap]]:
    """As many of the seeds as there is time for."""
    for start in range(0, len(seeds), AT_ONCE):
        if time.monotonic() >= end:
            return
        some = seeds[start : start + AT_ONCE]
        yield from pool.map(tried, [name] * len(some), some)


def main(arguments: list[str]) -> None:
    """Try and print; exits with 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(prog="seeds")
    parser.add_argument("--seeds", type=int, default=1000, help="of each case")
    parser.add_argument("--first", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--only", default="", metavar="WORD", help="cases that begin so")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--minutes", type=float, default=60.0, help="at most, for each case")
    options = parser.parse_args(arguments)
    os.environ["OMP_NUM_THREADS"] = "1"  # the matrices are small: threads would wait for each other
    seeds, failed = range(options.first, options.first + options.seeds), []
    print(f"Seeds from {options.first} on.\n")
    print("| strategy and question | seeds | median | p99 | largest | beyond | a seed |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        for name in (name for name in CASES if name.startswith(options.only)):
            start = time.monotonic()
            found = list(_all(pool, name, seeds, start + 60 * options.minutes))
            seconds = (time.monotonic() - start) * options.jobs / max(len(found), 1)
            beyond = [(name, path, gap.word) for path, gap in found if gap.word]
            failed += beyond
            mean = np.array([gap.mean for _, gap in found])
            figures = [np.median(mean), np.quantile(mean, 0.99), mean.max()]
            cells = [name, f"{len(found):,}", *(f"{x:.4f}" for x in figures)]
            print(f"| {' | '.join(cells)} | {len(beyond)} | {seconds:.2f} s |", flush=True)
    for name, path, word in failed:
        again = f"python -m benchmarks seeds --seeds 1 --first {path.seed} --only '{name}'"
        print(f"\nNot kept by {name}: {word}\n  {path}\n  {again}")
    if failed:
        sys.exit(1)
