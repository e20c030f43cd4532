"""`connect` on a large dataset against reading its pages alone; and Redis memory per answer.

    python -m benchmarks connecting [--records 10000] [--answers 5]

Both run as whole processes: ours is `argilla-distill connect`; the other reads the same pages with
the same HTTP client and parses their JSON. Redis memory is that of all our keys after every record
was distilled, history and state together, divided by the number of answers.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from argilla_distill.workers.use_cases.sweep import PAGE
from benchmarks.live.rig import Rig, rig
from demo.running.service import BIN

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


WATCHED = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""
"""A process of a few MB: a child's peak counts what its parent held when it forked."""


def timed(argv: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Seconds, and peak memory in MB, of a whole process."""
    watched = [sys.executable, "-c", WATCHED, *argv]
    printed = subprocess.run(watched, env=env, check=True, capture_output=True, text=True).stdout
    seconds, peak = map(float, printed.split())
    return seconds, peak


def memory_of_keys(r: Rig) -> dict[str, int]:
    """Bytes of all our keys but those of RQ, by the last part of their names."""
    redis = r.running.world.store.redis
    keys = redis.scan_iter(f"{r.running.world.settings.key_prefix}:*", count=1000)
    return {
        key.decode().rsplit(":", 1)[-1]: redis.memory_usage(key, samples=0) or 0 for key in keys
    }


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="connecting")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=5)
    options = parser.parse_args(arguments)
    with rig(users=50) as r:
        for process in (*r.running.service.workers, r.running.service.cron):
            process.stop()
        dataset = r.dataset("large", options.records, options.answers)
        env = r.running.service.env
        reader = [sys.executable, "-c", READ_ALONE, dataset["id"], str(PAGE)]
        before, _ = timed(reader, env)
        ours, peak = timed([str(BIN / "argilla-distill"), "connect", "--json"], env)
        after, _ = timed(reader, env)
        alone = (before + after) / 2
        count = options.records * options.answers
        assert r.running.responses(dataset) == count
        print("| records | answers | pages alone | connect | ratio | peak memory |")
        print("| --- | --- | --- | --- | --- | --- |")
        print(
            f"| {options.records} | {count} | {alone:.1f} s | {ours:.1f} s | {ours / alone:.2f} "
            f"| {peak:.0f} MB |",
            flush=True,
        )
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
