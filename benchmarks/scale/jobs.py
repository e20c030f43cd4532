"""What a worker takes for a job with nothing to do, and whether its memory stays the same.

    python -m benchmarks jobs [--jobs 500]

A worker of ours with its lasting child, and jobs that ask what time it is: all that is left is what RQ
and the child do for every job. Redis is one of its own; its CPU is not in the figures.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from argilla_distill.plugin.dispatch import QueuedJob
from argilla_distill.workers.processes.lasting_worker import PAGE_BYTES, LastingWorker
from demo.running.servers import RedisServer

NOTHING = "time.monotonic"
LOOKS = 10
"""So often the child's memory is looked at."""


@dataclass
class Watched:
    """What was seen of the child: CPU seconds, and its memory now and then, in MB.

    `begun` and `ended` are when the first and the last job were done: a worker takes a second to go.
    """

    cpu_s: float = 0.0
    memory: list[float] = field(default_factory=list)
    begun: float = 0.0
    ended: float = 0.0


class WatchedWorker(LastingWorker):
    """Looks at its child after every so many jobs."""

    lasting = frozenset({NOTHING})
    every = 1
    done = 0

    def wait_for_horse(self) -> tuple[int | None, int | None, Any]:
        found = super().wait_for_horse()
        self.done += 1
        watched.ended = time.perf_counter()
        watched.begun = watched.begun or watched.ended
        if self.done % self.every == 0:
            self.look(self._child)
        return found

    def look(self, child: int) -> None:
        """Note what the child takes."""
        pages = int(Path(f"/proc/{child}/statm").read_text().split()[1])
        cpu = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:13]
        watched.memory.append(pages * PAGE_BYTES / 1e6)
        watched.cpu_s = sum(map(int, cpu)) / os.sysconf("SC_CLK_TCK")


watched = Watched()


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="jobs")
    parser.add_argument("--jobs", type=int, default=500)
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="jobs-") as place,
        RedisServer(Path(place), unixsocket=Path(place) / "redis.sock") as server,
        redis.Redis.from_url(server.url()) as client,
        redis.Redis.from_url(server.url()) as own,
    ):
        queue = Queue("jobs", connection=client, serializer=JSONSerializer)
        for _ in range(options.jobs):
            queue.enqueue(NOTHING, result_ttl=0)
        worker = WatchedWorker(
            ["jobs"], connection=own, serializer=JSONSerializer, job_class=QueuedJob
        )
        worker.every = max(options.jobs // LOOKS, 1)
        before = sum(os.times()[:2])
        worker.work(burst=True, logging_level="WARNING")
        own_s = sum(os.times()[:2]) - before
        worker.dismiss()
    seconds = watched.ended - watched.begun
    cpu_ms = 1000 * (own_s + watched.cpu_s) / worker.done
    memory = " ".join(f"{each:.1f}" for each in (watched.memory[0], watched.memory[-1]))
    print("| jobs | a second | CPU of worker and child | child's memory, first and last look |")
    print("| --- | --- | --- | --- |")
    print(f"| {worker.done} | {(worker.done - 1) / seconds:.0f} | {cpu_ms:.1f} ms | {memory} MB |")
