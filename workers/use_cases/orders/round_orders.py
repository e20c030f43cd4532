"""Orders about rounds: started of an uploaded file, planned, ended, cancelled."""

from __future__ import annotations

from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.wish import Sketch, Wish, another
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.orders.in_hand import OrderInHand
from argilla_distill.workers.use_cases.orders.uploaded import forget, gathered
from argilla_distill.workers.use_cases.rounds import cancelling, ending, starting
from argilla_distill.workers.use_cases.world import World

SHOWN = 10
"""So many of the outputs that would be taken are told."""


def cancel(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Take back what nobody answered."""

    def between(done: int, total: int) -> None:
        in_hand.step("taking records back", done, total)

    return cancelling.cancel(world, dataset, in_hand.order.about, between).name


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
    others = (
        each for each in world.store.orders.waiting(dataset.id) if each.id != in_hand.order.id
    )
    if not any(each.terms.get("sha256") == digest for each in others):
        forget(world, dataset.id, digest)
    return wish.name


def _wish(order: WorkOrder) -> Wish:
    return read(Wish, {"name": order.about, **order.terms})
