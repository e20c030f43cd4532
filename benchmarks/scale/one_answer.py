"""One answer in a large dataset, from the job's start to what would be written into Argilla.

    python -m benchmarks one_answer [--votes 1000 100000 1000000] [--answers 15]

Datasets are those of `big_dataset`, with texts, in a Redis of its own. Argilla is a stand-in that shows
the one new answer: its own time is not in the figures. *Cold* is a job whose process has kept nothing,
*warm* one that has the models of the job before. The figures are of the job's own CPU, so that other work on
the machine does not count; Redis's is not in them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import redis

from argilla_distill.domain.records import Dataset, Record, Response
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.world import World
from benchmarks.scale.big_dataset import WORKSPACE, fill
from benchmarks.scale.drawn import QUESTION, draw, person
from demo.running.servers import RedisServer

ANSWERS = 5
ANNOTATORS = 200
NEWCOMER = ANNOTATORS + 1


class OneAnswer(Gateway):
    """An Argilla with the drawn dataset, in which one more person answers record after record."""

    def __init__(self, dataset: Dataset, store: Store) -> None:
        super().__init__(httpx.Client())
        self._dataset, self._store = dataset, store
        self.answered: dict[str, int] = {}

    def dataset(self, dataset_id: str, workspaces: Mapping[str, str] | None = None) -> Dataset:
        return self._dataset

    def users(self) -> dict[str, str]:
        return {person(n).key: person(n).name for n in range(ANNOTATORS + 2)}

    def admins(self) -> set[str]:
        return set()

    def guidelines(self, dataset_id: str) -> str:
        return ""

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        return {record: self._record(record) for record in ids}

    def suggest(self, dataset_id: str, items: Iterable[dict[str, Any]]) -> dict[str, Record]:
        return {item["id"]: self._record(item["id"]) for item in items}

    def _record(self, record: str) -> Record:
        [known] = self._store.datasets.ledger(self._dataset.id, [record])
        said = [
            Response(person(n).key, answer.status, answer.values, answer.at)
            for n, answer in (known.answers if known else {}).items()
            if n != NEWCOMER
        ]
        if record in self.answered:
            values = statistics.mode(tuple(r.values.items()) for r in said)
            at = self.answered[record]
            said.append(Response(person(NEWCOMER).key, "submitted", dict(values), at))
        text = f"Where is parcel {record}? " * 10
        return Record(record, "completed", {"text": text}, responses=tuple(said))


def measured(redis_url: str, votes: int, answers: int) -> tuple[float, float]:
    """Medians in ms: of a cold job, and of a warm one."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        store = Store(client, "bench")
        records = votes // ANSWERS
        dataset_id = fill(store, records, ANSWERS, ANNOTATORS, reviews=0)
        ids = draw(records, ANSWERS, ANNOTATORS, 0, store.now(), 0).ids
        dataset = Dataset(dataset_id, "big", *WORKSPACE, "ready", store.now(), (QUESTION,))
        settings = Settings.model_validate(
            {"argilla_api_url": "http://argilla", "argilla_api_key": "of-nobody", "queue": "bench"}
        )
        store.service.keep_webhook("hook", settings.delivery_url, "c2VjcmV0LW9m")
        argilla = OneAnswer(dataset, store)
        world = World(argilla, store, settings)
        kept = KeptModels(10**10)
        _mark(world, ids[0])
        while distil(replace(world, kept=kept), dataset_id).waiting:
            pass  # what the dataset's being written left to do
        cold = [_job(world, KeptModels(), ids[n]) for n in range(1, 1 + answers)]
        _job(world, kept, ids[answers + 1])  # loads what the others have saved
        warm = [_job(world, kept, ids[n]) for n in range(answers + 2, 2 * answers + 2)]
    return statistics.median(cold), statistics.median(warm)


def _job(world: World, kept: KeptModels, record: str) -> float:
    """One delivery and its job; the CPU that the job took, in ms."""
    dataset_id = _mark(world, record)
    start = time.process_time()
    outcome = distil(replace(world, kept=kept), dataset_id)
    took = 1000 * (time.process_time() - start)
    if (outcome.status, outcome.entries) != ("done", 1):
        raise RuntimeError(f"the answer was not taken: {outcome}")
    return took


def _mark(world: World, record: str) -> str:
    """A delivery of one more answer to a record; returns the dataset's id."""
    argilla = world.gateway
    assert isinstance(argilla, OneAnswer)
    dataset_id = argilla.dataset("").id
    argilla.answered[record] = world.store.now()
    world.store.dirty.mark(dataset_id, [record])
    return dataset_id


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="one_answer")
    parser.add_argument("--votes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--answers", type=int, default=15)
    options = parser.parse_args(arguments)
    print("| votes in the dataset | cold job, CPU | warm job, CPU |\n| --- | --- | --- |")
    with (
        tempfile.TemporaryDirectory(prefix="one-") as place,
        RedisServer(Path(place), unixsocket=Path(place) / "redis.sock") as server,
    ):
        for votes in options.votes:
            cold, warm = measured(server.url(), votes, options.answers)
            print(f"| {votes:,} | {cold:.1f} ms | {warm:.1f} ms |", flush=True)
