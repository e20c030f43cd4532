"""What reading a large version into pandas takes of the client, and what sending it takes of the web process.

    python -m benchmarks client [--records 100000] [--answers 5] [--words 150]

The version is that of `version_making`, downloaded from a web process of its own, whose sign-in is a
stand-in. Then everything is read once more from the cache: that is what comes beyond the transfer, with the
check of every file's digest. CPU seconds are of the process that reads, threads of Arrow's included.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import redis
from flask import Flask

from argilla_distill.plugin import serving
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.argilla.user import User
from argilla_distill.plugin.pages.site import blueprint
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from benchmarks.versions.texts_argilla import DATASET
from benchmarks.versions.version_making import Options, fill, measured
from demo.running.servers import RedisServer

KEY = "of.somebody"


class Owners(Gateway):
    """An Argilla for which everybody is an owner."""

    def __init__(self) -> None:
        super().__init__(httpx.Client())

    def identify(self, api_key: str) -> tuple[User, list[str]]:
        return User("u", "olga", "owner"), []


def make(url: str, options: Options, place: str) -> int:
    """Make the version; returns the bytes of its files."""
    with redis.Redis.from_url(url) as client:
        store = Store(client, "distill")
        fill(store, options, place)
        return int(measured(store, options, place)["bytes"])


def serve(pipe: Connection, url: str, place: str) -> None:
    """The web process, until it is told to end; then it tells its peak of memory in MB."""
    settings = Settings.model_validate(
        {"argilla_api_url": "http://argilla", "argilla_api_key": "of-nobody", "versions": place}
    )
    with redis.Redis.from_url(url) as client:
        app = Flask("argilla_distill.plugin")
        app.register_blueprint(blueprint(settings, Store(client, "distill"), Owners, Owners))
        at = serving.listen("127.0.0.1", 0)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        pipe.send(int(at.getsockname()[1]))
        ours, stopped = serving.server(app, at, 100_000), threading.Event()
        thread = threading.Thread(target=serving.run, args=(ours, stopped))
        thread.start()
        pipe.recv()
        stopped.set()
        ours.pull_trigger()
        thread.join()
    pipe.send((before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def read(address: str, cache: str) -> list[tuple[str, float, float, int]]:
    """What is done, with seconds on the clock and of CPU, and rows."""
    import pandas  # type: ignore[import-untyped]  # noqa: F401  # loaded before it is measured

    from argilla_distill import Client

    took: list[tuple[str, float, float, int]] = []

    def timed(what: str, work: Callable[[], Any]) -> None:
        cpu, wall = time.process_time(), time.perf_counter()
        rows = len(work())
        took.append((what, time.perf_counter() - wall, time.process_time() - cpu, rows))

    with Client(address, KEY, cache=cache, progress=False) as client:
        version = client.dataset(DATASET.id).version()
        timed("records: download and check", lambda: version.records().files())
        timed("records: into pandas", lambda: version.records().to_pandas())
        few = ["record_id", "fields.prompt", "helpful.value", "helpful.confidence"]
        known = version.manifest.questions[0].column
        few = [name.replace("helpful", known) for name in few]
        timed("records: four columns into pandas", lambda: version.records().to_pandas(few))
        timed("votes: download and check", lambda: version.votes().files())
        timed("votes: into pandas", lambda: version.votes().to_pandas())
        train = version.export("classification", question=version.manifest.questions[0].name)
        timed("classification, split train", lambda: train.to_arrow())
    return took


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="client")
    for option, default in (("records", 100_000), ("answers", 5), ("words", 150)):
        parser.add_argument(f"--{option}", type=int, default=default)
    options = Options(**vars(parser.parse_args(arguments)), strategy="", slice_s=1.0)
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="client-") as folder,
        RedisServer(Path(folder) / "redis", unixsocket=Path(folder) / "redis.sock") as server,
    ):
        place = f"{folder}/versions"
        with ProcessPoolExecutor(1, context) as alone:
            size = alone.submit(make, server.url(), options, place).result()
        ours, theirs = context.Pipe()
        web = context.Process(target=serve, args=(theirs, server.url(), place))
        web.start()
        try:
            with ProcessPoolExecutor(1, context) as alone:
                address = f"http://127.0.0.1:{ours.recv()}"
                took = alone.submit(read, address, f"{folder}/cache").result()
        finally:
            ours.send("end")
            before, peak = ours.recv()
            web.join()
    print(f"{options.records:,} records, {size / 1e6:.0f} MB of files\n")
    print("| | on the clock | CPU | rows |\n| --- | --- | --- | --- |")
    for what, wall, cpu, rows in took:
        print(f"| {what} | {wall:.2f} s | {cpu:.2f} s | {rows:,} |")
    print(f"\nweb process: {before:.0f} MB before, {peak:.0f} MB at its peak")
