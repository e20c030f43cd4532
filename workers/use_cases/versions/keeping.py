"""Versions that are made: found, tagged, deleted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from argilla_distill.domain.nearest import or_which
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import LATEST, TAG_RULE, Manifest, is_tag, tag_fault
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.change_lists import ChangeLists
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.remains import of_former
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.versions")


def found(world: World, dataset: Dataset, name: str) -> Manifest:
    """A version by its name or a tag.

    Raises
    ------
    InvalidRequest : there is none; the nearest name is said.
    """
    manifest = world.store.versions.manifest(dataset.id, name)
    if manifest is None:
        known = [m.name for m in world.store.versions.manifests(dataset.id)]
        known += world.store.versions.tags(dataset.id)
        wrong = f"{dataset.full_name} has no version {name}{or_which(name, known)}"
        raise InvalidRequest(
            "; ".join([wrong, *(f.namesake for f in of_former(world.store, dataset))])
        )
    return manifest


def tag(world: World, dataset: Dataset, name: str, new: str) -> Manifest:
    """Let a tag name a version, and no other any more.

    Raises
    ------
    InvalidRequest : there is no such version, its files are deleted, or that may be no tag.
    """
    manifest = found(world, dataset, name)
    if why := tag_fault(new):
        raise InvalidRequest(why)
    if manifest.deleted_at:
        raise InvalidRequest(f"the files of {manifest.name} are deleted: no tag names it any more")
    world.store.versions.tag(dataset.id, new, manifest.name)
    return manifest


def untag(world: World, dataset: Dataset, name: str, tag: str) -> Manifest:
    """Take a tag off a version. Raises InvalidRequest where that does not name it, or is `latest`."""
    manifest = found(world, dataset, name)
    tags = world.store.versions.tags(dataset.id)
    if tag == LATEST:
        raise InvalidRequest(tag_fault(tag))
    if tags.get(tag) != manifest.name:
        named = sorted(t for t, v in tags.items() if v == manifest.name and t != LATEST)
        raise InvalidRequest(f"{manifest.name} is not tagged {tag}{or_which(tag, named)}")
    world.store.versions.untag(dataset.id, tag)
    return manifest


def check_tag(text: str) -> None:
    """Raises InvalidRequest for what may not be a tag."""
    if not is_tag(text):
        raise InvalidRequest(f"{text!r} is no tag: {TAG_RULE}")


def delete(world: World, dataset: Dataset, name: str) -> Manifest:
    """Delete a version's files; its manifest stays, and its name is never given again.

    Raises
    ------
    InvalidRequest : there is none, or a tag other than `latest` names it.
    """
    manifest = found(world, dataset, name)
    tags = [t for t, v in world.store.versions.tags(dataset.id).items() if v == manifest.name]
    held = [t for t in tags if t != LATEST]
    if held:
        raise InvalidRequest(
            f"{manifest.name} is tagged {', '.join(held)}: let that name another version, or take it off "
            "with `argilla-distill version tag --remove`"
        )
    return _deleted(world, manifest, tags)


def retire(world: World, dataset_id: str, keep: int) -> list[str]:
    """Delete the files of all but the newest `keep` versions that no tag but `latest` names.

    Those whose twin is being written wait until it is; a twin that is done stays.

    Returns
    -------
    The names of those whose files were deleted.
    """
    versions, gone = world.store.versions, []
    tags = versions.tags(dataset_id)
    held = {name for tag, name in tags.items() if tag != LATEST}
    held |= {twin.version for twin in world.store.twins.waiting(dataset_id)}
    loose = [m for m in versions.manifests(dataset_id) if not m.deleted_at and m.name not in held]
    for manifest in loose[:-keep]:
        if manifest.name == tags.get(LATEST):
            continue
        _deleted(world, manifest, [])
        gone.append(manifest.name)
        log.info(
            "version %s of dataset=%s: its files are deleted, %d newer ones without a tag are kept",
            manifest.name,
            dataset_id,
            keep,
        )
    return gone


def _deleted(world: World, manifest: Manifest, tags: Sequence[str]) -> Manifest:
    """The manifest of a version whose files are gone, as it is kept."""
    storage, dataset_id = Storage(world.settings.versions), manifest.dataset_id
    storage.delete(dataset_id, manifest.name)
    gone = replace(manifest, deleted_at=world.store.now())
    world.store.versions.change(dataset_id, gone)
    pairs = world.store.differences.forget(dataset_id, manifest.name)
    ChangeLists(storage).delete(dataset_id, pairs)
    for each in tags:
        world.store.versions.untag(dataset_id, each)
    if LATEST in tags:  # names the newest of those that are left
        left = [each for each in world.store.versions.manifests(dataset_id) if not each.deleted_at]
        if left:
            newest = max(left, key=lambda each: each.created_at)
            world.store.versions.tag(dataset_id, LATEST, newest.name)
    return gone
