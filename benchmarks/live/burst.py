"""A burst of dirty records, against Argilla's bulk endpoint alone in the same run.

    python -m benchmarks burst [--records 1000] [--rounds 3] [--stand-in [--slower 6]]

Alone: the same suggestions for a copy of the dataset, in bulk calls of the same size, one after the
other; for a copy before ours and one after it, because Argilla's own speed drifts. Ours: from
marking all records dirty until Argilla shows a suggestion on every one; everything in between
(reading, observing, learning, deciding, keeping) counts. *Ceiling* is the ratio that is left to whoever
reads every record once before it is written, and needs no time for anything else: Argilla's API is one
process, so its CPU for reading a record adds to that for writing one. Both are measured alone, in the same
run. With `--stand-in` no Argilla's CPU is in it: its calls wait for as long as Argilla's take on an idle
machine, 8 ms for a record that is written and 1 ms for one that is read, or `--slower` times as long where
the machine is busy, and our own work takes longer too.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from argilla_distill.workers.use_cases.distilling.run import BATCH
from argilla_distill.workers.use_cases.world import World
from benchmarks.live.many_workers import working
from benchmarks.live.rig import BULK, Rig, rig
from benchmarks.live.stand_in import QUESTION, RunningStandIn, dataset_id, record_id
from demo.argilla.payloads import Json
from demo.running.servers import RedisServer

USER_TIME = 11
"""Where a process's own time stands in its line in /proc, behind its name; the kernel's for it comes next."""


def alone(r: Rig, dataset: Json) -> tuple[float, float]:
    """Records a second that Argilla's bulk endpoint takes, and the CPU of its API for each, in ms."""
    question = r.api.question_id(dataset, "label")
    given = {"question_id": question, "value": "a", "score": 0.5, "type": "model", "agent": "bench"}
    items = [{"id": record["id"], "suggestions": [given]} for record in r.api.records(dataset)]
    start, start_s = time.perf_counter(), used_s(r.argilla.api.pid)
    for first in range(0, len(items), BULK):
        r.running.world.gateway.suggest(dataset["id"], items[first : first + BULK])
    rate = len(items) / (time.perf_counter() - start)
    return rate, 1000 * (used_s(r.argilla.api.pid) - start_s) / len(items)


def reading_ms(r: Rig, dataset: Json) -> float:
    """The CPU of Argilla's API for each record that is read by its id, in calls of the size that we make."""
    ids = [record["id"] for record in r.api.records(dataset)]
    start_s = used_s(r.argilla.api.pid)
    for first in range(0, len(ids), BATCH):
        some = ids[first : first + BATCH]
        assert len(r.running.world.gateway.records(dataset["id"], some, True)) == len(some)
    return 1000 * (used_s(r.argilla.api.pid) - start_s) / len(ids)


def used_s(pid: int) -> float:
    """CPU seconds that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER_TIME]) + int(fields[USER_TIME + 1])) / os.sysconf("SC_CLK_TCK")


def ours(r: Rig, dataset: Json) -> tuple[float, float]:
    """Records a second that we publish, and the same until nothing is left to refresh."""
    ids = [record["id"] for record in r.api.records(dataset)]
    start = time.perf_counter()
    r.running.world.dispatch.mark(dataset["id"], ids)
    published(r.running.world, dataset["id"], len(ids))
    seconds = time.perf_counter() - start
    r.running.settle(dataset)
    whole = time.perf_counter() - start - 0.2
    assert all(record["suggestions"] for record in r.api.records(dataset))
    return len(ids) / seconds, len(ids) / whole


def bulk_alone(world: World, dataset: int, ids: Sequence[str]) -> float:
    """Seconds that a stand-in takes for one suggestion on each of these records, in bulk calls."""
    given = {"question_id": QUESTION["id"], "value": "a", "score": 0.5, "agent": "bench"}
    start = time.perf_counter()
    for first in range(0, len(ids), BULK):
        items = [{"id": i, "suggestions": [given]} for i in ids[first : first + BULK]]
        world.gateway.suggest(dataset_id(dataset), items)
    return time.perf_counter() - start


def published(world: World, dataset: str, records: int) -> None:
    """Wait until workers have published so many suggestions in a dataset."""
    while int(world.store.datasets.info(dataset).get("published", 0)) < records:
        time.sleep(0.02)


def beside_stand_in(options: argparse.Namespace) -> None:
    """The same, with one worker beside a stand-in."""
    print("| round | bulk alone | ours | ratio |\n| --- | --- | --- | --- |")
    with (
        tempfile.TemporaryDirectory(prefix="burst-") as place,
        RedisServer(Path(place) / "redis") as server,
        RunningStandIn(
            Path(place) / "argilla",
            datasets=options.rounds + 1,
            records=options.records,
            call_ms=10 * options.slower,
            write_us=8_000 * options.slower,
            read_us=1_000 * options.slower,
        ) as argilla,
        working(Path(place), server, argilla, 1) as (_, world),
    ):
        for dataset in range(options.rounds + 1):
            ids = [record_id(dataset, n) for n in range(options.records)]
            alone_s = bulk_alone(world, options.rounds + 1 + dataset, ids)
            start = time.perf_counter()
            world.dispatch.mark(dataset_id(dataset), ids)
            published(world, dataset_id(dataset), len(ids))
            ours_s = time.perf_counter() - start
            if dataset:  # the first warms up
                rates = f"{len(ids) / alone_s:.0f}/s | {len(ids) / ours_s:.0f}/s"
                print(f"| {dataset} | {rates} | {alone_s / ours_s:.2f} |", flush=True)


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="burst")
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stand-in", action="store_true")
    parser.add_argument(
        "--slower", type=int, default=1, help="so many times as long: a busy machine"
    )
    options = parser.parse_args(arguments)
    if options.stand_in:
        beside_stand_in(options)
        return
    print(
        "| round | Argilla alone | ours | ratio | ours, all refreshed | Argilla reads, writes | ceiling |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    ratios, ceilings = list[float](), list[float]()
    with rig() as r:
        r.running.service.cron.stop()  # it would find the new datasets, and work on them by itself
        for n in range(options.rounds):
            names = (f"before-{n}", f"burst-{n}", f"after-{n}")
            first, dataset, last = (r.dataset(x, options.records, answers=3, seed=n) for x in names)
            reads_ms, (before, writes_ms) = reading_ms(r, first), alone(r, first)
            rate, whole = ours(r, dataset)
            theirs = 2 / (1 / before + 1 / alone(r, last)[0])
            ratios.append(rate / theirs)
            ceilings.append(writes_ms / (reads_ms + writes_ms))
            print(
                f"| {n + 1} | {theirs:.0f}/s | {rate:.0f}/s | {rate / theirs:.2f} | {whole:.0f}/s "
                f"| {reads_ms:.1f} ms, {writes_ms:.1f} ms of CPU | {ceilings[-1]:.2f} |",
                flush=True,
            )
    print(f"\nmedian ratio {np.median(ratios):.2f}, of a ceiling of {np.median(ceilings):.2f}")
