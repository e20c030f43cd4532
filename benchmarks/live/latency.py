"""From a delivery to the suggestion that can be read in Argilla, against the two calls that this takes.

    python -m benchmarks latency [--records 100] [--workers 1] [--versions-of 2000]

The answers are there before (logged in bulk, which sends no event), and one record is measured at a time.
The clock starts when a signed delivery is sent to the listener, on a connection that was made before: a new
client reads the certificates of the world, which takes longer than a job. It stops when the service has noted
that Argilla replied to the write of a suggestion, which Argilla then has to show. Whoever asked Argilla for
it all the time would keep it from answering the service: its API is one process. After each, the two calls
that no answer can do without are made alone, of a record of a copy of the dataset: reading one with its
answers, and writing its suggestion. With `--versions-of` half of the records are measured on an idle system,
the other half, turn about, while one version after another is made of another dataset of so many records, as
a notebook has them made. Both halves then follow one answer on the other, so that each meets what the answers
before it left.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone

import httpx
import numpy as np
from standardwebhooks.webhooks import Webhook

from argilla_distill import Client
from benchmarks.live.deliveries import payload
from benchmarks.live.rig import Rig, rig
from demo.argilla.payloads import Json

TURN = 10
"""Records that are measured in a row, idle or beside."""


def alone(r: Rig, dataset: Json, record: Json, question: str) -> float:
    """Seconds that Argilla takes to show a record and to write a suggestion, for whoever does no more."""
    gateway = r.running.world.gateway
    given = {"question_id": question, "value": "a", "score": 0.5, "type": "model", "agent": "bench"}
    start = time.perf_counter()
    gateway.records(dataset["id"], [record["id"]])
    gateway.suggest(dataset["id"], [{"id": record["id"], "suggestions": [given]}])
    return time.perf_counter() - start


def writes(r: Rig) -> int:
    """How many writes of suggestions Argilla has replied to."""
    made = r.running.world.store.service.timings().get("suggest", {})
    return int(sum(n for part, n in made.items() if part not in ("sum", "errors")))


def waited(r: Rig, http: httpx.Client, dataset: Json, record: Json) -> float:
    """Seconds until our suggestion is in Argilla."""
    (webhook,) = r.running.world.store.service.webhooks().values()
    body = payload(dataset["id"], record["id"])
    now = datetime.now(timezone.utc)
    headers = {
        "content-type": "application/json",
        "webhook-id": "msg_x",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(webhook["secret"]).sign("msg_x", now, body.decode()),
    }
    before = writes(r)
    start = time.perf_counter()
    http.post(webhook["url"], content=body, headers=headers).raise_for_status()
    while True:
        while (now_written := writes(r)) == before:
            time.sleep(0.002)
        seconds, before = time.perf_counter() - start, now_written
        if r.api.suggestions(record):  # else it was another record, whose decision moved
            return seconds


@contextmanager
def versions_of(r: Rig, dataset: Json, made: list[str]) -> Iterator[None]:
    """Make one version after another meanwhile; the last one is waited for."""
    over = threading.Event()

    def go_on() -> None:
        with Client(
            r.running.service.url, r.argilla.api_key, cache=False, progress=False
        ) as client:
            while not over.is_set():
                made.append(client.dataset(dataset["id"]).create().name)

    making = threading.Thread(target=go_on)
    making.start()
    asked = r.running.world.store.versions.asked
    while not asked(dataset["id"]):
        time.sleep(0.05)
    try:
        yield
    finally:
        over.set()
        making.join()


def _row(name: str, seconds: list[float], calls: list[float]) -> str:
    p50, p95 = np.percentile(seconds, [50, 95])
    two = float(np.median(calls))
    times = f"{p50:.3f} s | {p95:.2f} s | {max(seconds):.2f} s"
    return f"| {len(seconds)}, {name} | {times} | {two:.3f} s | {p50 / two:.2f} |"


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="latency")
    parser.add_argument("--records", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--versions-of", type=int, default=0)
    options = parser.parse_args(arguments)
    idle: list[float] = []
    beside: list[float] = []
    calls: list[float] = []
    made: list[str] = []
    with rig(workers=options.workers) as r, httpx.Client() as http:
        r.running.service.cron.stop()  # it would find the new datasets by itself
        dataset = r.dataset("latency", options.records, answers=3)
        copy = r.dataset("alone", options.records, answers=3)
        question = r.api.question_id(copy, "label")
        large = None
        if options.versions_of:
            large = r.dataset("large", options.versions_of, answers=3)
            r.running.service.command("reconcile", large["id"])
            r.running.settle(large)
        records, copies = list(r.api.records(dataset)), iter(r.api.records(copy))
        for start in range(0, len(records), TURN):
            some = records[start : start + TURN]
            if large is None or start // TURN % 2 == 0:
                for record in some:
                    idle.append(waited(r, http, dataset, record))
                    if large is None:
                        r.running.settle(dataset)
                        calls.append(alone(r, copy, next(copies), question))
                r.running.settle(dataset)
                if large is not None:
                    calls += [alone(r, copy, next(copies), question) for _ in some]
                continue
            with versions_of(r, large, made):
                beside += [waited(r, http, dataset, record) for record in some]
    print("| records | median | p95 | worst | the two calls alone, median | ratio of medians |")
    print("| --- | --- | --- | --- | --- | --- |")
    print(_row("idle", idle, calls))
    if beside:
        print(_row(f"beside {len(made)} versions", beside, calls))
