"""A service for the client, with versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from argilla_distill import Client
from tests.client.running_service import KEY, Running, running


@pytest.fixture(scope="module")
def served(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests of a file, which do not change what is there."""
    with running(redis_url, tmp_path_factory.mktemp("service")) as found:
        yield found


@pytest.fixture
def client(served: Running, tmp_path: Path) -> Iterator[Client]:
    """The owner's, with an empty cache."""
    served.weather.ahead.clear()
    served.weather.seen.clear()
    with Client(served.url, KEY, cache=tmp_path / "cache", progress=False) as found:
        yield found
