"""A Redis of our own for all tests that need one, and a store on it that nobody else sees."""

import gc
import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache

from argilla_distill.plugin.store import Store
from demo.running.servers import RedisServer
from tests import at_once


@pytest.hookimpl(trylast=True)  # once there is a terminal to write to
def pytest_configure(config: pytest.Config) -> None:
    at_once.register(config)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: a collector of garbage need not walk it all again."""
    gc.collect()
    gc.freeze()


settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("random", derandomize=False, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
"""`make test` draws the same examples each time, so that no build is red by chance; `make bench` draws
others, see `benchmarks.engine.properties`. No example has a deadline: how long one takes is the machine's
affair."""


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A redis-server on a unix socket, started for this session (short path: 107 bytes at most)."""
    with tempfile.TemporaryDirectory(prefix="rd-") as folder:
        socket = Path(folder) / "redis.sock"
        with RedisServer(Path(folder), unixsocket=socket) as server:
            yield server.url()


@pytest.fixture(scope="session", autouse=True)
def templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Pages' templates are compiled once, not again for each test that makes an app of its own."""
    compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": compiled}


@pytest.fixture
def store(redis_url: str) -> Iterator[Store]:
    """An empty store: its keys have a prefix of their own."""
    with redis.Redis.from_url(redis_url) as client:
        yield Store(client, f"test-{secrets.token_hex(4)}")


@pytest.fixture
def breaking() -> Iterator[int]:
    """The port of a server that takes connections and closes them without a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
