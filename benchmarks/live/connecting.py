"""`connect` on a large dataset against reading its pages alone; and Redis memory per answer.

    python -m benchmarks connecting [--records 10000] [--answers 5]
    python -m benchmarks connecting --records 100000 --stand-in 500

Both run as whole processes: ours is `argilla-distill connect`; the other reads the same pages with
the same HTTP client and parses their JSON. Redis memory is that of all our keys after every record
was distilled, history and state together, divided by the number of answers. Beside a stand-in, whose
pages of 500 records take 500 ms as Argilla's do and its other calls `CALL_MS`, none is measured, but with
`--publish` how fast one worker publishes what was connected: from its start until the last one is kept,
against bulk calls alone, in which each record takes `WRITE_US`; of `SOME` records before and after.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from argilla_distill.plugin import store
from argilla_distill.plugin.argilla import gateway
from argilla_distill.plugin.settings import read
from argilla_distill.workers.use_cases.sweep import PAGE
from argilla_distill.workers.use_cases.world import World
from benchmarks.live.burst import bulk_alone, published
from benchmarks.live.rig import Rig, rig
from benchmarks.live.stand_in import RunningStandIn, dataset_id, record_id
from demo.running.servers import RedisServer
from demo.running.service import BIN, Service

READ_ALONE = """
import os, sys, httpx
http = httpx.Client(base_url=os.environ["ARGILLA_API_URL"], timeout=60,
                    headers={"X-Argilla-Api-Key": os.environ["ARGILLA_API_KEY"]})
offset, total = 0, 1
while offset < total:
    query = {"include": "responses,suggestions", "offset": offset, "limit": int(sys.argv[2])}
    data = http.get(f"/api/v1/datasets/{sys.argv[1]}/records", params=query).json()
    offset, total = offset + len(data["items"]), data["total"]
"""

CALL_MS = 20
"""What Argilla takes for a call that is no page."""

WRITE_US, READ_US = 8_000, 1_000
"""What Argilla takes on an idle machine for a record that is written, and for one that is read by its id."""

SOME = 2_000

WATCHED = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
seconds = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
"""A process of a few MB: a child's peak counts what its parent held when it forked."""


def timed(argv: list[str], env: dict[str, str]) -> tuple[float, float, float]:
    """Seconds, CPU seconds, and peak memory in MB, of a whole process."""
    watched = [sys.executable, "-c", WATCHED, *argv]
    printed = subprocess.run(watched, env=env, check=True, capture_output=True, text=True).stdout
    seconds, cpu_s, peak = map(float, printed.split())
    return seconds, cpu_s, peak


def memory_of_keys(r: Rig) -> dict[str, int]:
    """Bytes of all our keys but those of RQ, by the last part of their names."""
    redis = r.running.world.store.redis
    keys = redis.scan_iter(f"{r.running.world.settings.key_prefix}:*", count=1000)
    return {
        key.decode().rsplit(":", 1)[-1]: redis.memory_usage(key, samples=0) or 0 for key in keys
    }


def compared(env: dict[str, str], dataset_id: str, records: int, answers: int) -> None:
    """Read the pages, connect, read them again; print what that took."""
    reader = [sys.executable, "-c", READ_ALONE, dataset_id, str(PAGE)]
    before, cpu_before, _ = timed(reader, env)
    ours, cpu_s, peak = timed([str(BIN / "argilla-distill"), "connect", "--json"], env)
    after, cpu_after, _ = timed(reader, env)
    alone, cpu_alone = (before + after) / 2, (cpu_before + cpu_after) / 2
    print("| records | answers | pages alone | connect | ratio | CPU of both | peak memory |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(
        f"| {records} | {records * answers} | {alone:.1f} s | {ours:.1f} s | {ours / alone:.2f} "
        f"| {cpu_alone:.1f} s, {cpu_s:.1f} s | {peak:.0f} MB |",
        flush=True,
    )


def beside_stand_in(options: argparse.Namespace) -> None:
    """The same with a stand-in for Argilla, whose every page takes so many ms."""
    with (
        tempfile.TemporaryDirectory(prefix="connect-") as place,
        RedisServer(Path(place) / "redis") as server,
        RunningStandIn(
            Path(place) / "argilla",
            datasets=1,  # the second, into which is only written, need not be there
            records=options.records,
            answers=options.answers,
            call_ms=CALL_MS,
            page_us=1000 * max(0, options.stand_in - CALL_MS) // PAGE,
            write_us=WRITE_US,
            read_us=READ_US,
        ) as argilla,
    ):
        service = Service(Path(place) / "service", argilla.url, argilla.api_key, server.url())
        compared(service.env, dataset_id(0), options.records, options.answers)
        settings = read(
            {k: v for k, v in service.env.items() if k.startswith(("ARGILLA", "DISTILL"))}
        )
        world = World(gateway.connect(settings), store.connect(settings), settings)
        known = world.store.datasets.responses(dataset_id(0))
        assert sum(known.values()) == options.records * options.answers
        if options.publish:
            print_published(service, world, options.records)


def print_published(service: Service, world: World, records: int) -> None:
    """How fast one worker publishes all of it, against bulk calls alone."""
    some = [record_id(1, n) for n in range(min(SOME, records))]
    before_s = bulk_alone(world, 1, some)
    [worker] = service.workers
    start = time.perf_counter()
    with worker:
        published(world, dataset_id(0), records)
        ours = records / (time.perf_counter() - start)
    alone = 2 * len(some) / (before_s + bulk_alone(world, 1, some))
    print(f"\npublished: {ours:.1f}/s, bulk alone {alone:.1f}/s, ratio {ours / alone:.2f}")


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="connecting")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=5)
    parser.add_argument(
        "--stand-in", type=int, metavar="MS", help="no Argilla, but one whose pages take so long"
    )
    parser.add_argument("--publish", action="store_true", help="beside a stand-in: publish as well")
    options = parser.parse_args(arguments)
    if options.stand_in is not None:
        beside_stand_in(options)
        return
    with rig(users=50) as r:
        for process in (*r.running.service.workers, r.running.service.cron):
            process.stop()
        dataset = r.dataset("large", options.records, options.answers)
        compared(r.running.service.env, dataset["id"], options.records, options.answers)
        count = options.records * options.answers
        assert r.running.responses(dataset) == count
        start = time.perf_counter()
        r.running.service.start()
        r.running.settle(dataset)
        seconds = time.perf_counter() - start
        parts = memory_of_keys(r)
        used = sum(parts.values())
        print("\n| answers | Redis memory | an answer | all published within |")
        print("| --- | --- | --- | --- |")
        print(f"| {count} | {used / 1e6:.1f} MB | {used / count:.0f} B | {seconds:.0f} s |")
        largest = sorted(parts.items(), key=lambda part: -part[1])[:6]
        print("\nof which " + ", ".join(f"{name} {size / count:.0f} B" for name, size in largest))
