"""Comparisons, and figures of runs, that somebody is to make: asked for, and asked for again.

What is done is `comparisons.on_request`; this loads no engine.
"""

from __future__ import annotations

from argilla_distill.plugin.dispatch import COMPARE
from argilla_distill.workers.use_cases.world import World


def ask_for_standings(world: World, dataset_id: str) -> None:
    """Have it counted how often each run is right: a run has come or gone, or audits were answered."""
    if world.store.standings.ask(dataset_id, world.store.now()):
        world.dispatch.enqueue(COMPARE, dataset_id)


def wake(world: World, dataset_id: str) -> bool:
    """Send somebody for what is asked for and has shown no sign of life; whether there was such a thing."""
    comparisons, standings = world.store.compared, world.store.standings
    asked = standings.asked(dataset_id)
    left = [each for each in comparisons.asked(dataset_id) if comparisons.ask(dataset_id, each)]
    lost = bool(left) or (asked is not None and standings.ask(dataset_id, asked))
    if lost:
        world.dispatch.enqueue(COMPARE, dataset_id)
    return lost
