"""Versions that were asked for and that nobody makes: a worker was killed, or something was away."""

from __future__ import annotations

from argilla_distill.plugin.dispatch import VERSION
from argilla_distill.workers.use_cases.world import World

AGAIN_MS = 10_000
"""So long after its last sign of life a version is asked for again."""


def ask(world: World) -> list[str]:
    """Ask for them again; returns of which datasets.

    As long as jobs for versions wait in the queue, nobody needs to be told.
    """
    store, asked = world.store, []
    if world.dispatch.queued(VERSION):
        return []
    for dataset_id in store.datasets.ids():
        waiting = store.versions.asked(dataset_id)
        if not waiting or store.versions.held(dataset_id):
            continue
        noted = int(store.versions.progress(dataset_id, waiting[0].name).get("at", 0))
        if abs(store.now() - noted) >= AGAIN_MS:
            world.dispatch.enqueue(VERSION, dataset_id)
            asked.append(dataset_id)
    return asked
