"""Whether a version waits for its segments to be looked at. Loads no model and no table."""

from __future__ import annotations

from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.workers.use_cases.world import World

LATEST = "latest"

TYPES = ("label_selection", "rating")
"""Questions that can be traced: one of a few values."""


def due(world: World, dataset_id: str) -> bool:
    """Whether there is a version of whose questions some are not looked at."""
    manifest = latest(world, dataset_id)
    return manifest is not None and bool(unlooked(world, manifest))


def latest(world: World, dataset_id: str) -> Manifest | None:
    """The version made last, if its files are there."""
    manifest = world.store.versions.manifest(dataset_id, LATEST)
    return None if manifest is None or manifest.deleted_at else manifest


def unlooked(world: World, manifest: Manifest) -> list[str]:
    """Its questions that can be traced and are not yet."""
    known = world.store.suspicions.all(manifest.dataset_id)
    able = [q.name for q in manifest.questions if q.type in TYPES]
    return [name for name in able if name not in known or known[name].version != manifest.name]
