"""Towns: a service on a real Redis beside an Argilla in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from tests.workers.argilla_in_memory import FakeArgilla
from tests.workers.town import Town, plan

Build = Callable[..., Town]

RECORDS = ("r1", "r2", "r3", "r4")


@pytest.fixture
def build(redis_url: str) -> Iterator[Build]:
    """Makes towns with four records: `build(min_confidence=0.9, overlap=3, connected=False)`."""
    with redis.Redis.from_url(redis_url) as client:

        def town(overlap: int = 2, connected: bool = True, **defaults: Any) -> Town:
            argilla = FakeArgilla(overlap)
            argilla.add(*RECORDS)
            choices = plan(**{"strategy": "majority", "name_annotators": True, **defaults})
            return Town.build(argilla, client, choices, connected)

        yield town


@pytest.fixture
def town(build: Build) -> Town:
    """One that decides by majority, with two answers to a record."""
    return build()
