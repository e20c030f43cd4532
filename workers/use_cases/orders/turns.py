"""Orders are carried out, and rounds counted, beside a worker: it looks after that in short turns.

Answers go before. What the process beside cannot do is told where it was asked for; all that is heard of here
is that it was killed again and again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from argilla_distill.plugin.errors import DistillError
from argilla_distill.plugin.store import StoreError
from argilla_distill.workers.use_cases.beside import NOTHING, folder_of, look_after
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.orders.giving_way import GivingWay
from argilla_distill.workers.use_cases.rounds import ending
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside

log = logging.getLogger("distill.orders")


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
        waiting = world.store.orders.waiting(dataset_id)
        # the one that was begun, and not those that came before it since
        for order in sorted(waiting, key=lambda each: not each.stage)[:1]:
            world.store.orders.settle(dataset_id, order, world.store.now(), error=why)

    folder = folder_of(world, dataset_id, "orders")
    if not world.store.orders.waiting(dataset_id) and not folder.exists():
        return NOTHING
    return look_after(world, folder, slice_s, apart, aside, give_up)


def turn_of_rounds(
    world: World, dataset_id: str, slice_s: float, apart: Callable[[], None], aside: Aside
) -> str:
    """Look after rounds for a while. As `turn`; `apart` goes on with rounds."""

    def give_up(why: str) -> None:
        ending.give_up(world, dataset_id, why)

    folder = folder_of(world, dataset_id, "rounds")
    if not any(each.open for each in world.store.rounds.all(dataset_id)) and not folder.exists():
        return NOTHING
    return look_after(world, folder, slice_s, apart, aside, give_up)
