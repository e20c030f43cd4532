"""Do what was asked for through the web process, order by order.

An order stays until it is done, or until it is told why it cannot be: whatever interrupts the job, the cron
has it done again, and each may be repeated.

They are done one after the other, what only computes after what people wait for. What takes something back is
not kept waiting by what takes long: it is done in the midst of that, between two of its steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from argilla_distill.domain.orders.order import (
    ADD_RUN,
    CANCEL_ROUND,
    COMPARE,
    COUNT_RUNS,
    CREATE_VERSION,
    END_ROUND,
    PLAN_ROUND,
    START_ROUND,
    TRACE_FAILURES,
    WorkOrder,
)
from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.errors import DistillError, NotInArgilla
from argilla_distill.plugin.store import StoreError
from argilla_distill.workers.use_cases.orders import (
    comparison_orders,
    round_orders,
    version_orders,
)
from argilla_distill.workers.use_cases.orders.in_hand import OrderInHand, Superseded
from argilla_distill.workers.use_cases.remains import is_surely_gone, remains
from argilla_distill.workers.use_cases.world import World

Action: TypeAlias = Callable[[World, Dataset, OrderInHand], str]
"""Does what an order says, and returns the name of what came of it. It may be begun again after a kill."""


@dataclass(frozen=True)
class CarriedOut:
    """What became of an order, for the log line."""

    order: WorkOrder
    status: str


def carry_out(world: World, dataset_id: str, pause: Callable[[], None]) -> Iterator[CarriedOut]:
    """Do what was asked for, and what is asked for meanwhile; what became of each.

    Raises
    ------
    StoreError, OSError : nothing is lost, it is done later.
    """
    done: list[WorkOrder] = []
    between: list[CarriedOut] = []
    failed: list[Exception] = []

    def left() -> list[WorkOrder]:
        every = world.store.orders.waiting(dataset_id)
        return [each for each in every if not any(each.is_same(other) for other in done)]

    def urgent() -> None:
        while orders := [each for each in left() if each.action in URGENT]:
            done.append(orders[0])
            in_hand = OrderInHand(world, dataset_id, orders[0], pause)
            try:
                between.append(CarriedOut(orders[0], _carried_out(world, in_hand)))
            except (OSError, StoreError):
                raise
            except Exception as error:  # told with that order; the one that is being done goes on
                failed.append(error)

    while waiting := left():
        order = min(waiting, key=_turn)
        done.append(order)
        status = _carried_out(world, OrderInHand(world, dataset_id, order, pause, urgent))
        yield from between
        between.clear()
        yield CarriedOut(order, status)
        if failed:
            raise failed.pop()


def _turn(order: WorkOrder) -> int:
    """The least is done first; of those that are alike, what was asked for first."""
    return 0 if order.action in URGENT else 2 if order.action in UNHURRIED else 1


def _carried_out(world: World, in_hand: OrderInHand) -> str:
    dataset_id, order = in_hand.dataset_id, in_hand.order

    def settle(result: str = "", error: str = "") -> None:
        world.store.orders.settle(dataset_id, order, world.store.now(), result, error)

    action = ACTIONS.get(order.action)
    if action is None:
        settle(error=f"this release of argilla-distill does not know how to {order.action}")
        return "unknown"
    try:
        dataset = world.gateway.dataset(dataset_id)
        result = action(world, dataset, in_hand)
    except Superseded:
        return "superseded"
    except (OSError, StoreError):  # the cron asks again
        raise
    except NotInArgilla as error:
        gone = is_surely_gone(world, dataset_id)
        settle(error=str(remains(world.store, dataset_id) if gone else error))
        return "refused"
    except DistillError as error:
        if error.retry:
            return "busy"
        settle(error=str(error))
        return "refused"
    except Exception as error:  # told, or the cron would ask for ever
        settle(error=f"{type(error).__name__}: {error}")
        raise
    settle(result or order.about)
    return "done"


def _trace_failures(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    from argilla_distill.workers.use_cases.tracing.on_request import trace_sent  # loads scipy

    in_hand.note("looking for training records that are near")
    return trace_sent(world, dataset, in_hand.order.about)


ACTIONS: Mapping[str, Action] = {
    ADD_RUN: comparison_orders.add_run,
    CANCEL_ROUND: round_orders.cancel,
    COMPARE: comparison_orders.compare,
    COUNT_RUNS: comparison_orders.count_runs,
    END_ROUND: round_orders.end,
    PLAN_ROUND: round_orders.plan,
    START_ROUND: round_orders.start,
    TRACE_FAILURES: _trace_failures,
    CREATE_VERSION: version_orders.make,
}
"""What may be asked for. A new kind of order is a function here, and whatever page places it."""

URGENT = (CANCEL_ROUND, END_ROUND)
"""These take a moment, and nothing is to be written any more that they take back."""

UNHURRIED = (COMPARE, COUNT_RUNS, TRACE_FAILURES)
"""These only compute, some of them for minutes."""
