"""Services in memory: a service on a real Redis beside an Argilla in memory."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from argilla_distill.plugin.argilla import gateway
from argilla_distill.workers.cli import main
from argilla_distill.workers.use_cases.distilling import time_slice
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import D, FakeArgilla
from tests.workers.cli.command_line import KEY, Done, Run
from tests.workers.queued_jobs import forget_jobs
from tests.workers.reviewed_service import opened
from tests.workers.service_in_memory import RECORDS, Build, ServiceInMemory, plan


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs do not give way: nobody takes the jobs that wait, and how long a run takes is the machine's."""
    monkeypatch.setattr(time_slice, "FAIR_S", math.inf)


@pytest.fixture
def build(redis_url: str) -> Iterator[Build]:
    """Makes services in memory with four records: `build(min_confidence=0.9, overlap=3, connected=False)`."""
    with redis.Redis.from_url(redis_url) as client:

        def service(overlap: int = 2, connected: bool = True, **defaults: Any) -> ServiceInMemory:
            argilla = FakeArgilla(overlap)
            argilla.add(*RECORDS)
            choices = plan(**{"strategy": "majority", "name_annotators": True, **defaults})
            return ServiceInMemory.build(argilla, client, choices, connected)

        yield service


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """One that decides by majority, with two answers to a record."""
    return build()


@pytest.fixture
def run(
    service: ServiceInMemory,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs `argilla-distill` in this process, beside the service's Argilla."""
    toml = tmp_path / "distill.toml"
    toml.write_text('[defaults]\nstrategy = "majority"\nname_annotators = true\n')
    environ = {
        "ARGILLA_API_URL": "http://argilla",
        "ARGILLA_API_KEY": KEY,
        "DISTILL_REDIS_URL": redis_url,
        "DISTILL_KEY_PREFIX": service.store.keys.prefix,
        "DISTILL_QUEUE": service.world.settings.queue,
        "DISTILL_CONFIG": str(toml),
        "DISTILL_VERSIONS": str(tmp_path / "versions"),
        "COLUMNS": "200",
    }
    for name in [name for name in os.environ if name.startswith(("DISTILL_", "ARGILLA_"))]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(gateway, "connect", lambda *_: service.argilla)

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


@pytest.fixture
def reviewed(build: Build) -> ServiceInMemory:
    """A service with a review dataset; rob is an admin, two answers complete a record."""
    return opened(build(settled_confidence=0.75))


@pytest.fixture
def quiet(service: ServiceInMemory) -> ServiceInMemory:
    """A service that was swept and settled, with two answers, and no job left."""
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="yes")
    sweep(service.world, D)
    service.settle()
    forget_jobs(service)
    return service
