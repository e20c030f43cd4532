"""Orders about rounds: started of an uploaded file, planned, ended, cancelled."""

from __future__ import annotations

from argilla_distill.domain.orders.order import WorkOrder, of_round, withdrawal
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.wish import Sketch, Wish, another
from argilla_distill.plugin.dispatch import ORDERS
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.orders.in_hand import OrderInHand
from argilla_distill.workers.use_cases.orders.uploaded import forget, gathered
from argilla_distill.workers.use_cases.rounds import cancelling, ending, starting
from argilla_distill.workers.use_cases.world import World

SHOWN = 10
"""So many of the outputs that would be taken are told."""


def withdraw(world: World, dataset_id: str, name: str, by: str) -> WorkOrder | None:
    """Have a round not started that was asked for and is not kept yet. None where there is none."""
    if world.store.rounds.of(dataset_id, name) is not None:
        return None
    standing = world.store.orders.of(dataset_id, of_round(name))
    order = withdrawal(standing, world.store.now(), by)
    if order is not None:
        world.store.orders.place(dataset_id, order)
        world.dispatch.enqueue(ORDERS, dataset_id)
    return order


def cancel(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Take back what nobody answered; a round that is not kept yet is not started, its file deleted."""
    name = in_hand.order.about
    if "sha256" in in_hand.order.terms:
        _forget(world, dataset.id, in_hand.order)
        if world.store.rounds.of(dataset.id, name) is None:
            return name

    def between(done: int, total: int) -> None:
        in_hand.step("taking records back", done, total)

    return cancelling.cancel(world, dataset, name, between).name


def end(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Have a version made, by which the round will be counted; its name."""
    return ending.end(world, dataset, in_hand.order.about).version


def plan(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Tell what a round of an uploaded file would be. The file stays: the round may be started next."""
    wish = _wish(in_hand.order)
    with gathered(world, dataset.id, in_hand.order, "outputs.jsonl") as path:
        found = starting.planned(world, dataset, path, wish, in_hand.reading)
    sketch = Sketch(found.round, found.form.missing, found.taken[:SHOWN])
    world.store.rounds.keep_sketch(dataset.id, sketch)
    return wish.name


def start(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Start a round of an uploaded file, which is deleted when all of the round is in Argilla."""
    wish, digest = _wish(in_hand.order), str(in_hand.order.terms["sha256"])
    known = world.store.rounds.of(dataset.id, wish.name)
    if known is not None and (why := another(known, wish, digest)):
        raise InvalidRequest(why)
    if known is None or known.state == "being written":

        def written(done: int, total: int) -> None:
            in_hand.step("writing records", done, total)

        with gathered(world, dataset.id, in_hand.order, "outputs.jsonl") as path:
            starting.start(world, dataset, path, wish, in_hand.reading, written)
    _forget(world, dataset.id, in_hand.order)
    return wish.name


def _forget(world: World, dataset_id: str, order: WorkOrder) -> None:
    """Delete an order's file, unless another one waits that needs it."""
    digest = str(order.terms["sha256"])
    others = (each for each in world.store.orders.waiting(dataset_id) if each.id != order.id)
    if not any(each.terms.get("sha256") == digest for each in others):
        forget(world, dataset_id, digest)


def _wish(order: WorkOrder) -> Wish:
    return read(Wish, {"name": order.about, **order.terms})
