"""Serves the web process: a request takes a thread only once it has arrived as a whole.

waitress reads and writes all connections in one thread and hands whole requests to a few others, so
that a visitor who sends a byte a second, or reads one, costs a socket and nothing more. What it does
not do by itself is here: slow connections end, the slowest make room for new ones, only deliveries and
parts of files may be large, and SIGTERM lets what has arrived be answered. What is answered is `listener`.
"""

from __future__ import annotations

import copy
import logging
import re
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar
from weakref import WeakSet

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.utilities import Error, RequestEntityTooLarge

from argilla_distill.plugin.memory import give_back_large_pieces
from argilla_distill.plugin.settings import (
    MAX_FAILURES_BYTES,
    MAX_FORM_BYTES,
    MAX_PART_BYTES,
    Settings,
)
from argilla_distill.plugin.webhook.deliveries import LARGE_BYTES

log = logging.getLogger("distill.serving")

DELIVERIES = "/webhooks/"
"""Below this path bodies may be as large as the settings say."""

PART = re.compile(r"/datasets/[^/]+/uploads/")
"""Below these paths bodies are parts of files."""

FAILURES = re.compile(r"/datasets/[^/]+/trace/failures/?$")
"""At these a form has many failures; all others are small forms."""

THREADS = 8

MAX_CONNECTIONS = 1_000
MAX_HEADER_BYTES = 32_768

IN_MEMORY_BYTES = 65_536
"""What is larger is kept in a temporary file until it has arrived."""

MAX_LARGE = 32
"""So many bodies of more than `LARGE_BYTES` may be on their way at once, which bounds the temporary files."""

IDLE_S = 60
"""How long a connection may be open without a request."""

GRACE_S = 30
SLOWEST_BYTES_S = 20_000
"""A request must have arrived, and an answer been read, after `GRACE_S` and as long as it takes at
this rate: 32 MB may take half an hour, a sign-in half a minute."""

LARGEST = {"form": MAX_FORM_BYTES, "part": MAX_PART_BYTES, "failures": MAX_FAILURES_BYTES}
"""How large a body may be that is no delivery, by the kind of its path."""

LOOK_S = 2
"""How often slow connections are looked for."""

DRAIN_S = 20.0
"""How long what had arrived before SIGTERM may take to be answered."""

MAX_ACCEPTED = 64

ARRIVE_S = 2.0
"""How long a request that was on its way at SIGTERM may take to arrive."""


class TooManyBodies(Error):  # type: ignore[misc]  # waitress has no types
    """Too many large bodies are on their way; Argilla tries again."""

    code = 503
    reason = "Service Unavailable"


class Request(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request on its way. One that is too large reaches the application without its body."""

    adj: Any
    body_rcv: Any
    error: Any
    completed: bool
    large: ClassVar[WeakSet[Request]] = WeakSet()

    def parse_header(self, header_plus: bytes) -> None:
        """The head has arrived: how large the body may be depends on the path."""
        super().parse_header(header_plus)
        path = str(getattr(self, "path", ""))
        if not path.startswith(DELIVERIES):
            self.adj = self.adj.of_paths[kind_of(path)]

    def received(self, data: bytes) -> int:
        """Take in what has arrived. Returns how many bytes of it were taken."""
        taken = int(super().received(data))
        size = max(self.content_length, self.body_bytes_received)
        if isinstance(self.error, RequestEntityTooLarge):
            self._refused_by_the_application(size)
        elif size > LARGE_BYTES and self not in self.large and not self.completed:
            if len(self.large) >= MAX_LARGE:
                log.warning("web: %s large requests at once, one more is refused", MAX_LARGE)
                self.error, self.completed = TooManyBodies("too many large requests at once"), True
            else:
                self.large.add(self)
        return taken

    def close(self) -> None:
        """The request was answered, or given up."""
        self.large.discard(self)
        super().close()

    def _refused_by_the_application(self, size: int) -> None:
        """The listener answers 413, logs and counts it as it does everything else."""
        super().close()
        self.error, self.body_rcv = None, None
        self.headers |= {"CONTENT_LENGTH": str(size), "CONNECTION": "close"}


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection."""

    parser_class = Request
    waits_for: object = None
    since, size = 0.0, 0

    @property
    def in_hand(self) -> bool:
        """Whether a request has arrived that is not yet answered to the last byte."""
        return bool(self.requests or self.total_outbufs_len)

    def is_slow(self, now: float) -> bool:
        """Whether its request, or its reader, has taken longer than it may."""
        request = self.request
        waits_for = self.outbufs[0] if self.total_outbufs_len else request
        if waits_for is None or self.requests:
            self.waits_for = None
            return False
        if waits_for is not self.waits_for:
            self.waits_for, self.since, self.size = waits_for, now, self.total_outbufs_len
            return False
        size = self.size or request.body_bytes_received
        return bool(now - self.since > GRACE_S + size / SLOWEST_BYTES_S)

    def handle_close(self) -> None:
        """The connection ends; what had arrived of a request is let go."""
        if self.request is not None:
            self.request.close()
        super().handle_close()


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """The listening socket and all connections."""

    channel_class = Channel

    def handle_accept(self) -> None:
        """A new connection; where there are too many, the one that has waited longest makes room."""
        if len(self.active_channels) >= self.adj.most_channels:
            waiting = [c for c in self.active_channels.values() if not c.requests]
            if waiting:
                min(waiting, key=lambda channel: channel.creation_time).handle_close()
        super().handle_accept()

    def maintenance(self, now: float) -> None:
        """Close what is idle, and what is slow."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.is_slow(now):
                channel.handle_close()


def kind_of(path: str) -> str:
    """What a body is that is sent to this path, and that is no delivery.

    >>> kind_of("/datasets/7/trace/failures"), kind_of("/datasets/7/uploads/a/0"), kind_of("/sign-in")
    ('failures', 'part', 'form')
    """
    if PART.match(path):
        return "part"
    return "failures" if FAILURES.match(path) else "form"


def adjustments(max_body_bytes: int, trusted_proxies: int, threads: int) -> Adjustments:
    """How waitress is set."""
    adj = Adjustments(
        threads=threads,
        ident=None,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=max_body_bytes + 1,
        inbuf_overflow=IN_MEMORY_BYTES,
        channel_timeout=IDLE_S,
        cleanup_interval=LOOK_S,
        asyncore_use_poll=True,
        connection_limit=10 * MAX_CONNECTIONS,  # never reached: `Server` makes room before
        clear_untrusted_proxy_headers=not trusted_proxies,  # ProxyFix believes so many, no more
    )
    adj.of_paths = {kind: copy.copy(adj) for kind in LARGEST}
    for kind, most in LARGEST.items():
        adj.of_paths[kind].max_request_body_size = min(most, max_body_bytes) + 1
    adj.most_channels = _connections()
    return adj


def _connections() -> int:
    """As many as the process may have open files for: a socket and a temporary file each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_CONNECTIONS + 200
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(16, min(MAX_CONNECTIONS, (soft - 200) // 2))


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises OSError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def server(
    app: Callable[..., Any],
    at: socket.socket,
    max_body_bytes: int,
    trusted_proxies: int = 0,
    threads: int = THREADS,
) -> Server:
    """A server that `run` sets going, on a listening socket.

    `max_body_bytes` is a delivery's; the application believes the `X-Forwarded-…` headers of so many proxies.
    """
    adj = adjustments(max_body_bytes, trusted_proxies, threads)
    info = (at.family, at.type, at.proto, at.getsockname())
    return Server(app, {}, _sock=at, adj=adj, sockinfo=info, bind_socket=False)


def serve(app: Flask, at: socket.socket, settings: Settings, threads: int = THREADS) -> None:
    """Serve until SIGTERM or SIGINT, then answer what has arrived and return."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    give_back_large_pieces()
    ours = server(app, at, settings.max_body_bytes, settings.trusted_proxies, threads)
    stopped = threading.Event()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop(ours, stopped))
    log.info("web: listening on %s:%s", ours.effective_host, ours.effective_port)
    run(ours, stopped)


def stop(ours: Server, stopped: threading.Event) -> None:
    """Have `run` return soon; asked again, when all is over, it does nothing."""
    stopped.set()
    with suppress(OSError):  # it may have seen that at once, and be gone
        ours.pull_trigger()


def run(ours: Server, stopped: threading.Event) -> None:
    """Serve until SIGTERM; then accept nobody any more, and answer what has arrived."""
    while not stopped.is_set():
        _turn(ours, 1.0)
    for _ in range(MAX_ACCEPTED):  # who came with the signal: one each turn
        _turn(ours, 0)
    wasyncore.dispatcher.close(ours)
    start = time.monotonic()
    while (waited_s := time.monotonic() - start) < DRAIN_S and _to_answer(ours, waited_s):
        _turn(ours, 0.05)
    left = len(ours.active_channels)
    log.info("web: stopped, %s", f"{left} requests unanswered" if left else "all answered")
    ours.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(ours._map)


def _turn(ours: Server, timeout_s: float) -> None:
    wasyncore.loop(timeout=timeout_s, use_poll=True, map=ours._map, count=1)


def _to_answer(ours: Server, waited_s: float) -> bool:
    """Whether somebody is still to be answered; all other connections are closed."""
    for channel in list(ours.active_channels.values()):
        arriving = channel.request is not None and waited_s < ARRIVE_S
        if not (channel.in_hand or arriving):
            channel.handle_close()
    return bool(ours.active_channels)
