"""What a worker takes in memory over many jobs that each learn and decide something.

    python -m benchmarks working_day [--jobs 20000] [--datasets 50] [--records 40]

A worker as an installation has it, with its lasting child, and a stand-in for Argilla whose calls take no
time: record after record of every dataset is delivered, some of whose five answers are others each time, so
that the datasets stay as large as they are. Memory is what the worker and its child hold (resident set), at
every tenth of the jobs.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.live.many_workers import Feed, processes, working
from benchmarks.live.stand_in import RunningStandIn
from demo.running.servers import RedisServer

LOOKS = 10
RESIDENT = 21
"""Where the pages of the resident set are in the fields of `/proc/PID/stat`, from the state on."""


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="working_day")
    parser.add_argument("--jobs", type=int, default=20_000)
    parser.add_argument("--datasets", type=int, default=50)
    parser.add_argument("--records", type=int, default=40)
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="day-") as place,
        RedisServer(Path(place) / "redis") as server,
        RunningStandIn(
            Path(place) / "argilla", datasets=options.datasets, call_ms=0, restless=1
        ) as argilla,
        working(Path(place), server, argilla, 1) as (service, world),
    ):
        feed = Feed(world, options.datasets, options.records)
        print(
            "| records worked on | minutes | worker | its child | |\n| --- | --- | --- | --- | --- |"
        )
        start, before = time.perf_counter(), 0
        for look in range(1, LOOKS + 1):
            while feed.done < look * options.jobs / LOOKS:
                feed.run(1.0)
            worker = service.workers[0].pid
            every = processes()
            child = next(pid for pid, fields in every.items() if int(fields[1]) == worker)
            held = [
                int(every[pid][RESIDENT]) * resource.getpagesize() / 1e6 for pid in (worker, child)
            ]
            told = "another child" if before and child != before else ""
            before = child
            minutes = (time.perf_counter() - start) / 60
            print(
                f"| {feed.done} | {minutes:.1f} | {held[0]:.0f} MB | {held[1]:.0f} MB | {told} |",
                flush=True,
            )
