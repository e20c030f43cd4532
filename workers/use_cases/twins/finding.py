"""A twin's dataset in Argilla: found again by its mark, or made.

The mark names dataset, version and the digest of its content; a name alone says nothing. A dataset that a
kill left half made was not published yet: it is deleted and made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.twin import TwinDataset
from argilla_distill.plugin.errors import NotFound
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.writing import twin_dataset

Create = Callable[[TwinDataset], str]
"""Makes and publishes a dataset, and its workspace if that is missing; returns its id."""


def found(world: World, manifest: Manifest, known: str) -> Dataset | None:
    """The twin of a version, with its questions; None if there is none.

    Parameters
    ----------
    known : the id that our store has of it; "" for none.
    """
    if known:
        try:
            return world.gateway.dataset(known)
        except NotFound:
            pass
    there = [d for d in world.gateway.datasets() if _is_of(d, manifest)]
    return world.gateway.dataset(there[0].id) if there else None


def made(
    world: World, manifest: Manifest, blueprint: dict[str, Any], tags: Sequence[str], create: Create
) -> Dataset:
    """Make it.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused, InvalidValue : nothing is there that anybody sees.
    """
    drafts = world.gateway.datasets(published=False)
    for draft in drafts:
        if _is_of(draft, manifest):
            world.gateway.delete_dataset(draft.id)
    workspace = world.plan(manifest.dataset).twin_workspace
    every = [*world.gateway.datasets(), *world.gateway.datasets(published=False)]
    taken = {d.name for d in every if d.workspace == workspace}
    name = next(name for name in twin_dataset.names(manifest) if name not in taken)
    wanted = twin_dataset.twin_dataset(manifest, tags, blueprint, workspace, name)
    return world.gateway.dataset(create(wanted))


def _is_of(dataset: Dataset, manifest: Manifest) -> bool:
    mark = (dataset.twin_of, dataset.twin_version, dataset.twin_digest)
    return mark == (manifest.dataset_id, manifest.name, manifest.content_sha256)
