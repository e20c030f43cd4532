"""Segments are looked at beside a worker: it looks after that in short turns, and answers go before."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from argilla_distill.workers.use_cases.tracing.due import due, latest, unlooked
from argilla_distill.workers.use_cases.tracing.suspecting import give_up, suspect_latest
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, WorkFailed

log = logging.getLogger("distill.tracing")

WAITING, LOOKED_AT, NOTHING = "waiting", "looked at", "nothing to do"


def look(world: World, dataset_id: str) -> None:
    """What the process beside the worker does."""
    log.info("trace dataset=%s: %s", dataset_id, suspect_latest(world, dataset_id))


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
    folder = _folder(world, dataset_id)
    if not due(world, dataset_id):
        shutil.rmtree(folder, ignore_errors=True)
        return NOTHING
    folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + slice_s
    try:
        if not aside(folder, work, lambda: time.monotonic() >= end or world.dispatch.urgent()):
            return WAITING
        status = LOOKED_AT
    except OSError as error:  # no room: the next report asks again
        log.warning("trace dataset=%s: %s", dataset_id, error)
        return f"put off: {error}"
    except WorkFailed as error:
        manifest = latest(world, dataset_id)
        for question in unlooked(world, manifest) if manifest else ():
            assert manifest is not None
            give_up(world, manifest, question, str(error))
        status = f"failed: {error}"
    shutil.rmtree(folder, ignore_errors=True)
    return status


def _folder(world: World, dataset_id: str) -> Path:
    """Where the process leaves word: the same for all workers of one service on this machine."""
    name = f"argilla-distill-trace-{world.settings.queue}-{world.store.keys.prefix}-{dataset_id}"
    return Path(tempfile.gettempdir()) / name
