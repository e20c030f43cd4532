"""Which versions wait for their segments to be looked at. Loads no model and no table."""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.rounds.suspected import own
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.workers.use_cases.world import World

LATEST = "latest"

TYPES = ("label_selection", "rating")
"""Questions that can be traced: one of a few values."""


@dataclass(frozen=True)
class Unlooked:
    """A question of a version whose segments are not looked at yet."""

    manifest: Manifest
    question: str


def due(world: World, dataset_id: str) -> bool:
    """Whether some are not looked at."""
    return bool(unlooked(world, dataset_id))


def latest(world: World, dataset_id: str) -> Manifest | None:
    """The version made last, if its files are there."""
    return _with_files(world, dataset_id, LATEST)


def unlooked(world: World, dataset_id: str) -> list[Unlooked]:
    """What waits: all questions of the latest version that can be traced; then those by which outputs of
    rounds pass, in the versions that these ended with: shares are told from them, and a later version may
    have come before the report.
    """
    suspicions, found = world.store.suspicions, list[Unlooked]()
    newest, known = latest(world, dataset_id), suspicions.all(dataset_id)
    if newest is not None:
        found += [
            Unlooked(newest, name)
            for name in _able(newest)
            if name not in known or known[name].version != newest.name
        ]
    looked = suspicions.rounds_looked_at(dataset_id)
    for each in world.store.rounds.all(dataset_id):
        if each.state != "ended" or own(each) in looked or not each.question:
            continue
        if each.question in known and known[each.question].version == each.version:
            continue
        ended = _with_files(world, dataset_id, each.version)
        if ended is not None and each.question in _able(ended):
            wanted = Unlooked(ended, each.question)
            found += [] if wanted in found else [wanted]
    return found


def _able(manifest: Manifest) -> list[str]:
    return [q.name for q in manifest.questions if q.type in TYPES]


def _with_files(world: World, dataset_id: str, name: str) -> Manifest | None:
    manifest = world.store.versions.manifest(dataset_id, name)
    return None if manifest is None or manifest.deleted_at else manifest
