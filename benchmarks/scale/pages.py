"""Our pages on a dataset of 100,000 records and 500,000 answers, and deliveries while they are in use.

    python -m benchmarks pages [--records 100000] [--looks 100] [--rate 500] [--seconds 30] [--redis URL]

One web process. A page's latency is from the server's own machine, one at a time,
until its last byte; its weight is the page with the style sheet and the icon. Argilla, which a
record's page asks for the fields, is a stand-in that takes as long as the real one does. Then deliveries
come at a fixed rate (as in `deliveries`), first alone, then while two people look at a page a second each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import numpy as np
from flask import Flask

from argilla_distill.domain.versions.difference import Difference
from argilla_distill.plugin import store as stores
from argilla_distill.plugin.settings import Settings, read
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.visits.sign_ins import SignIn
from argilla_distill.plugin.visitors.cookies import Cookies
from benchmarks.live.deliveries import SECRET, load
from benchmarks.scale.big_dataset import fill
from benchmarks.versions.kept_versions import keep_versions
from demo.running.servers import RedisServer
from demo.running.service import Service

ARGILLA_S = 0.017
"""How long Argilla takes for a record (seconds), as measured on a real one."""

LOOKERS = 2


class _Argilla(BaseHTTPRequestHandler):
    """Answers to every question with a record of some text."""

    def do_GET(self) -> None:
        time.sleep(ARGILLA_S)
        record_id = self.path.rsplit("/", 1)[1]
        fields = {"text": "Where is my parcel? " * 20}
        body = json.dumps({"id": record_id, "status": "completed", "fields": fields}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be silent."""


@contextmanager
def argilla() -> Iterator[str]:
    """The stand-in's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Argilla) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def signed_in(settings: Settings, store: Store) -> dict[str, str]:
    """The cookie of an owner: what signing in would give. Argilla is not asked about them again."""
    now = time.time()
    owner = SignIn("owner", "owner", "owner", (), now + 36_000, now, now + 36_000)
    serializer = Cookies(settings, store).get_signing_serializer(Flask("benchmark"))
    held = {"sign_in": store.sign_ins.begin(owner, now), "token": "t"}
    return {"distill_session": str(serializer.dumps(held))}


def addresses(store: Store, dataset_id: str, difference: Difference) -> dict[str, str]:
    """Every page, by name; of records one that is contested and one that has near-identical ones."""
    dataset, question = f"/datasets/{dataset_id}", store.reports.question(dataset_id, "topic")
    assert question is not None
    return {
        "overview": "/",
        "dataset": dataset,
        "annotators": f"{dataset}/annotators",
        "annotator": f"{dataset}/annotators/{question.annotators[0].number}",
        "examples": f"{dataset}/examples",
        "record, contested": f"/records/{store.reviews.due(dataset_id, 0, 1)[0][0]}",
        "record, with near-identical ones": f"/records/{question.across[0].record}",
        "versions": f"{dataset}/versions",
        "version": f"{dataset}/versions/latest",
        "what changed": f"{dataset}/versions/{difference.name}",
        "what changed, late page": f"{dataset}/versions/{difference.name}?cause=weighed&page=90",
    }


def look(browser: httpx.Client, path: str, times: int) -> tuple[list[float], int]:
    """Seconds until the page was there, and its bytes."""
    seconds, size = [], 0
    for _ in range(times):
        start = time.perf_counter()
        page = browser.get(path)
        seconds.append(time.perf_counter() - start)
        assert page.status_code == 200, (path, page.status_code)
        size = len(page.content)
    return seconds, size


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="pages")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=100)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--redis", default="", help="of an earlier run of `big_dataset`")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = options.redis
        if not url:
            url = stack.enter_context(RedisServer(directory / "redis")).url(1)
        service = Service(
            directory / "service", stack.enter_context(argilla()), "none.such", url, workers=0
        )
        settings = read({k: v for k, v in service.env.items() if k[:7] in ("ARGILLA", "DISTILL")})
        store = stores.connect(settings)
        dataset_id = (store.datasets.ids() or [""])[0] or fill(store, records=options.records)
        store.service.keep_webhook("w", service.url, SECRET)
        stack.enter_context(service.web)
        browser = stack.enter_context(
            httpx.Client(base_url=service.url, cookies=signed_in(settings, store), timeout=30)
        )
        where = settings.versions
        difference = keep_versions(store, where, dataset_id, options.records)
        paths = addresses(store, dataset_id, difference)
        _pages(browser, paths, options.looks)
        _deliveries(service, browser, list(paths.values()), options.rate, options.seconds)


def _pages(browser: httpx.Client, paths: dict[str, str], looks: int) -> None:
    shared = sum(len(browser.get(f"/static/{name}").content) for name in ("style.css", "icon.svg"))
    print("| page | first look | median | p95 | weight |")
    print("| --- | --- | --- | --- | --- |")
    for name, path in paths.items():
        (first,), _ = look(browser, path, 1)
        seconds, size = look(browser, path, looks)
        median, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
        weight = (size + shared) / 1000
        print(
            f"| {name} | {first * 1000:.0f} ms | {median:.0f} ms | {p95:.0f} ms | {weight:.0f} kB |",
            flush=True,
        )


def _deliveries(
    service: Service, browser: httpx.Client, paths: list[str], rate: float, seconds: float
) -> None:
    print("\n| deliveries | rate | failures | median | p99 |\n| --- | --- | --- | --- | --- |")
    asyncio.run(load(service.port, 50, 2))  # warm-up
    for name, lookers in (("alone", 0), ("pages in use", LOOKERS)):
        over = threading.Event()
        people = [
            threading.Thread(target=_use, args=(browser, paths[n:] + paths[:n], over))
            for n in range(lookers)
        ]
        for person in people:
            person.start()
        latencies, failures = asyncio.run(load(service.port, rate, seconds))
        over.set()
        for person in people:
            person.join()
        median, p99 = np.percentile(np.array(latencies) * 1000, [50, 99])
        print(
            f"| {len(latencies)}, {name} | {rate:.0f}/s | {failures} | {median:.1f} ms "
            f"| {p99:.1f} ms |",
            flush=True,
        )


def _use(browser: httpx.Client, paths: list[str], over: threading.Event) -> None:
    """Look at one page after another, one a second."""
    number = 0
    while not over.wait(1.0):
        browser.get(paths[number % len(paths)])
        number += 1
