"""From a delivery to the suggestion that can be read in Argilla: one record at a time, idle system.

    python -m benchmarks latency [--records 100]

The answers are there before (logged in bulk, which sends no event). The clock starts when a signed
delivery is sent to the listener, and stops when Argilla first shows our suggestion.
"""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timezone

import httpx
import numpy as np
from standardwebhooks.webhooks import Webhook

from benchmarks.live.deliveries import payload
from benchmarks.live.rig import rig


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="latency")
    parser.add_argument("--records", type=int, default=100)
    options = parser.parse_args(arguments)
    seconds = []
    with rig() as r:
        r.running.service.cron.stop()  # it would find the new dataset by itself
        dataset = r.dataset("latency", options.records, answers=3)
        (webhook,) = r.running.world.store.service.webhooks().values()
        for record in r.api.records(dataset):
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
            seconds.append(time.perf_counter() - start)
            r.running.settle(dataset)
    p50, p95 = np.percentile(seconds, [50, 95])
    print("| records | median | p95 | worst |")
    print("| --- | --- | --- | --- |")
    print(f"| {len(seconds)} | {p50:.2f} s | {p95:.2f} s | {max(seconds):.2f} s |")
