"""Push a version to the Hugging Face Hub: its folder is a dataset repository as it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.hub.pushing import Pushed
from argilla_distill.plugin.hub.pushing import push as send
from argilla_distill.plugin.storage.storage import MANIFEST, Storage
from argilla_distill.temporary import TemporaryFolder
from argilla_distill.workers.use_cases.versions.keeping import check_tag, found
from argilla_distill.workers.use_cases.world import World


def push(
    world: World,
    dataset: Dataset,
    version: str,
    repository: str,
    private: bool = True,
    tags: Sequence[str] = (),
) -> tuple[Manifest, Pushed]:
    """Push a version, or see that it is there.

    Parameters
    ----------
    version : its name, or a tag.
    repository, private, tags : as of `plugin.hub.pushing.push`.

    Raises
    ------
    InvalidRequest : there is no such version, it is deleted or damaged, or a tag is none.
    HubUnavailable, HubRefused : see there.
    """
    manifest = found(world, dataset, version)
    for tag in tags:
        check_tag(tag)
    if manifest.deleted_at:
        raise InvalidRequest(f"the files of {manifest.name} are deleted")
    storage = Storage(world.settings.versions)
    if wrong := storage.damage(manifest):
        raise InvalidRequest(f"{manifest.name} is damaged and is not pushed: {'; '.join(wrong)}")
    with _folder(storage, manifest) as folder:
        return manifest, send(manifest, folder, repository, private, tags)


@contextmanager
def _folder(storage: Storage, manifest: Manifest) -> Iterator[Path]:
    """The version's folder on this machine, copied here where it is elsewhere."""
    if storage.on_disk is not None:
        yield Path(storage.folder(manifest.dataset_id, manifest.name))
        return
    with TemporaryFolder() as place:
        for name in (*(file.path for file in manifest.files), MANIFEST):
            with (
                storage.open(manifest.dataset_id, manifest.name, name) as source,
                (Path(place) / name).open("wb") as target,
            ):
                shutil.copyfileobj(source, target)
        yield Path(place)
