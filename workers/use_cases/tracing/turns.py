"""Segments are looked at beside a worker: it looks after that in short turns, and answers go before."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable

from argilla_distill.workers.use_cases.beside import DONE, NOTHING, folder_of, look_after
from argilla_distill.workers.use_cases.tracing.due import due, unlooked
from argilla_distill.workers.use_cases.tracing.suspecting import give_up, suspect_unlooked
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside

log = logging.getLogger("distill.tracing")

LOOKED_AT = "looked at"


def look(world: World, dataset_id: str) -> None:
    """What the process beside the worker does."""
    log.info("trace dataset=%s: %s", dataset_id, suspect_unlooked(world, dataset_id))


def turn(
    world: World, dataset_id: str, slice_s: float, work: Callable[[], None], aside: Aside
) -> str:
    """Look after it for a while.

    Parameters
    ----------
    work : looks at the segments, with a world of its own.
    aside : does it.

    Returns
    -------
    `WAITING` where another turn is needed.
    """
    folder = folder_of(world, dataset_id, "trace")
    if not due(world, dataset_id):
        shutil.rmtree(folder, ignore_errors=True)
        return NOTHING

    def without(why: str) -> None:
        for each in unlooked(world, dataset_id):
            give_up(world, each, why)

    status = look_after(world, folder, slice_s, work, aside, without)
    return LOOKED_AT if status == DONE else status
