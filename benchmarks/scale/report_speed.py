"""How long a report takes, how much memory, and how long it takes to read what it left.

    python -m benchmarks report_speed [--records 100000] [--answers 5] [--reviews 500] [--rounds 3]

The dataset is that of `big_dataset`, in a Redis of its own. Every round counts it in a process of its
own; the table shows the medians. *Alpha*: Krippendorff's alpha of all votes, from columns that are ready.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import redis

from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine.measures.agreement import agreement
from argilla_distill.workers.engine.measures.kappa import kappas
from argilla_distill.workers.models.values import question_of
from argilla_distill.workers.reporting.survey import survey
from argilla_distill.workers.use_cases.reports.report import report
from benchmarks.scale.big_dataset import fill
from benchmarks.scale.drawn import QUESTION
from benchmarks.scale.only_texts import world
from demo.running.servers import RedisServer


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="report_speed")
    for option, default in (("records", 100_000), ("answers", 5), ("reviews", 500), ("rounds", 3)):
        parser.add_argument(f"--{option}", type=int, default=default)
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="report-") as place,
        RedisServer(Path(place), unixsocket=Path(place) / "redis.sock") as server,
    ):
        size = (options.records, options.answers)
        dataset_id = _alone(server.url(), "fill", *size, options.reviews)[0]
        rounds = [_alone(server.url(), "count", dataset_id) for _ in range(options.rounds)]
    seconds, peak, alpha, kappa, read = np.median(np.array(rounds, np.float64), axis=0)
    print("| records | answers | report | peak memory | alpha | kappas | reading it |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(
        f"| {options.records:,} | {options.records * options.answers:,} | {seconds:.1f} s | {peak:.0f} MB "
        f"| {alpha:.2f} s | {kappa:.2f} s | {read * 1000:.0f} ms |"
    )


def _alone(url: str, what: str, *arguments: object) -> list[object]:
    """What a process of its own answers."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, url, what, arguments))
    process.start()
    answer: list[object] = ours.recv()
    process.join()
    return answer


def _work(pipe: Connection, url: str, what: str, arguments: tuple[object, ...]) -> None:
    with redis.Redis.from_url(url) as client:
        store = Store(client, "distill")
        if what == "fill":
            records, answers, reviews = map(int, map(str, arguments))
            pipe.send([fill(store, records, answers, reviews=reviews)])
        else:
            pipe.send(_count(store, str(arguments[0])))


def _count(store: Store, dataset_id: str) -> list[float]:
    start = time.perf_counter()
    report(world(store), dataset_id)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    asked = question_of(QUESTION)
    votes = survey(store, dataset_id, {QUESTION.name: asked}).questions[QUESTION.name].votes
    start = time.perf_counter()
    _ = agreement(asked, votes).alpha
    alpha = time.perf_counter() - start
    start = time.perf_counter()
    kappas(asked, votes, int(votes.annotator.max()) + 1)
    kappa = time.perf_counter() - start
    store.reports.question(dataset_id, QUESTION.name)  # the first reading looks types up
    other = Store(store.redis, "distill")
    start = time.perf_counter()
    other.reports.question(dataset_id, QUESTION.name)
    return [seconds, peak, alpha, kappa, time.perf_counter() - start]
