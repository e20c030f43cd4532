"""Reviews through a real Argilla: what a reviewer's answers in the review dataset buy.

    python -m benchmarks review_live [FOLDER…] [--reviews 100] [--step 5]

Each folder holds `answers.csv`, `items.csv` and `truth.csv` of recorded answers. They are logged in
Argilla, reviews are enabled, and a reviewer takes the first records of the review dataset in Argilla's
own order by `priority`, answers with the truth, and takes the next ones once what was said has come
back. What is measured are our decisions on all records with truth: accuracy, and log loss. How other
orders do is `reviews`, which needs no Argilla.
"""

from __future__ import annotations

import argparse
import sys
from math import log
from pathlib import Path
from statistics import fmean

from argilla_distill.workers.use_cases.reviews import enable
from benchmarks.live.replay import BENCH, played
from benchmarks.live.rig import Rig, rig
from demo.argilla.payloads import Json
from demo.running.installation import eventually
from demo.scenarios.recorded import recorded

STOPS = (0, 20, 50, 100)
ORDER = [{"scope": {"entity": "metadata", "metadata_property": "priority"}, "order": "desc"}]


def measured(r: Rig, dataset: Json, question: str, truth: dict[str, str]) -> tuple[float, float]:
    """Accuracy in % and log loss of what we decide on all records with truth."""
    ids = list(truth)
    found = r.running.world.store.datasets.decisions(dataset["id"], ids)
    decided = {i: (d or {})[question] for i, d in zip(ids, found, strict=True)}
    right = fmean(decided[i].value == label for i, label in truth.items())
    loss = fmean(
        -log(max(decided[i].posterior.get(label, 0.0), 1e-6)) for i, label in truth.items()
    )
    return 100 * right, loss


def begin(r: Rig, dataset: Json) -> None:
    """Enable reviews, and wait until the queue is complete."""
    enable(r.running.world, dataset["id"])
    reviews = r.running.world.store.reviews
    eventually(lambda: reviews.count_copies(dataset["id"]) > 0)
    eventually(lambda: reviews.desk_size(dataset["id"]) == 0)
    r.running.settle(dataset)


def reviewed(r: Rig, dataset: Json, question: str, truth: dict[str, str], most: int) -> int:
    """Answer the first few of the review dataset's queue. Returns how many there were."""
    kept = r.running.world.store.reviews.of(dataset["id"])
    assert kept is not None
    queue = r.api.queue(kept.id, sort=ORDER)
    queue = [copy for copy in queue if copy["external_id"] in truth][:most]
    for copy in queue:
        r.api.answer(copy, {question: truth[copy["external_id"]], "why": "it is so"})

    def back() -> bool:
        ids = [copy["external_id"] for copy in queue]
        ledger = r.running.world.store.datasets.ledger(dataset["id"], ids)
        return all(entry is not None and entry.adjudications for entry in ledger)

    eventually(back)
    r.running.settle(dataset)
    return len(queue)


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="review_live")
    folders = [BENCH / name for name in ("llmbar_jury", "rte", "zencrowd_us")]
    parser.add_argument("folders", nargs="*", type=Path, default=folders)
    parser.add_argument("--reviews", type=int, default=max(STOPS))
    parser.add_argument("--step", type=int, default=5)
    options = parser.parse_args(arguments)
    print("| answers of | reviews | accuracy, % | log loss |")
    print("| --- | --- | --- | --- |")
    for folder in options.folders:
        if not (folder / "answers.csv").exists():
            print(f"| {folder.name} | skipped: no {folder}/answers.csv | | |")
            continue
        scenario = recorded(folder)
        with rig() as r:
            dataset = played(r, scenario, folder.name, 1)
            (asked,) = scenario.label_questions
            truth = {
                dataset["ids"][i.id]: str(i.truth[asked.name]) for i in scenario.items if i.truth
            }
            begin(r, dataset)
            done = 0
            while True:
                if done in STOPS or done >= options.reviews:
                    accuracy, loss = measured(r, dataset, asked.name, truth)
                    print(f"| {folder.name} | {done} | {accuracy:.2f} | {loss:.3f} |", flush=True)
                if done >= options.reviews:
                    break
                some = reviewed(r, dataset, asked.name, truth, options.step)
                if not some:
                    print(f"{folder.name}: nothing is left to review", file=sys.stderr)
                    break
                done += some
