"""When a twin may be written: when no answer waits anywhere, and no other job.

Writing costs Argilla as much as publishing does, so people come first. What cannot be worked off, because
a strategy fails say, must not hold twins up for ever: one that has waited `PATIENCE_MS` gets one call.
"""

from __future__ import annotations

from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.dispatch import TWIN, VERSION
from argilla_distill.workers.use_cases.world import World

PATIENCE_MS = 60_000


def free(world: World) -> bool:
    """Whether nothing waits that comes before a twin."""
    if world.dispatch.urgent() or world.dispatch.queued(VERSION):
        return False
    return not any(
        any(world.store.dirty.sizes(dataset_id)[:2]) for dataset_id in world.store.datasets.ids()
    )


def patient_enough(world: World, twin: Twin) -> bool:
    """Whether a twin has waited for so long that it gets one call whatever waits."""
    return world.store.now() - twin.moved_at > PATIENCE_MS


def wake(world: World, dataset_id: str) -> bool:
    """See to it that somebody writes a dataset's twins, if it is time; whether a job was queued.

    None is queued while one waits, whosever it is: one at a time is enough of them.
    """
    waiting = world.store.twins.waiting(dataset_id)
    if not waiting or not (free(world) or patient_enough(world, waiting[0])):
        return False
    if world.store.twins.leased(dataset_id) or world.dispatch.queued(TWIN):
        return False
    world.dispatch.enqueue(TWIN, dataset_id)
    return True
