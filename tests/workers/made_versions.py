"""Versions made in memory: by the use cases themselves, with their files in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.versions.aside import Aside, in_place
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.service_in_memory import ServiceInMemory


def kept_in(service: ServiceInMemory, folder: Path) -> ServiceInMemory:
    """The same, with its versions and old entries of its history in this folder."""
    settings = service.world.settings.model_copy(update={"versions": str(folder / "versions")})
    object.__setattr__(service.world, "settings", settings)
    service.store.archive.address = settings.versions
    return service


def made(service: ServiceInMemory, slice_s: float = 60.0, **asked: Any) -> Manifest:
    """A version, made to its end."""
    ask(service.world, CHAT, **asked)
    return finished(service, slice_s)


def finished(service: ServiceInMemory, slice_s: float = 60.0, aside: Aside = in_place) -> Manifest:
    """The version in hand, made to its end."""
    for _ in range(200):
        done = make(service.world, D, slice_s, aside=aside)
        if done.manifest is not None:
            return done.manifest
    raise AssertionError(done)


def rows(
    service: ServiceInMemory, manifest: Manifest, table: str = "records"
) -> list[dict[str, Any]]:
    """The rows of a version, by record id."""
    folder = Path(service.world.settings.versions) / D / manifest.name
    found: list[dict[str, Any]] = []
    for file in sorted(folder.glob(f"{table}-*.parquet")):
        found += pq.read_table(file).to_pylist()
    return sorted(found, key=lambda row: row["record_id"])


def answered(service: ServiceInMemory) -> None:
    """Three records, of which one is in conflict and one was edited out of it."""
    service.answer("ann", "r1", helpful="yes", problem="none")
    service.answer("ben", "r1", helpful="yes", problem="none")
    service.answer("ann", "r2", helpful="yes")
    service.answer("ben", "r2", helpful="no")
    service.answer("ann", "r3", helpful="no")
    service.answer("ben", "r3", helpful="yes")
    service.settle()
    service.answer("ben", "r3", helpful="no")
    service.settle()
