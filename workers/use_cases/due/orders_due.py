"""Orders that wait and that nobody carries out: a worker was killed, or something was away.

And files that were sent for orders that nobody gave.
"""

from __future__ import annotations

from argilla_distill.plugin.dispatch import ORDERS
from argilla_distill.plugin.storage import uploads
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.world import World

UPLOAD_MS = 86_400_000
"""So long a file waits for an order."""


def ask(world: World, dataset_id: str) -> bool:
    """Have a dataset's orders carried out, if some wait; True if it was asked for.

    As long as jobs of that kind wait in the queue, nobody needs to be told.
    """
    if world.dispatch.queued(ORDERS) or not world.store.orders.waiting(dataset_id):
        return False
    world.dispatch.enqueue(ORDERS, dataset_id)
    return True


def clear_uploads(world: World, dataset_id: str) -> list[str]:
    """Delete the files of which nothing was asked for a day; returns their SHA-256."""
    store, now = world.store, world.store.now()
    needed = {each.terms.get("sha256") for each in store.orders.waiting(dataset_id)}
    old = [
        digest
        for digest, at in store.uploads.all(dataset_id).items()
        if now - at > UPLOAD_MS and digest not in needed
    ]
    for digest in old:
        uploads.delete(Storage(world.settings.versions), dataset_id, digest)
        store.uploads.forget(dataset_id, digest)
    return old
