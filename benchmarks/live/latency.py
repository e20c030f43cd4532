"""From a delivery to the suggestion that can be read in Argilla: one record at a time.

    python -m benchmarks latency [--records 100] [--workers 1] [--versions-of 2000]

The answers are there before (logged in bulk, which sends no event). The clock starts when a signed
delivery is sent to the listener, and stops when Argilla first shows our suggestion. With `--versions-of`
half of the records are measured on an idle system, the other half, turn about, while one version after
another is made of another dataset of so many records, as a notebook has them made. Both halves then follow
one answer on the other, so that each meets what the answers before it left to do.
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


def waited(r: Rig, dataset: Json, record: Json) -> float:
    """Seconds until Argilla shows our suggestion."""
    (webhook,) = r.running.world.store.service.webhooks().values()
    body = payload(dataset["id"], record["id"])
    now = datetime.now(timezone.utc)
    headers = {
        "content-type": "application/json",
        "webhook-id": "msg_x",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(webhook["secret"]).sign("msg_x", now, body.decode()),
    }
    start = time.perf_counter()
    httpx.post(webhook["url"], content=body, headers=headers).raise_for_status()
    while not r.api.suggestions(record):
        time.sleep(0.01)
    return time.perf_counter() - start


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


def _row(name: str, seconds: list[float]) -> str:
    p50, p95 = np.percentile(seconds, [50, 95])
    return f"| {len(seconds)}, {name} | {p50:.2f} s | {p95:.2f} s | {max(seconds):.2f} s |"


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="latency")
    parser.add_argument("--records", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--versions-of", type=int, default=0)
    options = parser.parse_args(arguments)
    idle: list[float] = []
    beside: list[float] = []
    made: list[str] = []
    with rig(workers=options.workers) as r:
        r.running.service.cron.stop()  # it would find the new datasets by itself
        dataset = r.dataset("latency", options.records, answers=3)
        large = None
        if options.versions_of:
            large = r.dataset("large", options.versions_of, answers=3)
            r.running.service.command("reconcile", large["id"])
            r.running.settle(large)
        records = list(r.api.records(dataset))
        for start in range(0, len(records), TURN):
            some = records[start : start + TURN]
            if large is None or start // TURN % 2 == 0:
                for record in some:
                    idle.append(waited(r, dataset, record))
                    if large is None:
                        r.running.settle(dataset)
                r.running.settle(dataset)
                continue
            with versions_of(r, large, made):
                beside += [waited(r, dataset, record) for record in some]
    print("| records | median | p95 | worst |")
    print("| --- | --- | --- | --- |")
    print(_row("idle", idle))
    if beside:
        print(_row(f"beside {len(made)} versions", beside))
