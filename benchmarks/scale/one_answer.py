"""One answer in a large dataset, from the job's start to what would be written into Argilla.

    python -m benchmarks one_answer [--votes 1000 100000 1000000] [--answers 60] [--words 150]

Datasets are those of `big_dataset`, with texts, in a Redis of its own. Argilla is a stand-in that shows
the one new answer: its own time is not in the figures. Every answer is a vote of somebody who has
answered other records before, and differs from what is suggested: one that equals it would be an echo,
from which nothing is learned. *Cold* is a job whose process has kept nothing, *warm* one that has the
models of the job before. The figures are of the job's own CPU, so that other work on the machine does not
count; Redis's is not in them. *Mean* has the work in it that comes with every so many answers: fits that
are due, and models that are saved. *To the suggestion* is what a warm job took until it sent Argilla its
suggestion; what comes after, nobody waits for. *Looked at* is how many records a warm job read and decided,
in the mean: the answered one, and those that it moved.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import redis

from argilla_distill.domain.records import Dataset, Record
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.distilling.fitting.fit_beside import NOTHING_DUE, fit
from argilla_distill.workers.use_cases.world import World
from benchmarks.scale.answered_argilla import (
    ANNOTATORS,
    ANSWERS,
    AnsweredArgilla,
    AnsweredDataset,
    OneMore,
)
from benchmarks.scale.big_dataset import WORKSPACE, fill
from benchmarks.scale.drawn import QUESTION, draw
from demo.running.servers import RedisServer

COLD = 5
"""So many cold jobs are measured."""


class OneAnswer(AnsweredArgilla):
    """An Argilla with the drawn dataset, in which record after record is answered once more."""

    def __init__(self, dataset: AnsweredDataset, store: Store, words: int) -> None:
        super().__init__(store, {dataset.dataset.id: dataset}, words)
        self.dataset_id = dataset.dataset.id
        self.answered: dict[str, OneMore] = {}
        self.suggested_s: float | None = None  # of CPU, when the first suggestion of a job was sent

    def suggest(self, dataset_id: str, items: Iterable[dict[str, Any]]) -> dict[str, Record]:
        if self.suggested_s is None:
            self.suggested_s = time.process_time() - self.cpu_s
        return super().suggest(dataset_id, items)

    def more(self, ids: Sequence[str]) -> list[OneMore | None]:
        return [self.answered.get(record) for record in ids]

    def answer(self, record: str) -> None:
        """Somebody who has not answered the record does."""
        turn = len(self.answered)
        self.answered[record] = self.next_to_answer(self.dataset_id, record, turn)


@dataclass(frozen=True)
class Took:
    """What jobs took, in ms of CPU."""

    median: float
    mean: float
    worst: float

    @classmethod
    def of(cls, jobs: Sequence[float]) -> Took:
        return cls(statistics.median(jobs), statistics.mean(jobs), max(jobs))


class Job(NamedTuple):
    """What one job took, in ms of CPU: in all, and until it sent its suggestion; how many records it saw."""

    ms: float
    suggested_ms: float
    records: int


class Measured(NamedTuple):
    """What a few cold jobs took, and so many warm ones; these also until the suggestion, in the median, and
    how many records they looked at, in the mean."""

    cold: Took
    warm: Took
    suggested_ms: float
    looked_at: float


def measured(redis_url: str, votes: int, answers: int, words: int) -> Measured:
    """Measure cold jobs and warm ones."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        store = Store(client, "bench")
        world, ids = filled(store, votes, words)
        [dataset_id] = store.datasets.ids()
        kept = KeptModels(10**10)
        while True:  # what the dataset's being written left to do
            while distil(replace(world, kept=kept), dataset_id).waiting:
                pass
            if fit(world, dataset_id).status == NOTHING_DUE:
                break
        cold = [job(world, KeptModels(), ids[n]).ms for n in range(COLD)]
        job(world, kept, ids[COLD])  # loads what the others have saved
        jobs = [job(world, kept, ids[n]) for n in range(COLD + 1, COLD + 1 + answers)]
    return Measured(
        Took.of(cold),
        Took.of([each.ms for each in jobs]),
        statistics.median(each.suggested_ms for each in jobs),
        statistics.mean(each.records for each in jobs),
    )


def filled(store: Store, votes: int, words: int) -> tuple[World, list[str]]:
    """A world with the drawn dataset in it, and its records in an order of no meaning."""
    records = votes // ANSWERS
    dataset_id = fill(store, records, ANSWERS, ANNOTATORS, reviews=0)
    ids = draw(records, ANSWERS, ANNOTATORS, 0, store.now(), 0).ids
    dataset = Dataset(dataset_id, "big", *WORKSPACE, "ready", store.now(), (QUESTION,))
    settings = Settings.model_validate(
        {"argilla_api_url": "http://argilla", "argilla_api_key": "of-nobody", "queue": "bench"}
    )
    store.service.keep_webhook("hook", settings.delivery_url, "c2VjcmV0LW9m")
    argilla = OneAnswer(AnsweredDataset(dataset, ids), store, words)
    world = World(argilla, store, settings)
    _mark(world, ids[-1])
    return world, ids


def job(world: World, kept: KeptModels, record: str) -> Job:
    """One delivery and its job."""
    dataset_id = _mark(world, record)
    argilla = world.gateway
    assert isinstance(argilla, OneAnswer)
    argilla.suggested_s, start = None, time.process_time() - argilla.cpu_s
    outcome = distil(replace(world, kept=kept), dataset_id)
    end = time.process_time() - argilla.cpu_s
    if (outcome.status, outcome.entries) != ("done", 1) or argilla.suggested_s is None:
        raise RuntimeError(f"the answer was not taken: {outcome}")
    return Job(1000 * (end - start), 1000 * (argilla.suggested_s - start), outcome.records)


def _mark(world: World, record: str) -> str:
    """A delivery of one more answer to a record; returns the dataset's id."""
    argilla = world.gateway
    assert isinstance(argilla, OneAnswer)
    argilla.answer(record)
    world.store.dirty.mark(argilla.dataset_id, [record])
    return argilla.dataset_id


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="one_answer")
    parser.add_argument("--votes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--words", type=int, default=150)
    options = parser.parse_args(arguments)
    print(
        "| votes | cold, median | warm, to the suggestion | warm, median | mean | worst | looked at |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    with (
        tempfile.TemporaryDirectory(prefix="one-") as place,
        RedisServer(Path(place), unixsocket=Path(place) / "redis.sock") as server,
    ):
        for votes in options.votes:
            found = measured(server.url(), votes, options.answers, options.words)
            warm = found.warm
            took = (found.cold.median, found.suggested_ms, warm.median, warm.mean, warm.worst)
            figures = " | ".join(f"{ms:.1f} ms" for ms in took)
            print(f"| {votes:,} | {figures} | {found.looked_at:.1f} |", flush=True)
