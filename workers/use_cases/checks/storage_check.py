"""Whether versions can be kept where the settings say, and whether those that there are, are there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.settings.addresses import shown
from argilla_distill.plugin.storage.storage import MANIFEST, Storage
from argilla_distill.workers.use_cases.checks.finding import FAIL, OK, WARN, Finding
from argilla_distill.workers.use_cases.connecting.registration import distilled
from argilla_distill.workers.use_cases.world import World

LITTLE_BYTES = 1_000_000_000
"""Less room than this is reported: a version of 100,000 records takes 0.4 GB while it is made."""

WHERE = "versions storage"


def versions(world: World) -> Iterator[Finding]:
    """What is to be said of the storage as this machine reaches it: something is written there, and deleted.

    Raises
    ------
    InvalidSettings : the package for this kind of storage is missing.
    """
    storage = Storage(world.settings.versions)
    at = str(storage.on_disk or shown(world.settings.versions))
    try:
        storage.try_write()
        lost = [each for each in _latest(world) if not _is_there(storage, each)]
    except OSError as error:
        remedy = (
            "check DISTILL_VERSIONS, its rights and its disk: no version can be made until then"
        )
        yield Finding(WHERE, FAIL, f"{at}: {error.strerror or error}", remedy)
        return
    for each in lost:
        text = f"the files of {each.dataset}'s {each.name} are not in {at}"
        yield Finding(WHERE, FAIL, text, "check DISTILL_VERSIONS, or put them back from a backup")
    disk = storage.on_disk
    there = next((each for each in (disk, *disk.parents) if each.exists()), None) if disk else None
    room = shutil.disk_usage(there).free if there else None
    text = at if room is None else f"{at}, {room / 1e9:,.1f} GB free"
    if room is not None and room < LITTLE_BYTES:
        yield Finding(WHERE, WARN, text, "give it room, or delete versions that nobody needs")
    elif not lost:
        yield Finding(WHERE, OK, text)


def _latest(world: World) -> Iterator[Manifest]:
    """Of each dataset the newest version that should have files."""
    for dataset in distilled(world):
        of_it = (each for each in world.store.versions.manifests(dataset.id) if not each.deleted_at)
        newest = max(of_it, key=lambda each: each.created_at, default=None)
        if newest is not None:
            yield newest


def _is_there(storage: Storage, manifest: Manifest) -> bool:
    try:
        storage.open(manifest.dataset_id, manifest.name, MANIFEST).close()
    except FileNotFoundError:
        return False
    return True
