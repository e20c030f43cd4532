"""All that runs during the demo: Redis, Argilla and our service, started and stopped together.

What is in Argilla is `demo.playground`.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from argilla_distill.plugin import store
from argilla_distill.plugin.settings import read
from argilla_distill.plugin.store import Store
from demo.running.processes import Process, ServerError, free_port
from demo.running.servers import Argilla, RedisServer
from demo.running.service import Service

ARGILLA_PORT = 6900
PORT = 8000
WORKERS = 2

GRACE_S = 4.0
"""How long a process may take to end by itself. Nothing is lost: what they keep is thrown away."""


class Stage:
    """The servers, in `directory`. Whatever became of `start`, `stop` stops all that it began.

    Parameters
    ----------
    port, argilla_port : None for the usual one if it is free, else any free one.
    plan : the content of distill.toml.
    """

    redis: RedisServer
    argilla: Argilla
    service: Service
    store: Store

    def __init__(
        self,
        directory: Path,
        console: Console,
        port: int | None = None,
        argilla_port: int | None = None,
        plan: str = "",
    ) -> None:
        self.directory = directory
        self.console = console
        self.port = port
        self.argilla_port = argilla_port
        self.plan = plan

    def start(self) -> None:
        """Start everything, with a line for each step."""
        argilla_port = chosen_port(self.argilla_port, ARGILLA_PORT)
        port = chosen_port(self.port, PORT)
        with self.step("Redis"):
            self.redis = RedisServer(self.directory / "redis")
            self.redis.start()
        with self.step(f"Argilla with a worker, http://127.0.0.1:{argilla_port}"):
            self.argilla = Argilla(
                self.directory / "argilla", self.redis.url(), port=argilla_port, lean=True
            )
            self.argilla.start()
        with self.step(f"argilla-distill: web, {WORKERS} workers, cron, http://127.0.0.1:{port}"):
            self.service = Service(
                self.directory / "service",
                self.argilla.url,
                self.argilla.api_key,
                self.redis.url(5),
                WORKERS,
                plan=self.plan,
                port=port,
            )
            self.service.start()
            self.store = store.connect(read(self.service.env))

    @property
    def processes(self) -> list[Process]:
        """Whatever was begun so far, those that need others before those that they need."""
        found: list[Process] = []
        if hasattr(self, "service"):
            found += self.service.processes
        if hasattr(self, "argilla"):
            found += [self.argilla.api, *self.argilla.workers]
        if hasattr(self, "redis"):
            found.append(self.redis.process)
        return found

    def stop(self) -> None:
        """Stop everything, all but Redis at the same time."""
        processes = self.processes
        for process in processes[:-1]:
            process.terminate()
        end = time.monotonic() + GRACE_S
        for process in processes:
            process.stop(max(0.5, end - time.monotonic()))
        if hasattr(self, "argilla"):
            self.argilla.stop()  # nothing runs any more: it tidies up

    def ended(self) -> list[Process]:
        """Those that should run and do not."""
        return [process for process in self.processes if not process.running]

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A line that says what is being done, and then how long it took."""
        start = time.monotonic()
        self.console.print(f"{title} … ", end="", soft_wrap=True, markup=False)
        try:
            yield
        except BaseException:
            self.console.print()
            raise
        self.console.print(f"{time.monotonic() - start:.1f} s")


def chosen_port(asked: int | None, usual: int) -> int:
    """The port that was asked for; else the usual one, or any free one if that is taken.

    Raises
    ------
    ServerError : somebody listens on the port that was asked for.
    """
    if asked is None:
        return usual if is_free(usual) else free_port()
    if not is_free(asked):
        raise ServerError(f"port {asked} is in use")
    return asked


def is_free(port: int) -> bool:
    """Whether nobody listens on that port. One whose connections are just closing counts as free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True
