"""A service in memory with versions in a folder, and twins of them in its Argilla."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from argilla_distill.domain.records import Record
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.workers.use_cases.twins import asking
from argilla_distill.workers.use_cases.twins.filling import Filled, fill
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.versions.making import make
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory


def with_versions(service: ServiceInMemory, folder: Path) -> ServiceInMemory:
    """The same, with its versions in this folder."""
    settings = service.world.settings.model_copy(update={"versions": str(folder / "versions")})
    object.__setattr__(service.world, "settings", settings)
    return service


def made(service: ServiceInMemory, **asked: Any) -> Manifest:
    """A version, made to its end."""
    ask(service.world, CHAT, **asked)
    manifest = make(service.world, D, 60.0).manifest
    assert manifest is not None
    forget_jobs(service)
    return manifest


def slice_of(service: ServiceInMemory, slice_s: float = 60.0) -> Filled:
    """One slice of what waits, and no job left of it."""
    done = fill(service.world, D, slice_s, service.argilla.create_twin)
    forget_jobs(service)
    return done


def twinned(service: ServiceInMemory, manifest: Manifest) -> Twin:
    """A version's twin, asked for and written to its end."""
    asking.ask(service.world, CHAT, manifest.name)
    for _ in range(100):
        slice_of(service)
        twin = service.store.twins.of(D, manifest.name)
        assert twin is not None
        if not twin.waits:
            return twin
    raise AssertionError(twin)


def copies(service: ServiceInMemory, twin: Twin) -> dict[str, Record]:
    """The twin's records by the records that they are copies of."""
    found, _ = service.argilla.page(twin.id, 0, 1000)
    return {str(record.external_id): record for record in found}
