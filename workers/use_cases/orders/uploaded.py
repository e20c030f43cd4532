"""The uploaded file of an order: put together of its parts, and deleted when it is of no more use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage import uploads
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.storage.uploads import UploadDamaged
from argilla_distill.temporary import TemporaryFolder
from argilla_distill.workers.use_cases.world import World


def forget(world: World, dataset_id: str, sha256: str) -> None:
    """Delete an uploaded file."""
    uploads.delete(Storage(world.settings.versions), dataset_id, sha256)
    world.store.uploads.forget(dataset_id, sha256)


@contextmanager
def gathered(world: World, dataset_id: str, order: WorkOrder, name: str) -> Iterator[Path]:
    """The file, here as long as the block lasts. What is wrong with it names no path of ours.

    Parameters
    ----------
    name : what it is called here, such as outputs.jsonl.

    Raises
    ------
    InvalidRequest : it is not here as it was sent.
    """
    digest, parts = str(order.terms["sha256"]), int(str(order.terms["parts"]))
    with TemporaryFolder("uploaded") as folder:
        path = Path(folder) / name
        try:
            uploads.gather(Storage(world.settings.versions), dataset_id, digest, parts, path)
        except UploadDamaged as error:
            forget(world, dataset_id, digest)
            raise InvalidRequest(str(error)) from None
        try:
            yield path
        except InvalidRequest as error:
            what = f"the file of {path.stem}"
            raise InvalidRequest(str(error).replace(str(path), what)) from None
