"""An Argilla that is none: as many datasets and records as are asked for, and calls that take a fixed time.

    python -m benchmarks.live.stand_in PORT [--datasets 50] [--records 1000] [--answers 5] [--call-ms 50]

A record, its answers and its texts follow from its number, so that nothing but suggestions is held; with
`--restless 1` some answers are others whenever a single record is asked for. What is
not asked for by our workers and by `connect` is answered by 404. Many calls may be under way at once, each
of which waits for itself: it is as fast with many as with one, as no real Argilla is.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import socket
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from demo.argilla.payloads import Json
from demo.running.processes import Process, Startable, free_port

API_KEY = "of-nobody"
USERS = 50
LABELS = ("a", "b", "c", "d")
WORKSPACE = {"id": str(uuid.UUID(int=1 << 100)), "name": "bench"}
AT = "2026-11-27T08:00:00"
QUESTION = {
    "id": str(uuid.UUID(int=1 << 101)),
    "name": "label",
    "title": "Label",
    "required": True,
    "settings": {"type": "label_selection", "options": [{"value": label} for label in LABELS]},
}
NUMBERS = 1 << 40
"""So many records a dataset may have: their numbers are below it."""


def dataset_id(number: int) -> str:
    """The id of a dataset, which are numbered from 0 on."""
    return str(uuid.UUID(int=(number + 1) * NUMBERS))


def record_id(dataset: int, number: int) -> str:
    """The id of a record, which are numbered from 0 on in each dataset."""
    return str(uuid.UUID(int=(dataset + 1) * NUMBERS + number + 1))


def user(number: int) -> Json:
    """Somebody who answers; the first of them is the owner."""
    role = "annotator" if number else "owner"
    return {"id": str(uuid.UUID(int=(1 << 102) + number)), "username": f"u-{number}", "role": role}


class StandIn:
    """What there is, and what was suggested. `answer` gives the JSON of a call, None if there is no such."""

    def __init__(
        self, datasets: int, records: int, answers: int, words: int, restless: bool
    ) -> None:
        self.datasets, self.records, self.answers = datasets, records, answers
        self.restless, self.looks = restless, Counter[str]()
        draw = random.Random(0)
        self.words = ["".join(draw.choices("etaoinshrdlu", k=7)) for _ in range(5_000)]
        self.n_words = words
        self.suggestions: dict[str, list[Json]] = {}
        self.webhooks: dict[str, Json] = {}

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Json) -> Any:
        parts = path.removeprefix("/api/v1/").split("/")
        match method, parts:
            case "GET", ["version"]:
                return {"version": "2.8.0"}
            case "GET", ["me"]:
                return user(0)
            case "GET", ["users"]:
                return {"items": [user(n) for n in range(USERS)]}
            case "GET", ["me", "workspaces"]:
                return {"items": [WORKSPACE]}
            case "GET", ["workspaces", _]:
                return WORKSPACE
            case "GET", ["me", "datasets"]:
                return {"items": [self._dataset(dataset_id(n)) for n in range(self.datasets)]}
            case "GET", ["datasets", dataset]:
                return self._dataset(dataset)
            case "GET", ["datasets", _, "questions"]:
                return {"items": [QUESTION]}
            case "GET", ["datasets", _, "users", "progress"]:
                return {"users": []}
            case "GET", ["datasets", dataset, "records"]:
                return self._page(dataset, int(query["offset"][0]), int(query["limit"][0]))
            case "POST", ["datasets", _, "records", "search"]:
                [terms] = body["filters"]["and"]
                return {"items": [{"record": self._record(i)} for i in terms["values"]]}
            case "GET", ["records", record]:
                return self._record(record, looked_at=True)
            case "PUT", ["datasets", _, "records", "bulk"]:
                return {"items": [self._suggest(item) for item in body["items"]]}
            case _, ["webhooks", *which]:
                return self._webhook(method, which, body)
        return None

    def _webhook(self, method: str, which: Sequence[str], body: Json) -> Json:
        if method == "GET":
            return {"items": list(self.webhooks.values())}
        hook_id = which[0] if which else str(uuid.uuid4())
        if method == "DELETE":
            return self.webhooks.pop(hook_id)
        made = {"id": hook_id, "enabled": True, "secret": "c2VjcmV0LW9mLW5vYm9keQ=="}
        self.webhooks[hook_id] = {**made, **self.webhooks.get(hook_id, {}), **body}
        return self.webhooks[hook_id]

    def _dataset(self, dataset: str) -> Json:
        number = uuid.UUID(dataset).int // NUMBERS - 1
        return {
            "id": dataset,
            "name": f"bench-{number}",
            "workspace_id": WORKSPACE["id"],
            "status": "ready",
            "last_activity_at": AT,
            "updated_at": AT,
            "distribution": {"min_submitted": self.answers},
        }

    def _page(self, dataset: str, offset: int, limit: int) -> Json:
        number = uuid.UUID(dataset).int // NUMBERS - 1
        numbers = range(offset, min(offset + limit, self.records))
        return {
            "items": [self._record(record_id(number, n)) for n in numbers],
            "total": self.records,
        }

    def _record(self, record: str, looked_at: bool = False) -> Json:
        self.looks[record] += looked_at and self.restless
        number, turn, at = uuid.UUID(record).int % NUMBERS, self.looks[record], AT
        if turn:
            at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        truth = number * 31 % len(LABELS)
        responses = []
        for k in range(self.answers):
            wrong = (number * 7 + k * 13 + turn * 29) * 2654435761 % 1000 < 200
            label = LABELS[(truth + wrong) % len(LABELS)]
            responses.append(
                {
                    "user_id": user((number * 7 + k * 11) % USERS)["id"],
                    "status": "submitted",
                    "values": {"label": {"value": label}},
                    "updated_at": at,
                }
            )
        start = number * 17 % (len(self.words) - self.n_words)
        return {
            "id": record,
            "status": "completed",
            "fields": {"text": " ".join(self.words[start : start + self.n_words])},
            "responses": responses,
            "suggestions": self.suggestions.get(record, []),
            "inserted_at": AT,
        }

    def _suggest(self, item: Json) -> Json:
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        self.suggestions[item["id"]] = [
            {"id": str(uuid.uuid4()), "updated_at": now, **given} for given in item["suggestions"]
        ]
        return self._record(item["id"])


class Handler(BaseHTTPRequestHandler):
    """One connection, kept for many calls."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def __init__(
        self,
        *given: Any,
        stand_in: StandIn,
        call_s: float,
        write_s: float,
        read_s: float,
        page_s: float,
    ) -> None:
        self.stand_in, self.call_s, self.page_s = stand_in, call_s, page_s
        self.of_record_s = {"PUT": write_s, "POST": read_s}
        super().__init__(*given)

    def answer(self) -> None:
        """Answer a call once its time is over."""
        begun = time.monotonic()
        where = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        found = self.stand_in.answer(self.command, where.path, parse_qs(where.query), body)
        data = json.dumps(found if found is not None else {"detail": "not found"}).encode()
        n = len(found.get("items", ())) if isinstance(found, dict) else 0
        page_s = self.page_s if where.path.endswith("/records") else 0.0
        took_s = self.call_s + n * self.of_record_s.get(self.command, page_s)
        time.sleep(max(0.0, begun + took_s - time.monotonic()))
        self.send_response(200 if found is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


class Server(ThreadingHTTPServer):
    """A thread a connection; many may be made at once."""

    request_queue_size = 128
    daemon_threads = True


class RunningStandIn(Startable):
    """A stand-in in a process of its own."""

    api_key = API_KEY

    def __init__(self, directory: Path, host: str = "127.0.0.1", **options: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.url = f"http://{host}:{port}"
        more = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        argv = [sys.executable, "-m", __name__, str(port), f"--host={host}", *more]
        self.process = Process(
            "stand-in",
            argv,
            {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
            directory / "stand-in.log",
            ready=functools.partial(_listens, host, port),
        )

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        self.process.stop()


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def main(arguments: list[str]) -> None:
    """Answer calls until stopped."""
    parser = argparse.ArgumentParser(prog="stand_in")
    parser.add_argument("port", type=int)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--datasets", type=int, default=50)
    parser.add_argument("--records", type=int, default=1_000)
    parser.add_argument("--answers", type=int, default=5)
    parser.add_argument("--words", type=int, default=150)
    parser.add_argument("--call-ms", type=int, default=50)
    parser.add_argument(
        "--write-us", type=int, default=0, help="more, for each record that is written"
    )
    parser.add_argument("--read-us", type=int, default=0, help="the same of a search")
    parser.add_argument("--page-us", type=int, default=0, help="the same of a page")
    parser.add_argument("--restless", type=int, default=0)
    options = parser.parse_args(arguments)
    size = options.datasets, options.records, options.answers, options.words
    stand_in = StandIn(*size, restless=bool(options.restless))
    handler = functools.partial(
        Handler,
        stand_in=stand_in,
        call_s=options.call_ms / 1e3,
        write_s=options.write_us / 1e6,
        read_s=options.read_us / 1e6,
        page_s=options.page_us / 1e6,
    )
    with suppress(KeyboardInterrupt), Server((options.host, options.port), handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
