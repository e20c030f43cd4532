"""When a dataset is to be counted anew. Counting it is `report`; this loads no engine.

There is never more than one report of a dataset asked for, and between two of them pass `REST` times
as long as the last one took: counting costs one part in twenty of a worker at most. Whatever changes
is reported in the end: who asks too early asks again, and the cron asks every few seconds.
"""

from __future__ import annotations

from argilla_distill.plugin.dispatch import REPORT
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.world import World

MIN_REST_MS = 10_000
REST = 20
DAY_MS = 86_400_000


def ask(world: World, dataset_id: str) -> bool:
    """Have a dataset counted if that is due and nobody does it; True if it was asked for."""
    if not due(world, dataset_id) or not world.store.reports.claim(dataset_id):
        return False
    world.dispatch.enqueue(REPORT, dataset_id)
    return True


def due(world: World, dataset_id: str) -> bool:
    """Whether something has changed since the last report, and that is long enough ago.

    A new day is a change too: a report tells what was today.
    """
    store = world.store
    if store.datasets.fact(dataset_id, "state") != "active":
        return False
    last = store.reports.last(dataset_id)
    if last is None:
        return True
    known, taken_at, seconds = last
    now = store.now()
    if now < taken_at + seconds * 1000 + max(MIN_REST_MS, REST * seconds * 1000):
        return False
    return known != mark(store, dataset_id) or now // DAY_MS != taken_at // DAY_MS


def mark(store: Store, dataset_id: str) -> str:
    """Names the state of a dataset: another one as soon as something is observed or written."""
    info = store.datasets.info(dataset_id)
    counts = [
        info.get(name, "0")
        for name in ("records", "completed", "overlap", "conflicts", "published")
    ]
    return " ".join([store.history.last(dataset_id), *counts])
