"""A web server for tests, and how they ask it for something, promptly or as slowly as it can be asked."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from argilla_distill.plugin import serving

SLOW = 200
PROMPT_S = 10.0
"""For one answer, on a machine whose cores are busy with something else."""


@contextmanager
def served(
    app: Any, limit: int = 100_000, proxies: int = 0
) -> Iterator[tuple[serving.Server, int]]:
    """A WSGI application on a server of its own, in a thread."""
    at = serving.listen("127.0.0.1", 0)
    port = int(at.getsockname()[1])
    server, stopped = serving.server(app, at, limit, proxies), threading.Event()
    thread = threading.Thread(target=serving.run, args=(server, stopped))
    thread.start()
    try:
        yield server, port
    finally:
        serving.stop(server, stopped)
        thread.join(30)


def ask(
    port: int, method: str = "GET", path: str = "/healthz", **options: Any
) -> tuple[int, bytes, http.client.HTTPMessage]:
    """One request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PROMPT_S)
    try:
        connection.request(method, path, **options)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


HEAD = b"POST /webhooks/argilla HTTP/1.1\r\nHost: us\r\nContent-Type: application/json\r\n"
STYLE = b"GET /static/style.css HTTP/1.1\r\nHost: us\r\n\r\n"
BEGINNINGS = {
    "a request line that does not end": b"G",
    "a head that does not end": HEAD + b"x-more: ",
    "a head that grows": HEAD + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 90) for n in range(200)),
    "a body that does not come": HEAD + b"Content-Length: 5000\r\n\r\n",
    "a body that stops": HEAD + b"Content-Length: 5000\r\n\r\n" + b"x" * 4_999,
    "a body in chunks that stops": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "a large body that stops": HEAD + b"Content-Length: 900000\r\n\r\n" + b"x" * 300_000,
    "a form that stops": b"POST /sign-in HTTP/1.1\r\nHost: us\r\nContent-Length: 50\r\n\r\nusername=",
    "an answer that nobody reads": STYLE * 20,
    "nothing at all": b"",
}


@contextmanager
def slow(port: int, beginning: bytes, number: int = SLOW) -> Iterator[list[socket.socket]]:
    """So many visitors who began, then sent one byte more and wait."""
    with ExitStack() as stack:
        there = []
        for _ in range(number):
            one = stack.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            one.settimeout(PROMPT_S)
            one.connect(("127.0.0.1", port))
            one.sendall(beginning)
            there.append(one)
        yield there
