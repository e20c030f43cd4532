"""A twin's dataset in Argilla: found again by its mark, or made.

The mark names dataset, version and the digest of its content; a name alone says nothing. The dataset is
made with Argilla's SDK, which takes seconds to load: in a process of its own, so that no answer waits for
it. What a kill leaves half made is not published, and is deleted before it is made anew.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.twin import TwinDataset
from argilla_distill.plugin.errors import (
    ArgillaUnavailable,
    DistillError,
    InvalidRequest,
    NotInArgilla,
)
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, WorkFailed, in_place
from argilla_distill.workers.versions.spool import making_place
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
        with suppress(NotInArgilla):
            return world.gateway.dataset(known)
    there = marked(world, manifest)
    return world.gateway.dataset(there[0].id) if there else None


def marked(world: World, manifest: Manifest, published: bool = True) -> list[Dataset]:
    """The datasets that bear the mark of a version's twin, without their questions."""
    return [d for d in world.gateway.datasets(published) if _is_of(d, manifest)]


def made(
    world: World,
    manifest: Manifest,
    blueprint: Mapping[str, Any],
    tags: Sequence[str],
    create: Create,
    over: Callable[[], bool],
    aside: Aside = in_place,
) -> bool:
    """Make it; False if it is being made, and something more urgent waits meanwhile.

    Parameters
    ----------
    aside : does what takes long.
    over : whether somebody else is to have this process now.

    Raises
    ------
    ArgillaUnavailable, InvalidRequest : nothing is there that anybody sees.
    """
    workspace = world.plan(manifest.dataset).twin_workspace
    every = [*world.gateway.datasets(), *world.gateway.datasets(published=False)]
    others = {d.name for d in every if d.workspace == workspace and not _is_of(d, manifest)}
    name = next(name for name in twin_dataset.names(manifest) if name not in others)
    wanted = twin_dataset.twin_dataset(manifest, tags, blueprint, workspace, name)
    storage = Storage(world.settings.versions)
    folder = making_place(storage, manifest.dataset_id, f"{manifest.name}.twin")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = aside(folder, lambda: _create(create, wanted), over)
    except WorkFailed as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise InvalidRequest(str(error)) from None
    except OSError as error:
        raise ArgillaUnavailable(error.strerror or str(error)) from None
    if done:
        shutil.rmtree(folder, ignore_errors=True)
    return done


def _create(create: Create, wanted: TwinDataset) -> None:
    """Whatever may be repeated is an error of the system's: so `workers.versions.aside` tells them apart."""
    try:
        create(wanted)
    except DistillError as error:
        if error.retry:
            raise OSError(errno.EAGAIN, str(error)) from None
        raise WorkFailed(str(error)) from None


def _is_of(dataset: Dataset, manifest: Manifest) -> bool:
    mark = (dataset.twin_of, dataset.twin_version, dataset.twin_digest)
    return mark == (manifest.dataset_id, manifest.name, manifest.content_sha256)
