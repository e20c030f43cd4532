"""Orders that wait and that nobody carries out: a worker was killed, or something was away."""

from __future__ import annotations

from argilla_distill.plugin.dispatch import ORDERS
from argilla_distill.workers.use_cases.world import World


def ask(world: World, dataset_id: str) -> bool:
    """Have a dataset's orders carried out, if some wait; True if it was asked for.

    As long as jobs of that kind wait in the queue, nobody needs to be told.
    """
    if world.dispatch.queued(ORDERS) or not world.store.orders.waiting(dataset_id):
        return False
    world.dispatch.enqueue(ORDERS, dataset_id)
    return True
