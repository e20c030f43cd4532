"""A burst of dirty records, against Argilla's bulk endpoint alone in the same run.

    python -m benchmarks burst [--records 1000] [--rounds 3]

Alone: the same suggestions for a copy of the dataset, in bulk calls of the same size, one after the
other; for a copy before ours and one after it, because Argilla's own speed drifts. Ours: from
marking all records dirty until Argilla shows a suggestion on every one; everything in between
(reading, observing, learning, deciding, keeping) counts.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from benchmarks.live.rig import BULK, Rig, rig
from demo.argilla.payloads import Json


def alone(r: Rig, dataset: Json) -> float:
    """Records a second that Argilla's bulk endpoint takes."""
    question = r.api.question_id(dataset, "label")
    given = {"question_id": question, "value": "a", "score": 0.5, "type": "model", "agent": "bench"}
    items = [{"id": record["id"], "suggestions": [given]} for record in r.api.records(dataset)]
    start = time.perf_counter()
    for first in range(0, len(items), BULK):
        r.running.world.gateway.suggest(dataset["id"], items[first : first + BULK])
    return len(items) / (time.perf_counter() - start)


def ours(r: Rig, dataset: Json) -> tuple[float, float]:
    """Records a second that we publish, and the same until nothing is left to refresh."""
    ids = [record["id"] for record in r.api.records(dataset)]
    start = time.perf_counter()
    r.running.world.dispatch.mark(dataset["id"], ids)
    published = r.running.world.store.datasets
    while int(published.info(dataset["id"]).get("published", 0)) < len(ids):
        time.sleep(0.02)
    seconds = time.perf_counter() - start
    r.running.settle(dataset)
    whole = time.perf_counter() - start - 0.2
    assert all(record["suggestions"] for record in r.api.records(dataset))
    return len(ids) / seconds, len(ids) / whole


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="burst")
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    print("| round | Argilla alone | ours | ratio | ours, all refreshed |")
    print("| --- | --- | --- | --- | --- |")
    ratios = []
    with rig() as r:
        r.running.service.cron.stop()  # it would find the new datasets, and work on them by itself
        for n in range(options.rounds):
            names = (f"before-{n}", f"burst-{n}", f"after-{n}")
            first, dataset, last = (r.dataset(x, options.records, answers=3, seed=n) for x in names)
            before = alone(r, first)
            rate, whole = ours(r, dataset)
            theirs = 2 / (1 / before + 1 / alone(r, last))
            ratios.append(rate / theirs)
            print(
                f"| {n + 1} | {theirs:.0f}/s | {rate:.0f}/s | {rate / theirs:.2f} | {whole:.0f}/s |",
                flush=True,
            )
    print(f"\nmedian ratio {np.median(ratios):.2f}")
