"""Old entries of a history that the settings want moved out of Redis."""

from __future__ import annotations

from argilla_distill.plugin.dispatch import ARCHIVE
from argilla_distill.workers.use_cases.world import World

EVERY_S = 3_600
"""So often is looked."""

WORTH = 10_000
"""So many entries are worth a file of their own."""


def ask(world: World, dataset_id: str) -> None:
    """Have a worker look whether enough of them are old enough."""
    store = world.store
    name = store.datasets.info(dataset_id).get("name", "")
    if not world.plan(name).archive_after_days or not store.archive.look(dataset_id, EVERY_S):
        return
    if store.history.in_redis(dataset_id) >= WORTH:
        world.dispatch.enqueue(ARCHIVE, dataset_id)
