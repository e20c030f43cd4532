"""How long answers wait for a worker while a large dataset is reported, swept, fitted, loaded and folded.

    python -m benchmarks waits [--votes 20000 100000] [--words 150] [--workers 1 2] [--every 0.2]

Real workers, a Redis of its own, and two datasets: the large one, whose model knows the texts, and one of
2,000 records. Argilla is a stand-in that costs nothing. Answers come to both in turn, one every so many
seconds. An answer's *wait* is the time from its delivery until a worker begins with its record. Of each kind
of work is told how long it took, and the longest wait in either dataset with the jobs that workers had in
hand then.

- *nothing*: answers alone, for ten seconds.
- *report*, *sweep*: of the large dataset.
- *fit*: its votes have outgrown the fit.
- *cold load*: another process has saved its models, so all workers load them.
- *fold*: its snapshot is gone, as after an upgrade; the model is made of the history.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from argilla_distill.domain.records import Dataset, Record
from argilla_distill.plugin.settings import Settings, read
from argilla_distill.plugin.store import Store
from argilla_distill.workers import jobs
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.processes import worker
from argilla_distill.workers.processes.lasting_worker import LastingWorker
from argilla_distill.workers.use_cases import counts
from argilla_distill.workers.use_cases.world import World
from benchmarks.live.works import works_on
from benchmarks.scale.answered_argilla import (
    ANNOTATORS,
    ANSWERS,
    AnsweredArgilla,
    AnsweredDataset,
    OneMore,
    text_of,
)
from benchmarks.scale.big_dataset import WORKSPACE, fill
from benchmarks.scale.drawn import QUESTION, draw
from benchmarks.scale.made_texts import Texts
from demo.running.servers import RedisServer

SMALL = 2_000
"""Records of the other dataset."""

ANSWERED, READ, HAND = "waits:answered", "waits:read", "waits:hand"
"""What was answered, record → [who, at]; when it was read, record → s; what workers did, as a list."""

WARM_S = 5.0
"""So long answers come before anything is measured: until both datasets' models are loaded, and longer."""

LEFT_S = 120.0
"""So long is waited for answers that were not read when the work was done."""


class ArgillaToldByRedis(AnsweredArgilla):
    """An Argilla whose further answers are told by Redis, and which notes there what was read."""

    def more(self, ids: Sequence[str]) -> list[OneMore | None]:
        found = self.store.redis.hmget(ANSWERED, ids) if ids else []
        return [OneMore(*json.loads(each)) if each else None for each in found]

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        with self.store.redis.pipeline() as pipe:
            for record in ids:
                pipe.hsetnx(READ, record, time.time())
            pipe.execute()
        return self.shown(dataset_id, ids)


class TellingWorker(LastingWorker):
    """Tells what it has in hand, and from when till when."""

    def perform_job(self, job: Any, queue: Any, *rest: Any) -> bool:
        start = time.time()
        done: bool = super().perform_job(job, queue, *rest)
        told = [start, time.time(), str(job.func_name).rpartition(".")[2], job.args[0]]
        self.connection.rpush(HAND, json.dumps(told))
        return done


@contextmanager
def working(n: int, world: World) -> Iterator[None]:
    """So many workers, each a process that was forked."""

    def opened(settings: Settings) -> World:
        store = Store(redis.Redis.from_url(os.environ["DISTILL_REDIS_URL"]), "bench")
        argilla = world.gateway
        assert isinstance(argilla, ArgillaToldByRedis)
        argilla.store = store
        limit = settings.worker_memory_mb * 1_000_000 // 2
        return World(argilla, store, settings, KeptModels(limit))

    setattr(jobs, "opened", opened)  # noqa: B010 - a function to mypy
    setattr(sys.modules[worker.__module__], "LastingWorker", TellingWorker)  # noqa: B010 - no attribute to mypy
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=worker, args=(world.settings,)) for _ in range(n)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


@dataclass
class Waited:
    """What was seen during one kind of work."""

    seconds: float
    finished: bool
    waits: dict[str, list[tuple[float, float]]]
    """Dataset → (delivered at, waited), s"""


class TwoDatasets:
    """Two datasets, and answers that come to both."""

    def __init__(self, store: Store, votes: int, words: int, every: float, most: float) -> None:
        self.store, self.every, self.most = store, every, most
        self.texts = Texts(words)
        self.big = self._filled("big", votes // ANSWERS)
        self.small = self._filled("small", SMALL)
        self.settings = read(os.environ)
        store.service.keep_webhook("hook", self.settings.delivery_url, "c2VjcmV0LW9m")
        known = {each.dataset.id: each for each in (self.big, self.small)}
        self.argilla = ArgillaToldByRedis(store, known, words)
        self.world = World(self.argilla, store, self.settings)
        for each in (self.big, self.small):  # as a dataset is after its first sweep
            counts.begin(self.world, each.dataset.id)
        self._turn = itertools.count()
        self._next = {each.dataset.id: itertools.cycle(each.ids) for each in (self.big, self.small)}

    def _filled(self, name: str, records: int) -> AnsweredDataset:
        texts = self.texts
        dataset_id = fill(
            self.store,
            records,
            ANSWERS,
            ANNOTATORS,
            reviews=0,
            name=name,
            text=lambda record: text_of(texts, record),
        )
        ids = draw(records, ANSWERS, ANNOTATORS, 0, self.store.now(), 0).ids
        now = self.store.now()
        return AnsweredDataset(
            Dataset(dataset_id, name, *WORKSPACE, "ready", now, (QUESTION,)), ids
        )

    def answer(self, dataset_id: str) -> str:
        """Somebody answers the next record, and a delivery tells it; returns the record."""
        record = next(self._next[dataset_id])
        more = self.argilla.next_to_answer(dataset_id, record, next(self._turn))
        self.store.redis.hset(ANSWERED, record, json.dumps(more))
        self.store.redis.hdel(READ, record)
        self.world.dispatch.mark(dataset_id, [record])
        return record

    def during(self, begin: Callable[[], object], done: Callable[[float], bool]) -> Waited:
        """Answers come while the work goes on; `done` is told for how many seconds."""
        self.store.redis.delete(HAND)
        begin()
        start, sent = time.time(), list[tuple[str, str, float]]()
        for dataset in itertools.cycle((self.big.dataset, self.small.dataset)):
            sent.append((dataset.id, self.answer(dataset.id), time.time()))
            time.sleep(max(0.0, start + self.every * len(sent) - time.time()))
            finished, seconds = done(time.time() - start), time.time() - start
            if finished or seconds >= self.most:
                break
        end = time.time() + LEFT_S
        waits: dict[str, list[tuple[float, float]]] = {}
        for dataset_id, record, at in sent:
            while not (found := self.store.redis.hget(READ, record)) and time.time() < end:
                time.sleep(0.01)
            waits.setdefault(dataset_id, []).append((at, float(found or end) - at))
        return Waited(seconds, finished, waits)

    def in_hand(self, at: float, until: float) -> str:
        """What workers did between two moments."""
        every = map(json.loads, self.store.redis.lrange(HAND, 0, -1))
        names = {self.big.dataset.id: "large", self.small.dataset.id: "other"}
        found = [
            (min(end, until) - max(start, at), f"{job} {names.get(dataset, '')}")
            for start, end, job, dataset in every
            if start < until and end > at
        ]
        longest = sorted(found, reverse=True)[:2]
        return ", ".join(f"{job} {seconds:.1f} s" for seconds, job in longest)


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="waits")
    parser.add_argument("--votes", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--words", type=int, default=150)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--every", type=float, default=0.2, help="seconds between two answers")
    parser.add_argument("--most", type=float, default=300, help="seconds that a work is looked at")
    options = parser.parse_args(arguments)
    head = "votes | workers | work | took | answers | median | large dataset | other | in hand"
    print(f"| {head} |\n|{' --- |' * 9}")
    for votes, n in itertools.product(options.votes, options.workers):
        with (
            tempfile.TemporaryDirectory(prefix="waits-") as place,
            RedisServer(Path(place), unixsocket=Path(place) / "redis.sock") as server,
            redis.Redis.from_url(server.url()) as client,
        ):
            os.environ |= {
                "ARGILLA_API_URL": "http://argilla",
                "ARGILLA_API_KEY": "of-nobody",
                "DISTILL_REDIS_URL": server.url(),
                "DISTILL_KEY_PREFIX": "bench",
                "DISTILL_QUEUE": "bench",
            }
            bench = TwoDatasets(
                Store(client, "bench"), votes, options.words, options.every, options.most
            )
            with working(n, bench.world):
                bench.during(lambda: None, lambda s: s >= WARM_S)
                for name, begin, done in works_on(bench.big.dataset.id, bench.world):
                    _tell(bench, votes, n, name, bench.during(begin, done))


def _tell(bench: TwoDatasets, votes: int, n: int, name: str, seen: Waited) -> None:
    every = [wait for waits in seen.waits.values() for wait in waits]
    at, longest = max(every, key=lambda pair: pair[1])
    worst = [
        f"{max((wait for _, wait in seen.waits.get(each.dataset.id, [])), default=0.0):.2f} s"
        for each in (bench.big, bench.small)
    ]
    cells = [
        f"{votes:,}",
        str(n),
        name,
        f"{seen.seconds:.1f} s" if seen.finished else f"> {seen.seconds:.0f} s",
        str(len(every)),
        f"{1000 * statistics.median(wait for _, wait in every):.0f} ms",
        *worst,
        bench.in_hand(at, at + longest),
    ]
    print("| " + " | ".join(cells) + " |", flush=True)
