"""What a process beside the worker does is looked after in short turns: answers go before."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, WorkFailed

log = logging.getLogger("distill.beside")

WAITING, DONE, NOTHING = "waiting", "done", "nothing to do"


def folder_of(world: World, dataset_id: str, what: str) -> Path:
    """Where the process leaves word: the same for all workers of one service on this machine."""
    name = f"argilla-distill-{what}-{world.settings.queue}-{world.store.keys.prefix}-{dataset_id}"
    return Path(tempfile.gettempdir()) / name


def look_after(
    world: World,
    folder: Path,
    slice_s: float,
    work: Callable[[], None],
    aside: Aside,
    give_up: Callable[[str], None],
) -> str:
    """Look after it for a while.

    Parameters
    ----------
    folder : `folder_of` it; gone once nothing is left to be done.
    work : with a world of its own, as connections are not shared between processes.
    aside : does it.
    give_up : told why, where it would fail again.

    Returns
    -------
    `WAITING` where another turn is needed, `DONE`, or what hindered it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    end, status = time.monotonic() + slice_s, DONE
    try:
        if not aside(folder, work, lambda: time.monotonic() >= end or world.dispatch.urgent()):
            return WAITING
    except OSError as error:  # no room: it is asked for again
        log.warning("%s: %s", folder.name, error)
        return f"put off: {error}"
    except WorkFailed as error:
        give_up(str(error))
        status = f"failed: {error}"
    shutil.rmtree(folder, ignore_errors=True)
    return status
