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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import redis

from argilla_distill.domain.records import Dataset, Record, Response
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.dispatch import REPORT, SWEEP
from argilla_distill.plugin.settings import Settings, read
from argilla_distill.plugin.store import Store
from argilla_distill.workers import jobs
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.processes import worker
from argilla_distill.workers.processes.lasting_worker import LastingWorker
from argilla_distill.workers.use_cases import counts
from argilla_distill.workers.use_cases.world import World
from benchmarks.scale.big_dataset import WORKSPACE, fill
from benchmarks.scale.drawn import QUESTION, draw, person
from benchmarks.scale.made_texts import Texts
from demo.running.servers import RedisServer

ANSWERS = 5
ANNOTATORS = 200
SMALL = 2_000
ODD = 77
"""How far apart, by number, those are who answer one after another."""

ANSWERED, READ, HAND = "waits:answered", "waits:read", "waits:hand"
"""What was answered, record → [who, at]; when it was read, record → s; what workers did, as a list."""

ALONE_S = 10.0
WARM_S = 5.0
"""So long answers come before anything is measured: until both datasets' models are loaded, and longer."""

LEFT_S = 120.0
"""So long is waited for answers that were not read when the work was done."""


class ArgillaToldByRedis(Gateway):
    """An Argilla with the drawn datasets, whose further answers are told by Redis."""

    def __init__(self, store: Store, datasets: Mapping[str, AnsweredDataset], words: int) -> None:
        super().__init__(httpx.Client())
        self._store, self._datasets = store, datasets
        self._texts = Texts(words)

    def dataset(self, dataset_id: str, workspaces: Mapping[str, str] | None = None) -> Dataset:
        return self._datasets[dataset_id].dataset

    def datasets(self, published: bool = True) -> list[Dataset]:
        return [each.dataset for each in self._datasets.values()]

    def users(self) -> dict[str, str]:
        return {person(n).key: person(n).name for n in range(ANNOTATORS + 1)}

    def admins(self) -> set[str]:
        return set()

    def guidelines(self, dataset_id: str) -> str:
        return ""

    def activity(self, dataset_id: str) -> int:
        return self._datasets[dataset_id].dataset.last_activity

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        with self._store.redis.pipeline() as pipe:
            for record in ids:
                pipe.hsetnx(READ, record, time.time())
            pipe.execute()
        return self._shown(dataset_id, ids)

    def page(self, dataset_id: str, offset: int, limit: int) -> tuple[list[Record], int]:
        ids = self._datasets[dataset_id].ids
        return list(self._shown(dataset_id, ids[offset : offset + limit]).values()), len(ids)

    def unparsed_page(
        self, dataset_id: str, offset: int, limit: int
    ) -> Callable[[], tuple[list[Record], int]]:
        page = self.page(dataset_id, offset, limit)
        return lambda: page

    def suggest(self, dataset_id: str, items: Iterable[dict[str, Any]]) -> dict[str, Record]:
        return self._shown(dataset_id, [item["id"] for item in items])

    def _shown(self, dataset_id: str, ids: Sequence[str]) -> dict[str, Record]:
        if not ids:
            return {}
        known = self._store.datasets.ledger(dataset_id, ids)
        extra = self._store.redis.hmget(ANSWERED, ids)
        return {
            record: self._record(record, ledger, json.loads(more) if more else None)
            for record, ledger, more in zip(ids, known, extra, strict=True)
        }

    def _record(self, record: str, known: Any, more: Any) -> Record:
        said = [
            Response(person(n).key, answer.status, answer.values, answer.at)
            for n, answer in (known.answers if known else {}).items()
            if more is None or n != more[0]
        ]
        if more is not None:
            most = statistics.mode(r.values[QUESTION.name] for r in said)
            value = next(label for label in QUESTION.labels if label != most)
            said.append(Response(person(more[0]).key, "submitted", {QUESTION.name: value}, more[1]))
        return Record(
            record, "completed", {"text": text_of(self._texts, record)}, responses=tuple(said)
        )


@dataclass(frozen=True)
class AnsweredDataset:
    """A dataset and its records."""

    dataset: Dataset
    ids: list[str]


class TellingWorker(LastingWorker):
    """Tells what it has in hand, and from when till when."""

    def perform_job(self, job: Any, queue: Any, *rest: Any) -> bool:
        start = time.time()
        done: bool = super().perform_job(job, queue, *rest)
        told = [start, time.time(), str(job.func_name).rpartition(".")[2], job.args[0]]
        self.connection.rpush(HAND, json.dumps(told))
        return done


def text_of(texts: Texts, record: str) -> str:
    """A record's text."""
    return " ".join(texts.of(int(record.replace("-", ""), 16)).values())


@contextmanager
def working(n: int, world: World) -> Iterator[None]:
    """So many workers, each a process that was forked."""

    def opened(settings: Settings) -> World:
        store = Store(redis.Redis.from_url(os.environ["DISTILL_REDIS_URL"]), "bench")
        argilla = world.gateway
        assert isinstance(argilla, ArgillaToldByRedis)
        argilla._store = store
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
        self.world = World(ArgillaToldByRedis(store, known, words), store, self.settings)
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
        [known] = self.store.datasets.ledger(dataset_id, [record])
        turn = next(self._turn) * ODD
        others = (n % ANNOTATORS for n in range(turn, turn + ANNOTATORS))
        who = next(n for n in others if known is None or n not in known.answers)
        self.store.redis.hset(ANSWERED, record, json.dumps([who, self.store.now()]))
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

    def works(self) -> Iterator[tuple[str, Callable[[], object], Callable[[float], bool]]]:
        """Kinds of work: name, what begins it, and whether it is done."""
        store, big = self.store, self.big.dataset.id
        keys = store.keys

        def fit() -> int:
            return store.models.all(big)[QUESTION.name].fit

        def outgrown() -> None:
            data, info = store.models.of(big, QUESTION.name)
            assert info is not None
            with store.redis.pipeline() as pipe:
                small = replace(info, fit_votes=1, changes=info.votes)
                store.models.write(pipe, big, QUESTION.name, data, small)
                store.model_copies.write_saved(pipe, big)
                pipe.execute()

        def cold() -> None:
            store.redis.set(keys.of(big, "saved"), f"by another {time.time()}")

        def lost() -> None:
            cold()
            store.redis.delete(keys.of(big, "model"))

        yield "nothing", lambda: None, lambda s: s >= ALONE_S
        before = store.reports.last(big)
        yield (
            "report",
            lambda: self._ask(REPORT),
            lambda s: store.reports.last(big) != before,
        )
        swept = store.datasets.info(big).get("swept_at")
        yield (
            "sweep",
            lambda: self._ask(SWEEP),
            lambda s: store.datasets.info(big).get("swept_at") != swept,
        )
        yield "cold load", cold, lambda s: s >= ALONE_S
        number = fit()
        yield "fit", outgrown, lambda s: fit() > number
        store.redis.delete(keys.of(big, "fitting"))  # no rest before the next
        number = fit()
        yield (
            "fold",
            lost,
            lambda s: fit() > number and store.redis.hexists(keys.of(big, "model"), QUESTION.name),
        )

    def _ask(self, job: str) -> None:
        """Have the large dataset reported or swept; nobody else asks for a report meanwhile."""
        self.store.reports.claim(self.big.dataset.id)
        self.world.dispatch.enqueue(job, self.big.dataset.id)

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
                for name, begin, done in bench.works():
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
