"""What a job does with a review dataset: it passes what waits there on to the dataset that is reviewed.

What was answered there is read when the originals are distilled (`steps.observing`).
"""

from __future__ import annotations

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.workers.use_cases.world import World


def forward(world: World, review_id: str, dataset_id: str) -> int:
    """Pass what waits in a review dataset on to the originals; returns how many there were."""
    dirty, passed = world.store.dirty, 0
    while taken := dirty.take(review_id, 1000):
        originals = world.store.reviews.originals(dataset_id, [copy for copy, _ in taken])
        if originals and dirty.mark(dataset_id, originals.values()):
            world.dispatch.enqueue(DISTIL, dataset_id)
        dirty.clear(review_id, taken)
        passed += len(originals)
        if len(taken) < 1000:
            break
    return passed
