"""What making a version of a large dataset takes: CPU, memory, and bytes of its files.

    python -m benchmarks versions [--records 100000] [--answers 5] [--words 150] [--strategy learned]
                                  [--no-verify]

Answers are those of `big_dataset`, in a Redis of its own. Argilla is a stand-in that has a text for every
record, made when it is asked for: its CPU is told apart. The version is made in processes of its own as a
worker makes it, in slices, and verified in another.

Texts are words of a made-up vocabulary of 30,000, drawn by Zipf's law. Deflated they take a little more than
English: `--texts` measures both (English: the documentation that comes with Python).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import redis

from argilla_distill.domain.history import Details, Entry
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.versions import verifying
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import beside
from benchmarks.scale.drawn import QUESTION, Drawn, draw, person
from benchmarks.scale.made_texts import Texts, compare_texts
from benchmarks.versions.texts_argilla import DATASET, TextsArgilla
from demo.running.servers import RedisServer

ANNOTATORS = 200
SEED = 0
CHUNK = 5_000


@dataclass(frozen=True)
class Options:
    """The command line, for the processes that measure."""

    records: int
    answers: int
    words: int
    strategy: str
    slice_s: float

    def drawn(self, now: int) -> Drawn:
        """The answers."""
        return draw(self.records, self.answers, ANNOTATORS, 0, now, SEED)


def fill(store: Store, options: Options, place: str) -> float:
    """Write history, annotators and the records' ids. Returns the MB that Redis holds then."""
    now = store.now()
    drawn = options.drawn(now)
    _ids(place).write_bytes(b"".join(uuid.UUID(record_id).bytes for record_id in drawn.ids))
    store.datasets.add(DATASET.id)
    store.datasets.note(DATASET.id, name=DATASET.full_name, state="active")
    people = {n: person(n) for n in range(ANNOTATORS)}
    store.service.keep_users({p.key: p.name for p in people.values()})
    with store.redis.pipeline(transaction=False) as pipe:
        store.datasets.write_annotators(pipe, DATASET.id, people)
        pipe.execute()
    number = 0
    for start in range(0, options.records, CHUNK):
        with store.redis.pipeline(transaction=False) as pipe:
            entries = []
            for row in range(start, min(start + CHUNK, options.records)):
                for entry in _said(drawn, row):
                    number += 1
                    entries.append(entry.filed(f"{now - 10**9 + number}-0"))
            store.history.append(pipe, DATASET.id, entries)
            pipe.execute()
    return float(store.redis.info("memory")["used_memory"]) / 1e6


def _said(drawn: Drawn, row: int) -> list[Entry]:
    """What the history has of a record: its answers, and what was decided."""
    record = drawn.ids[row]
    said = [
        Entry(
            "answer",
            record,
            int(who),
            "submitted",
            {QUESTION.name: QUESTION.labels[value]},
            at=int(at),
        )
        for who, value, at in zip(drawn.who[row], drawn.value[row], drawn.at[row], strict=True)
    ]
    details = Details(confidence=0.9, strategy="learned", fit=4)
    values = {QUESTION.name: QUESTION.labels[drawn.truth[row]]}
    return [*said, Entry("decision", record, values=values, details=details)]


def world(store: Store, options: Options, place: str) -> World:
    """What making a version needs."""
    settings = Settings.model_validate(
        {
            "argilla_api_url": "http://argilla",
            "argilla_api_key": "of-nobody",
            "queue": "bench",
            "versions": place,
        }
    )
    return World(TextsArgilla(_ids(place), Texts(options.words)), store, settings)


def _ids(place: str) -> Path:
    """The file of the records' ids."""
    return Path(place).parent / "ids"


def measured(store: Store, options: Options, place: str) -> dict[str, Any]:
    """Make one version in slices; what that took."""
    import sklearn.feature_extraction.text
    import sklearn.linear_model  # noqa: F401  # a worker has loaded it before

    w = world(store, options, place)
    argilla = w.gateway
    assert isinstance(argilla, TextsArgilla)
    before_mb, started, wall = _peak_mb(), _cpu(), time.perf_counter()
    ask(w, DATASET, options.strategy)
    stages: dict[str, float] = {}
    longest, manifest = 0.0, None
    while manifest is None:
        cpu, begun, pages = _cpu(), time.perf_counter(), argilla.cpu_s
        done = make(w, DATASET.id, options.slice_s, aside=beside)
        longest = max(longest, time.perf_counter() - begun)
        spent = _cpu() - cpu - (argilla.cpu_s - pages)
        stages[done.status] = stages.get(done.status, 0.0) + spent
        manifest = done.manifest
    with suppress(ChildProcessError):
        os.wait()  # what it took is known then
    size = sum(f.stat().st_size for f in Path(place).rglob("*.parquet"))
    return {
        "cpu": _cpu() - started - argilla.cpu_s,
        "pages": argilla.cpu_s,
        "wall": time.perf_counter() - wall,
        "before": before_mb,
        "peak": _peak_mb(),
        "longest": longest,
        "bytes": size,
        "votes": manifest.votes,
        "stages": stages,
        "prints": sum(
            float(store.redis.memory_usage(f"distill:{DATASET.id}:{key}", samples=0) or 0)
            for key in ("prompts", "prompts:joined")
        ),
    }


def verified(store: Store, options: Options, place: str) -> dict[str, Any]:
    """Verify the version; what that took."""
    w = world(store, options, place)
    started = _cpu()
    verdict = verifying.verify(w, DATASET, "latest")
    return {"cpu": _cpu() - started, "peak": _peak_mb(), "status": verdict.status}


WORK: dict[str, Callable[[Store, Options, str], dict[str, Any]]] = {
    "fill": lambda store, options, place: {"mb": fill(store, options, place)},
    "make": measured,
    "verify": verified,
}


def _cpu() -> float:
    """CPU seconds of this process, and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak_mb() -> float:
    """Of the larger one; the other looks after it and does nothing else meanwhile."""
    peaks = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(each.ru_maxrss for each in peaks) / 1024


def _alone(what: str, url: str, options: Options, place: str) -> dict[str, Any]:
    """What a process of its own answers; a version is made with Arrow's memory as a worker has it."""
    pools = {"ARROW_DEFAULT_MEMORY_POOL": "system"} if what == "make" else {}
    os.environ.update(pools)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, what, url, options, place))
    process.start()
    theirs.close()
    answer: dict[str, Any] = ours.recv()
    process.join()
    for name in pools:
        del os.environ[name]
    return answer


def _work(pipe: Connection, what: str, url: str, options: Options, place: str) -> None:
    with redis.Redis.from_url(url) as client:
        pipe.send(WORK[what](Store(client, "distill"), options, place))


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="versions")
    for option, default in (("records", 100_000), ("answers", 5), ("words", 150)):
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--strategy", default="")
    parser.add_argument("--slice-s", type=float, default=1.0)
    parser.add_argument("--texts", action="store_true", help="compare our texts with English")
    parser.add_argument("--no-verify", action="store_true", help="make it only")
    given = vars(parser.parse_args(arguments))
    verifies = not given.pop("no_verify")
    if given.pop("texts"):
        compare_texts(given["words"])
        return
    options = Options(**given)
    with (
        tempfile.TemporaryDirectory(prefix="versions-") as folder,
        RedisServer(Path(folder) / "redis", unixsocket=Path(folder) / "redis.sock") as server,
    ):
        place = f"{folder}/versions"
        filled = _alone("fill", server.url(), options, place)
        took = _alone("make", server.url(), options, place)
        checked = _alone("verify", server.url(), options, place) if verifies else {}
    n = options.records
    print(
        "| records | answers | CPU | reading pages | peak memory | bytes a record | longest turn |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(
        f"| {n:,} | {took['votes']:,} | {took['cpu']:.1f} s | {took['pages']:.1f} s "
        f"| {took['peak']:.0f} MB | {took['bytes'] / n:.0f} | {took['longest']:.2f} s |"
    )
    print(
        f"\nRedis before: {filled['mb']:.0f} MB; fingerprints: {took['prints'] / 1e6:.1f} MB of it"
    )
    stages = ", ".join(f"{stage} {s:.1f} s" for stage, s in took["stages"].items())
    print(f"CPU by stage: {stages}; {took['wall']:.0f} s on the clock")
    if verifies:
        print(f"verify: {checked['status']}, {checked['cpu']:.1f} s, {checked['peak']:.0f} MB")
