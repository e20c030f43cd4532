"""What is done to a large dataset while answers come, one kind of work after the other; `waits` measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from argilla_distill.plugin.dispatch import REPORT, SWEEP
from argilla_distill.workers.use_cases.world import World
from benchmarks.scale.drawn import QUESTION

ALONE_S = 10.0
"""So long it is measured where the work has no end of its own."""


def works_on(
    big: str, world: World
) -> Iterator[tuple[str, Callable[[], object], Callable[[float], bool]]]:
    """Kinds of work: name, what begins it, and whether it is done after so many seconds."""
    store = world.store
    keys = store.keys

    def ask(job: str) -> None:
        """Nobody else asks for a report meanwhile."""
        store.reports.claim(big)
        world.dispatch.enqueue(job, big)

    def fit() -> int:
        return store.models.all(big)[QUESTION.name].fit

    def outgrown() -> None:
        data, info = store.models.of(big, QUESTION.name)
        assert info is not None
        with store.redis.pipeline() as pipe:
            small = replace(info, fit_votes=1, changes=info.votes)
            store.models.write(pipe, big, QUESTION.name, data, small)
            store.model_copies.write_saved(pipe, big)
            pipe.execute()

    def cold() -> None:
        store.redis.set(keys.of(big, "saved"), f"by another {time.time()}")

    def lost() -> None:
        cold()
        store.redis.delete(keys.of(big, "model"))

    yield "nothing", lambda: None, lambda s: s >= ALONE_S
    before = store.reports.last(big)
    yield (
        "report",
        lambda: ask(REPORT),
        lambda s: store.reports.last(big) != before,
    )
    swept = store.datasets.info(big).get("swept_at")
    yield (
        "sweep",
        lambda: ask(SWEEP),
        lambda s: store.datasets.info(big).get("swept_at") != swept,
    )
    yield "cold load", cold, lambda s: s >= ALONE_S
    number = fit()
    yield "fit", outgrown, lambda s: fit() > number
    store.redis.delete(keys.of(big, "fitting"))  # no rest before the next
    number = fit()
    yield (
        "fold",
        lost,
        lambda s: fit() > number and store.redis.hexists(keys.of(big, "model"), QUESTION.name),
    )
