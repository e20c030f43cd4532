"""How often each run is right is to be counted anew: a run has come or gone, or audits were answered.

What is done is `orders.comparison_orders`; this loads no engine.
"""

from __future__ import annotations

from argilla_distill.domain.orders.order import COUNT_RUNS, OF_RUNS, WorkOrder
from argilla_distill.plugin.dispatch import ORDERS
from argilla_distill.workers.use_cases.world import World


def ask(world: World, dataset_id: str) -> None:
    """Have it counted. What is being counted now is counted once more: it may have been read before."""
    orders = world.store.orders
    standing = orders.of(dataset_id, OF_RUNS)
    if standing is None or not standing.waits or standing.stage:
        orders.place(dataset_id, WorkOrder(OF_RUNS, COUNT_RUNS, asked_at=world.store.now()))
        world.dispatch.enqueue(ORDERS, dataset_id)
