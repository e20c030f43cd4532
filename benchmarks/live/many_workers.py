"""How much more four workers do than one, over many datasets, where Argilla takes its time.

    python -m benchmarks many_workers [--datasets 50] [--call-ms 50] [--seconds 30] [--workers 1 4]

Argilla is a stand-in whose every call takes `--call-ms`; workers are processes as an installation has them,
at one Redis. A record with five answers waits in every dataset all the time: when it is published, the next
is marked. *CPU* is that of the workers, of all they do: an answer's own job and the counting for the pages.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from argilla_distill.plugin import store
from argilla_distill.plugin.argilla import gateway
from argilla_distill.plugin.settings import read
from argilla_distill.plugin.store import StoreError
from argilla_distill.workers.use_cases.world import World
from benchmarks.live.stand_in import RunningStandIn, dataset_id, record_id
from demo.running.servers import RedisServer
from demo.running.service import Service

LOOK_S = 0.05
WARM_UP_S = 10.0


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="many_workers")
    parser.add_argument("--datasets", type=int, default=50)
    parser.add_argument("--call-ms", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    options = parser.parse_args(arguments)
    print("| workers | records a second | against one | CPU of a record | cores in use |")
    print("| --- | --- | --- | --- | --- |")
    first = 0.0
    for workers in options.workers:
        with (
            tempfile.TemporaryDirectory(prefix="many-") as place,
            RedisServer(Path(place) / "redis") as server,
            RunningStandIn(
                Path(place) / "argilla", datasets=options.datasets, call_ms=options.call_ms
            ) as argilla,
        ):
            rate, cpu_s = measured(Path(place), server, argilla, workers, options)
        first = first or rate
        print(
            f"| {workers} | {rate:.1f} | {rate / first:.2f} | {1000 * cpu_s / rate:.0f} ms "
            f"| {cpu_s:.2f} |",
            flush=True,
        )


def measured(
    place: Path,
    server: RedisServer,
    argilla: RunningStandIn,
    workers: int,
    options: argparse.Namespace,
) -> tuple[float, float]:
    """Records a second, and the CPU seconds that the workers took a second."""
    with working(place, server, argilla, workers) as (service, world):
        feed = Feed(world, options.datasets)
        feed.run(WARM_UP_S)
        cpu, start, done = cpu_of(service), time.perf_counter(), feed.done
        feed.run(options.seconds)
        seconds = time.perf_counter() - start
        return (feed.done - done) / seconds, (cpu_of(service) - cpu) / seconds


@contextmanager
def working(
    place: Path, server: RedisServer, argilla: RunningStandIn, workers: int
) -> Iterator[tuple[Service, World]]:
    """Workers as an installation has them, and neither web nor cron."""
    service = Service(place / "service", argilla.url, argilla.api_key, server.url(), workers)
    settings = read({k: v for k, v in service.env.items() if k.startswith(("ARGILLA", "DISTILL"))})
    world = World(gateway.connect(settings), store.connect(settings), settings)
    world.store.service.keep_webhook("hook", settings.delivery_url, "c2VjcmV0LW9m")
    for worker in service.workers:
        worker.launch()
    try:
        for worker in service.workers:
            worker.wait()
        yield service, world
    finally:
        for worker in service.workers:
            worker.stop()


class Feed:
    """Keeps one record of every dataset waiting; after so many `records` the first comes again.

    `done` is how many are worked on.
    """

    def __init__(self, world: World, datasets: int, records: int = 10**9) -> None:
        self.world, self.done, self.records = world, 0, records
        self._next = dict.fromkeys(range(datasets), -1)

    def run(self, seconds: float) -> None:
        """Mark the next record wherever none waits any more."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            with suppress(
                StoreError
            ):  # nobody is primary for now: marked again, which does no harm
                for dataset, number in self._next.items():
                    key = dataset_id(dataset)
                    if number < 0 or not self.world.store.dirty.sizes(key)[0]:
                        next_ = record_id(dataset, (number + 1) % self.records)
                        self.world.dispatch.mark(key, [next_])
                        self.done += number >= 0
                        self._next[dataset] = number + 1
            time.sleep(LOOK_S)

    def marked(self) -> list[tuple[int, int]]:
        """All records whose mark was acknowledged, by the numbers of dataset and record."""
        return [(dataset, n) for dataset, last in self._next.items() for n in range(last + 1)]


def cpu_of(service: Service) -> float:
    """CPU seconds of all workers and their children so far."""
    groups = {worker.pid for worker in service.workers}
    ticks = 0
    for pid, fields in processes().items():
        if pid in groups or int(fields[1]) in groups:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def processes() -> dict[int, list[str]]:
    """All processes with the fields of their `/proc/PID/stat`, from the state on."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            found[int(stat.parent.name)] = stat.read_text().rpartition(")")[2].split()
    return found
