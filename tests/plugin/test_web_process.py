"""The web process as an installation starts it: what it loads and takes, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from argilla_distill.plugin.store import Store
from demo.running.processes import Process, free_port
from tests.plugin.asked_servers import BEGINNINGS, PROMPT_S, ask, slow
from tests.plugin.webhook.signed_events import PATH, SECRET, event, signed

BIN = Path(sys.executable).parent


@pytest.fixture
def argilla() -> Iterator[socket.socket]:
    """An Argilla that answers when the test says so."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        yield listening


@pytest.fixture
def process(argilla: socket.socket, redis_url: str, store: Store) -> Iterator[tuple[Process, int]]:
    """The web process as an installation starts it."""
    port = free_port()
    env = {
        "PATH": os.defpath,
        "ARGILLA_API_URL": f"http://127.0.0.1:{argilla.getsockname()[1]}",
        "ARGILLA_API_KEY": "key",
        "DISTILL_REDIS_URL": redis_url,
        "DISTILL_KEY_PREFIX": store.keys.prefix,
    }
    with tempfile.TemporaryDirectory() as place:
        argv: list[str | Path] = [
            BIN / "argilla-distill",
            "web",
            "--port",
            str(port),
            "--threads",
            "2",
        ]
        web = Process("web", argv, env, Path(place) / "log")
        web.ready = lambda: _answers(port)
        with web:
            yield web, port


def _answers(port: int) -> bool:
    try:
        return ask(port)[0] == 200
    except OSError:
        return False


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), PROMPT_S).close()
    except ConnectionRefusedError:
        return False
    return True


def test_on_sigterm_what_has_arrived_is_answered_before_the_end(
    process: tuple[Process, int], argilla: socket.socket
) -> None:
    web, port = process
    headers = {"Authorization": "Bearer some-key", "Accept": "application/json"}
    with ThreadPoolExecutor(2) as pool, slow(port, BEGINNINGS["a body that stops"], 20):
        visits = [pool.submit(ask, port, "GET", "/", headers=headers) for _ in range(2)]
        asked = [argilla.accept()[0] for _ in visits]
        assert web.popen is not None
        web.popen.send_signal(signal.SIGTERM)
        while _accepts(port):
            time.sleep(0.01)
        assert web.popen.poll() is None
        for one in asked:
            one.recv(65_536)
            one.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}")
            one.close()
        assert [visit.result(30)[0] for visit in visits] == [401, 401]
        assert web.popen.wait(30) == 0
    assert "all answered" in web.tail()


def test_the_web_command_loads_neither_models_nor_the_sdk(process: tuple[Process, int]) -> None:
    web, _ = process
    mapped = Path(f"/proc/{web.pid}/maps").read_text()
    assert not [
        name for name in ("numpy", "scipy", "sklearn", "pandas", "pyarrow") if name in mapped
    ]


def test_large_deliveries_leave_no_memory_behind_and_take_little(
    process: tuple[Process, int], store: Store
) -> None:
    """Eight of 32 MB once held half a gigabyte, for each thread its own, for good."""
    web, port = process
    store.service.keep_webhook("h1", "http://us", SECRET)
    body = event(fields={"image": "x" * 20_000_000, "text": "\U0001f600"})
    before = memory_mb(web.pid, "VmRSS")
    for _ in range(4):
        assert ask(port, "POST", PATH, body=body, headers=signed(body))[0] == 202
    assert memory_mb(web.pid, "VmHWM") < before + 100
    assert memory_mb(web.pid, "VmRSS") < before + 20


def memory_mb(pid: int, which: str) -> float:
    """What a process holds now (VmRSS) or held at most (VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split(f"{which}:")[1].split()[0]) / 1024


def test_an_address_that_is_taken_is_told_in_a_sentence(
    process: tuple[Process, int], tmp_path: Path
) -> None:
    web, port = process
    second = Process("web", web.argv, web.env, tmp_path / "log")
    second.launch()
    assert second.popen is not None
    assert second.popen.wait(60) == 1
    assert f"cannot listen on 127.0.0.1:{port}" in second.tail()
    assert "Traceback" not in second.tail()
