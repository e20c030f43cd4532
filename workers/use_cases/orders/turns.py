"""Orders are carried out, and rounds counted, beside a worker: it looks after that in short turns.

Answers go before. What the process beside cannot do is told where it was asked for; all that is heard of here
is that it was killed again and again.
"""

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
from argilla_distill.workers.use_cases.rounds import ending
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, WorkFailed

log = logging.getLogger("distill.orders")

WAITING, DONE, NOTHING = "waiting", "done", "nothing to do"


def work(world: World, dataset_id: str) -> None:
    """Carry orders out: what the process beside the worker does."""
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
    except Exception:  # it is told with the order
        log.exception("an order of dataset=%s failed", dataset_id)


def count(world: World, dataset_id: str) -> None:
    """Go on with rounds, which may mean to count one: what the process beside the worker does."""
    try:
        done = ending.go_on(world, dataset_id)
        log.info("round dataset=%s round=%s outcome=%s", dataset_id, done.name, done.status)
    except (OSError, StoreError, DistillError) as error:
        log.warning("rounds of dataset=%s are left for later: %s", dataset_id, error)
    except Exception:  # it is told with the round
        log.exception("a round of dataset=%s could not be counted", dataset_id)


def turn(
    world: World, dataset_id: str, slice_s: float, apart: Callable[[], None], aside: Aside
) -> str:
    """Look after orders for a while.

    Parameters
    ----------
    apart : carries orders out, with a world of its own.
    aside : does it.

    Returns
    -------
    `WAITING` where another turn is needed.
    """

    def give_up(why: str) -> None:
        for order in world.store.orders.waiting(dataset_id)[:1]:
            world.store.orders.settle(dataset_id, order, world.store.now(), error=why)

    due = bool(world.store.orders.waiting(dataset_id))
    return _turn(world, _folder(world, dataset_id, "orders"), due, slice_s, apart, aside, give_up)


def turn_of_rounds(
    world: World, dataset_id: str, slice_s: float, apart: Callable[[], None], aside: Aside
) -> str:
    """Look after rounds for a while. As `turn`; `apart` goes on with rounds."""

    def give_up(why: str) -> None:
        ending.give_up(world, dataset_id, why)

    due = any(each.open for each in world.store.rounds.all(dataset_id))
    return _turn(world, _folder(world, dataset_id, "rounds"), due, slice_s, apart, aside, give_up)


def _turn(
    world: World,
    folder: Path,
    due: bool,
    slice_s: float,
    apart: Callable[[], None],
    aside: Aside,
    give_up: Callable[[str], None],
) -> str:
    if not due and not folder.exists():
        return NOTHING
    folder.mkdir(parents=True, exist_ok=True)
    end, status = time.monotonic() + slice_s, DONE
    try:
        if not aside(folder, apart, lambda: time.monotonic() >= end or world.dispatch.urgent()):
            return WAITING
    except OSError as error:  # no room: the cron asks again
        log.warning("%s: %s", folder.name, error)
        return f"put off: {error}"
    except WorkFailed as error:
        give_up(str(error))
        status = f"failed: {error}"
    shutil.rmtree(folder, ignore_errors=True)
    return status


def _folder(world: World, dataset_id: str, what: str) -> Path:
    """Where the process leaves word: the same for all workers of one service on this machine."""
    name = f"argilla-distill-{what}-{world.settings.queue}-{world.store.keys.prefix}-{dataset_id}"
    return Path(tempfile.gettempdir()) / name
