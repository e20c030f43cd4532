"""Which of two strategies makes the better labels, and the better small model: what `compare` says.

    python -m benchmarks compare [FOLDER] [--pairs 200] [--first 0] [--records 20000]

FOLDER (default ``../shared/bench/medical_relations``) has answers, texts and truth of a multi-label
question; it is skipped where it is not there. Every record that has a truth is taken for an audit, and held
out in one of ten folds. Then: pairs of made-up label sets that are equally good, of which none may win more
often than 1 time in 20; what a comparison of 20,000 records of 150 words takes; and what a run of as many
predictions takes in Redis.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
from redis import Redis

from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.domain.versions.contest import Contest
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.versions.runs import Runs
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.numbers import Ints
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.evaluation.contests import (
    Audits,
    Taught,
    decided,
    of_models,
    of_rights,
)
from argilla_distill.workers.evaluation.proxy import folds
from argilla_distill.workers.evaluation.tf_idf import TfIdf
from demo.running.servers import RedisServer

FOLDER = "../shared/bench/medical_relations"
LABELS = ("TREATS", "CAUSES")
STRATEGIES = ("learned", "majority")


def recorded(folder: Path) -> None:
    """`learned` and `majority` on recorded answers."""
    if not folder.exists():
        print(f"{folder} is not there: skipped")
        return
    answers = list(csv.DictReader((folder / "answers.csv").open(encoding="utf-8")))
    items = csv.DictReader((folder / "items.csv").open(encoding="utf-8"))
    texts = {row["task"]: row["text"] for row in items}
    rows = csv.DictReader((folder / "truth.csv").open(encoding="utf-8"))
    truth = {row["task"]: json.loads(row["label"]) for row in rows}
    labels = tuple(sorted({each for row in answers for each in row["label"].split("|") if each}))
    question = Question("multi_label", labels)
    said = {(row["task"], row["worker"]): row["label"].split("|") for row in answers}
    votes = [
        Vote(task, worker, tuple(each for each in labels if each in given))
        for (task, worker), given in said.items()
    ]
    ids = sorted(texts.keys() & truth.keys() & {vote.record for vote in votes})
    matrix, prompts = TfIdf().fit_transform(texts[i] for i in ids), [texts[i] for i in ids]
    decisions = {
        name: registry.create(name, question).fit(votes).decide(ids) for name in STRATEGIES
    }
    print("| label | compared | audits | `learned` | `majority` | verdict |")
    print("| --- " * 6 + "|")
    for label in LABELS:
        true = np.array([truth[i].get(label, -1) for i in ids])
        taught = {}
        for name, of in decisions.items():
            yes = np.array([d.posterior.get(label, 0.0) for d in of])
            chosen = np.array([int(label in (d.value or ())) for d in of])
            taught[name] = Taught(chosen, np.stack([1 - yes, yes], axis=1))
        known = true >= 0
        rights = {n: (t.labels == true)[known].astype(np.float64) for n, t in taught.items()}
        audits = Audits(np.ones(int(known.sum())), np.flatnonzero(known))
        contests = of_rights(Contest(label, "", "labels", "", ""), rights, audits)
        blank = Contest(label, "", "hard", "", "")
        contests += of_models(
            blank, matrix, taught, true, folds(prompts), prompts, np.ones(len(ids))
        )
        for each in decided(contests):
            right = f"{each.one_right:.3f} | {each.other_right:.3f}"
            cells = f"{label} | {each.aspect} | {each.audits} | {right} | {each.sentence}"
            print(f"| {cells} |", flush=True)


def alike(pairs: int, first: int = 0) -> None:
    """How often one of two equally good label sets wins, and how often the interval holds zero."""
    won = {"labels": 0, "models": 0}
    holds = {"labels": 0, "models": 0}
    n_compared = {"labels": 0, "models": 0}
    for draw in range(first, first + pairs):
        rng = np.random.default_rng(draw)
        n = 300
        true = rng.integers(0, 2, n)
        matrix = TfIdf().fit_transform(_texts(true, 0.1, 30, rng))
        prompts = [f"prompt {k // 2}" for k in range(n)]
        taught = {
            name: _noisy(np.where(rng.random(n) < 0.2, 1 - true, true)) for name in ("one", "other")
        }
        rights = {name: (each.labels == true).astype(np.float64) for name, each in taught.items()}
        audits = Audits(np.full(n, 0.1), np.arange(n) // 2)
        labels = of_rights(Contest("q", "", "labels", "", ""), rights, audits)
        blank = Contest("q", "", "hard", "", "")
        held_out = np.where(folds(prompts, 3) == 0, true, -1)
        fold = (folds(prompts, 3) != 0).astype(np.int64)
        models = of_models(blank, matrix, taught, held_out, fold, prompts, np.full(n, 0.1))
        for kind, contests in (("labels", labels), ("models", models)):
            won[kind] += any(each.verdict in ("one", "other") for each in decided(contests))
            compared = [each for each in contests if not each.stopped]
            n_compared[kind] += len(compared)
            holds[kind] += sum(each.low <= 0 <= each.high for each in compared)
    for kind, count in won.items():
        held = f"{holds[kind]} of {n_compared[kind]} intervals hold zero"
        print(f"equally good {kind}: a winner in {count} of {pairs}; {held}")


def takes(records: int) -> None:
    """CPU of a comparison of two versions with models, of texts of 150 words."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, records)
    texts = _texts(true, 0.02, 150, rng, words=20_000)
    taught = {
        name: _noisy(np.where(rng.random(records) < wrong, 1 - true, true))
        for name, wrong in (("one", 0.1), ("other", 0.2))
    }
    prompts = [f"prompt {k}" for k in range(records)]
    fold = (folds(prompts) != 0).astype(np.int64)
    begun = time.process_time()
    matrix = TfIdf().fit_transform(texts)
    held_out, pi = np.where(fold == 0, true, -1), np.full(records, 0.1)
    of_models(Contest("q", "", "hard", "", ""), matrix, taught, held_out, fold, prompts, pi)
    spent = time.process_time() - begun
    print(f"{records:,} records of 150 words: {spent:.1f} s of CPU")


def kept(predictions: int) -> None:
    """What a run takes in Redis, with and without probabilities."""
    rng = np.random.default_rng(0)
    said = [
        Prediction(
            str(UUID(bytes=rng.bytes(16))),
            LABELS[int(n % 2)],
            rng.bytes(8).hex(),
            probabilities={LABELS[0]: round(p, 3), LABELS[1]: round(1 - p, 3)},
        )
        for n, p in enumerate(rng.random(predictions).tolist())
    ]
    with TemporaryDirectory(prefix="rd-") as folder:
        socket = Path(folder) / "redis.sock"
        with (
            RedisServer(Path(folder), unixsocket=socket) as server,
            Redis.from_url(server.url()) as client,
        ):
            keys = Keys("run")
            runs = Runs(client, keys)
            for name, some in (
                ("without probabilities", [replace(each, probabilities=None) for each in said]),
                ("with probabilities", said),
            ):
                runs.add("d", ModelRun(name, "q", predictions=len(some)), some)
                taken = client.memory_usage(keys.of("d", f"run_predictions:{name}"), samples=0)
                print(
                    f"{predictions:,} predictions {name}: {int(taken or 0) / predictions:.0f} bytes each"
                )


def _noisy(labels: Ints) -> Taught:
    return Taught(labels, np.eye(2)[labels] * 0.6 + 0.2)


def _texts(
    true: Ints, telling: float, length: int, rng: np.random.Generator, words: int = 300
) -> list[str]:
    common = [f"word{n}" for n in range(words)]
    share = 1 / np.arange(1, words + 1)
    found = []
    for label in true.tolist():
        drawn = rng.choice(words, length, p=share / share.sum())
        own = rng.random(length) < telling
        found.append(
            " ".join(
                f"own{label}x{k % 20}" if o else common[k] for k, o in zip(drawn, own, strict=True)
            )
        )
    return found


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=FOLDER, type=Path)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the first draw's seed")
    parser.add_argument("--records", type=int, default=20_000)
    chosen = parser.parse_args(arguments)
    recorded(chosen.folder)
    alike(chosen.pairs, chosen.first)
    if chosen.records:
        takes(chosen.records)
        kept(chosen.records)


if __name__ == "__main__":
    main()
