"""What datasets take of Redis's memory, counted anew where that was long ago. The cron asks for it."""

from __future__ import annotations

import logging
from dataclasses import astuple

from argilla_distill.domain.state.redis_memory import RedisMemory
from argilla_distill.plugin.store import Store, StoreRefused
from argilla_distill.workers.use_cases.checks.status import answers_of

log = logging.getLogger("distill.cron")

AGAIN_MS = 300_000
"""So old a count is made anew."""


def count_memory(store: Store) -> RedisMemory | None:
    """Count what every dataset takes, unless that was done a moment ago.

    None where Redis does not tell: its commands `MEMORY USAGE` and `INFO` are missing, or forbidden.
    """
    last, now = store.memory.last(), store.now()
    if last is not None and abs(now - last.at) < AGAIN_MS:
        return last
    known = {}
    for dataset_id in store.datasets.ids():
        answers = sum(astuple(answers_of(store, dataset_id)))
        answers += int(store.datasets.info(dataset_id).get("suggested", 0))
        history = store.history
        entries = history.in_redis(dataset_id), history.length(dataset_id)
        known[dataset_id] = (*entries, answers)
    try:
        return store.memory.count(known, now)
    except StoreRefused as error:
        log.warning("what datasets take of Redis's memory is not counted: %s", type(error).__name__)
        return None
