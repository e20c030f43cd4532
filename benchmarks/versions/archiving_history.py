"""`archive`: what it takes to move the history of a large dataset into files, and to read it there.

A dataset of made-up answers, as of the benchmark `versions`, is written into a Redis of its own. Its whole
history but the last entry is read, moved, read again and looked up; each by a process of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import redis

from argilla_distill.domain.history import START
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.archiving import archive
from argilla_distill.workers.use_cases.versions.reading import read_history
from argilla_distill.workers.versions.spool import Spool
from benchmarks.versions.texts_argilla import DATASET
from benchmarks.versions.version_making import Options, fill, world
from demo.running.servers import RedisServer

ANSWERS = 5
LOOKED_UP = 200
SLOW_US = 2_000
"""Calls that keep Redis from all others for so long are noted by it, in microseconds."""

Figures = dict[str, float]


@dataclass(frozen=True)
class Place:
    """Where Redis is, and where files lie."""

    url: str
    folder: str
    options: Options

    @contextmanager
    def store(self) -> Iterator[Store]:
        """A connection of its own."""
        with redis.Redis.from_url(self.url) as client:
            yield Store(client, "distill", versions=f"{self.folder}/versions")


def filled(place: Place) -> Figures:
    """Write the dataset."""
    with place.store() as store:
        fill(store, place.options, f"{place.folder}/versions")
    return {}


def size(place: Place) -> Figures:
    """What the history takes of Redis, and of files."""
    with place.store() as store:
        taken = store.redis.memory_usage(store.keys.of(DATASET.id, "history"), samples=0)
        entries = store.history.in_redis(DATASET.id)
        return {
            "redis": float(taken),
            "entries": entries,
            "files": store.archive.size(DATASET.id)[1],
        }


def spooled(place: Place) -> Figures:
    """Read the history for a version of the last moment."""
    with place.store() as store, tempfile.TemporaryDirectory(dir=place.folder) as folder:
        request = VersionRequest("learned-1", "", store.history.last(DATASET.id))
        w, spool = world(store, place.options, f"{place.folder}/versions"), Spool(Path(folder))
        begun = _cpu()
        read_history(w, DATASET.id, request, spool, lambda: False, lambda *_: None)
        return {"cpu": _cpu() - begun}


def moved(place: Place) -> Figures:
    """Move it."""
    with place.store() as store:
        store.redis.config_set("slowlog-log-slower-than", SLOW_US)
        store.redis.slowlog_reset()
        w = world(store, place.options, f"{place.folder}/versions")
        begun, wall = _cpu(), time.perf_counter()
        done = archive(w, DATASET.id, store.now())
        slow = [float(each["duration"]) for each in store.redis.slowlog_get(128)]
        return {
            "cpu": _cpu() - begun,
            "wall": time.perf_counter() - wall,
            "entries": done.entries,
            "parts": done.files,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "slowest": max(slow, default=0.0) / 1e3,
        }


def looked_up(place: Place) -> Figures:
    """Find the entries of records anywhere in it; CPU milliseconds a record, and the slowest by the clock."""
    with place.store() as store:
        found: dict[str, list[str]] = {}
        for entry in store.history.stored_after(DATASET.id, START):
            found.setdefault(entry.record, []).append(entry.id)
        records = random.Random(7).sample(sorted(found), LOOKED_UP)
        begun, slowest = _cpu(), 0.0
        for record in records:
            wall = time.perf_counter()
            assert len(store.history.entries(DATASET.id, found[record])) == len(found[record])
            slowest = max(slowest, time.perf_counter() - wall)
        return {"cpu": (_cpu() - begun) / LOOKED_UP * 1e3, "slowest": slowest * 1e3}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _alone(work: Callable[[Place], Figures], place: Place) -> Figures:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_send, args=(theirs, work, place))
    process.start()
    theirs.close()
    answer: Figures = ours.recv()
    process.join()
    return answer


def _send(pipe: Connection, work: Callable[[Place], Figures], place: Place) -> None:
    pipe.send(work(place))


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="archive")
    parser.add_argument("--entries", type=int, default=1_000_000)
    entries = parser.parse_args(arguments).entries
    options = Options(entries // (ANSWERS + 1), ANSWERS, 150, "", 1.0)
    with (
        tempfile.TemporaryDirectory(prefix="archive-") as folder,
        RedisServer(Path(folder) / "redis", unixsocket=Path(folder) / "redis.sock") as server,
    ):
        place = Place(server.url(), folder, options)
        _alone(filled, place)
        before, read, looked = (_alone(work, place) for work in (size, spooled, looked_up))
        went = _alone(moved, place)
        after, read_again, found = (_alone(work, place) for work in (size, spooled, looked_up))
    n = before["entries"]
    print("| history | in Redis | in files | read for a version | a record looked up (slowest) |")
    print("| --- | --- | --- | --- | --- |")
    for name, sizes, reading, looking in (
        ("in Redis", before, read, looked),
        ("moved", after, read_again, found),
    ):
        print(
            f"| {name} | {sizes['redis'] / 1e6:.1f} MB ({sizes['redis'] / n:.0f} B an entry) "
            f"| {sizes['files'] / 1e6:.1f} MB ({sizes['files'] / n:.0f} B an entry) "
            f"| {reading['cpu']:.1f} s of CPU "
            f"| {looking['cpu']:.1f} ms of CPU ({looking['slowest']:.0f} ms) |"
        )
    print(
        f"\n{went['entries']:,.0f} entries moved into {went['parts']:.0f} files: {went['cpu']:.1f} s of CPU, "
        f"{went['wall']:.0f} s on the clock, {went['peak']:.0f} MB at most; the call that kept Redis "
        f"longest took {went['slowest']:.1f} ms"
    )
