"""Downloads from a real server: slow readers cost no thread, and readers of Parquet need nothing of ours."""

from __future__ import annotations

import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]  # ships no types
import pytest

from argilla_distill.domain.versions.manifest import VersionFile
from argilla_distill.plugin import serving
from argilla_distill.plugin.store import Store
from tests.plugin.asked_servers import served
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.versions import versioned
from tests.plugin.pages.website import Site

KEY = "olga.apikey"
AT = f"/datasets/{DATASET}/versions/learned-3"
LARGE_BYTES = 60_000_000
LARGE = "votes-90000.parquet"
"""A file that is longer than what the sockets of a machine hold; nobody looks into it."""


@pytest.fixture
def downloads(store: Store, tmp_path: Path) -> Iterator[tuple[serving.Server, int]]:
    gallery.write(store)
    told = versioned.write(store, tmp_path / "versions")
    place = tmp_path / "versions" / DATASET / "learned-3" / LARGE
    with place.open("wb") as file:
        file.truncate(LARGE_BYTES)
    digest = sha256(place.read_bytes()).hexdigest()
    large = VersionFile(LARGE, 1, LARGE_BYTES, digest)
    store.versions.keep(DATASET, replace(told, files=(*told.files, large)))
    site = Site(store, environment={"DISTILL_VERSIONS": str(tmp_path / "versions")})
    with served(site.app) as running:
        yield running


def memory_bytes() -> int:
    """What this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_slow_readers_cost_neither_a_thread_nor_memory(
    downloads: tuple[serving.Server, int],
) -> None:
    """Eight threads wait for whoever reads slowly, where an answer is given piece by piece."""
    _, port = downloads
    head = f"GET {AT}/files/{LARGE} HTTP/1.1\r\nHost: us\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as first:
        first.sendall(head.encode())
        assert first.recv(4_000).startswith(b"HTTP/1.1 200 OK")
    before = memory_bytes()
    with ExitStack() as stack:
        for _ in range(3 * serving.THREADS):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            one.sendall(head.encode())
            assert one.recv(4_000).startswith(b"HTTP/1.1 200 OK")
        start = time.monotonic()
        other = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        other.request("GET", f"{AT}/votes.parquet?x=1", headers={"Authorization": f"Bearer {KEY}"})
        assert other.getresponse().status == 400
        other.close()
        assert time.monotonic() - start < 5
        assert memory_bytes() - before < 20_000_000


def test_a_large_file_arrives_as_a_whole(downloads: tuple[serving.Server, int]) -> None:
    _, port = downloads
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", f"{AT}/files/{LARGE}", headers={"Authorization": f"Bearer {KEY}"})
    answer, found = connection.getresponse(), sha256()
    while block := answer.read(1 << 20):
        found.update(block)
    connection.close()
    assert answer.headers["ETag"] == f'"{found.hexdigest()}"'


def test_pandas_reads_a_table_by_its_address(downloads: tuple[serving.Server, int]) -> None:
    _, port = downloads
    url = f"http://127.0.0.1:{port}{AT}/records.parquet"
    frame = pd.read_parquet(url, storage_options={"Authorization": f"Bearer {KEY}"})
    assert len(frame) == 300
    assert dict(frame["helpful"][0]) == {"value": "yes", "confidence": 0.9}
