"""Towns: a service on a real Redis beside an Argilla in memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from argilla_distill.plugin.argilla import gateway
from argilla_distill.workers.cli import main
from tests.workers.argilla_in_memory import FakeArgilla
from tests.workers.cli.command_line import KEY, Done, Run
from tests.workers.service_in_memory import Town, plan

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


@pytest.fixture
def run(
    town: Town,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs `argilla-distill` in this process, beside the town's Argilla."""
    toml = tmp_path / "distill.toml"
    toml.write_text('[defaults]\nstrategy = "majority"\nname_annotators = true\n')
    environ = {
        "ARGILLA_API_URL": "http://argilla",
        "ARGILLA_API_KEY": KEY,
        "DISTILL_REDIS_URL": redis_url,
        "DISTILL_KEY_PREFIX": town.store.datasets._keys.prefix,
        "DISTILL_QUEUE": town.world.settings.queue,
        "DISTILL_CONFIG": str(toml),
        "COLUMNS": "200",
    }
    for name in [name for name in os.environ if name.startswith(("DISTILL_", "ARGILLA_"))]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(gateway, "connect", lambda *_: town.argilla)

    def run(*arguments: str, **environ: str) -> Done:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["argilla-distill", *arguments])
        code: Any = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        told = capsys.readouterr()
        assert KEY not in told.out + told.err
        return Done(int(code or 0), told.out, told.err)

    return run
