"""Orders are carried out beside a worker: it looks after that in short turns, and answers go before."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from argilla_distill.plugin.errors import DistillError
from argilla_distill.plugin.store import StoreError
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.orders.giving_way import GivingWay
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, WorkFailed

log = logging.getLogger("distill.orders")

WAITING, DONE, NOTHING = "waiting", "done", "nothing to do"


def work(world: World, dataset_id: str) -> None:
    """What the process beside the worker does. What cannot be done now is left to the cron."""
    try:
        for each in carry_out(world, dataset_id, GivingWay(world)):
            log.info(
                "order dataset=%s id=%r action=%r outcome=%s",
                dataset_id,
                each.order.id,
                each.order.action,
                each.status,
            )
    except (OSError, StoreError, DistillError) as error:
        log.warning("orders of dataset=%s are left for later: %s", dataset_id, error)


def turn(
    world: World, dataset_id: str, slice_s: float, apart: Callable[[], None], aside: Aside
) -> str:
    """Look after it for a while.

    Parameters
    ----------
    apart : carries orders out, with a world of its own.
    aside : does it.

    Returns
    -------
    `WAITING` where another turn is needed.
    """
    folder = _folder(world, dataset_id)
    waiting = world.store.orders.waiting(dataset_id)
    if not waiting and not folder.exists():
        return NOTHING
    folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + slice_s
    status = DONE
    try:
        if not aside(folder, apart, lambda: time.monotonic() >= end or world.dispatch.urgent()):
            return WAITING
    except OSError as error:  # no room: the cron asks again
        log.warning("orders of dataset=%s: %s", dataset_id, error)
        return f"put off: {error}"
    except WorkFailed as error:
        if waiting and world.store.orders.waiting(dataset_id)[:1] == waiting[:1]:
            world.store.orders.settle(dataset_id, waiting[0], world.store.now(), error=str(error))
        status = f"failed: {error}"
    shutil.rmtree(folder, ignore_errors=True)
    return status


def _folder(world: World, dataset_id: str) -> Path:
    """Where the process leaves word: the same for all workers of one service on this machine."""
    name = f"argilla-distill-orders-{world.settings.queue}-{world.store.keys.prefix}-{dataset_id}"
    return Path(tempfile.gettempdir()) / name
