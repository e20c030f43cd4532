"""The servers behave like servers: they deliver, pause, come back, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from demo.argilla.api import Api
from demo.running.installation import eventually
from demo.running.servers import (
    Argilla,
    Process,
    RedisServer,
    ServerError,
    argilla_python,
    free_port,
)
from tests.live.demo.newsroom import Newsroom, newsroom
from tests.places import ROOT


@pytest.fixture
def small(api: Api) -> Newsroom:
    return newsroom(api, 3)


@pytest.fixture
def deliveries() -> Iterator[tuple[str, list[bytes]]]:
    """An address that takes deliveries, and what it took."""
    taken: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", taken
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_is_delivered_and_a_logged_one_is_not(
    api: Api, small: Newsroom, deliveries: tuple[str, list[bytes]]
) -> None:
    url, taken = deliveries
    webhook = api.create_webhook(url, ["response.created", "response.updated"])
    me = small.ben.me()["id"]
    api.log_responses(small.records[0], small.dataset, {me: {"topic": "sport"}})
    small.ana.answer(small.records[1], {"topic": "sport"})

    eventually(lambda: len(taken) > 0)
    api.delete_webhook(webhook)

    assert len(taken) == 1
    assert small.records[1]["id"].encode() in taken[0]
    assert api.record(small.records[0])["responses"][0]["user_id"] == me


def test_a_changed_overlap_is_worked_through_by_argillas_worker(api: Api, small: Newsroom) -> None:
    """It needs the search engine inside the worker, where only `-c argilla_worker` registers it."""
    small.ana.answer(small.records[0], {"topic": "sport"})
    overlap = {"strategy": "overlap", "min_submitted": 1}
    path = f"/datasets/{small.dataset['id']}"
    api.call("PATCH", path, json={"distribution": overlap})
    eventually(lambda: api.record(small.records[0])["status"] == "completed")


def test_a_paused_argilla_times_out_and_a_stopped_one_refuses_until_they_are_back(
    argilla: Argilla, api: Api
) -> None:
    argilla.pause()
    try:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{argilla.url}/api/v1/version", timeout=httpx.Timeout(60, read=0.5))
    finally:
        argilla.resume()
    assert api.me()["username"] == argilla.username

    argilla.stop_api()
    try:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{argilla.url}/api/v1/version", timeout=httpx.Timeout(60, read=0.5))
    finally:
        argilla.start_api()
    assert api.me()["username"] == argilla.username


def test_redis_keeps_its_port_and_its_data_over_a_stop_and_a_kill(tmp_path: Path) -> None:
    with RedisServer(tmp_path) as server:
        url, key = server.url(1), "answer"
        for number, end in enumerate([server.stop, server.process.kill]):
            with redis.Redis.from_url(url) as client:
                client.set(f"{key}{number}", "42")
            end()
            with redis.Redis.from_url(url) as client, pytest.raises(redis.ConnectionError):
                client.ping()
            server.start()
        with redis.Redis.from_url(url, decode_responses=True) as client:
            assert client.mget("answer0", "answer1") == ["42", "42"]
            settings = client.config_get("maxmemory-policy") | client.config_get("appendonly")
    assert settings == {"maxmemory-policy": "noeviction", "appendonly": "yes"}


def test_a_process_that_ends_at_its_start_shows_its_log(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "raise SystemExit('no such luck')"]
    process = Process("unlucky", argv, {}, tmp_path / "log", ready=lambda: False)
    with pytest.raises(ServerError, match=r"(?s)unlucky ended at its start.*no such luck"), process:
        pass


def test_argilla_without_its_environment_says_what_to_run(tmp_path: Path) -> None:
    nowhere = Argilla(tmp_path, "redis://127.0.0.1:1/0", python=tmp_path / "python")
    with pytest.raises(ServerError, match="run make setup"):
        nowhere.start()


def alive(marker: str) -> list[str]:
    """Command lines of the processes that have the marker in theirs, zombies left out."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if marker in words:
            found.append(words)
    return found


STARTER = """
import signal, sys, time
from contextlib import nullcontext
from pathlib import Path
from demo.running.servers import Argilla, RedisServer
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
folder, port, whole = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "3"
with RedisServer(folder / "redis", port) as server:
    with Argilla(folder, server.url()) if whole else nullcontext():
        print("up", flush=True)
        time.sleep(600)
"""


@pytest.mark.parametrize(
    ("number", "processes"), [(signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGKILL, 3)]
)
def test_however_the_starter_dies_no_process_is_left(
    tmp_path: Path, number: int, processes: int
) -> None:
    """Redis alone is up in no time; with Argilla's API, worker and scheduler after the worst of deaths."""
    port = free_port()
    marker = f":{port}"  # in the command lines of redis, of the worker and of rq's scheduler
    database = str(tmp_path / "argilla.db")
    argv = [sys.executable, "-c", STARTER, str(tmp_path), str(port), str(processes)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "DISTILL_ARGILLA_PYTHON": str(argilla_python())}
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as it:
        assert it.stdout is not None
        try:
            assert it.stdout.readline() == b"up\n"
            eventually(lambda: len(alive(marker)) >= processes)
            it.send_signal(number)
        except BaseException:
            it.kill()  # else leaving the block waits for it to end by itself
            raise

    eventually(lambda: alive(marker) == [] and not open_by_anybody(database))


def open_by_anybody(path: str) -> bool:
    """Whether a process has the environment of that Argilla: the API names it nowhere else."""
    needle = path.encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if needle in entry.read_bytes():
                return True
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return False
