"""Orders about versions: one is asked for. Making it is a job of its own (`versions.making`)."""

from __future__ import annotations

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.domain.versions.wish import VersionWish
from argilla_distill.workers.use_cases.orders.in_hand import OrderInHand
from argilla_distill.workers.use_cases.twins import asking as twins
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.world import World


def make(world: World, dataset: Dataset, in_hand: OrderInHand) -> str:
    """Ask for the version that was wished for, once whatever is killed, and for its twin; its name."""
    order, wish = in_hand.order, VersionWish.of(in_hand.order)
    if wish.twin:
        twins.check(world, dataset)
    name = order.result  # it was asked for before a kill, or was just going to be
    if not (name and _is_known(world, dataset.id, name)):

        def keep(request: VersionRequest) -> None:
            in_hand.name(request.name)
            world.store.versions.ask(dataset.id, request)

        name = ask(
            world,
            dataset,
            wish.strategy,
            wish.as_of,
            wish.tags,
            wish.note,
            wish.selection,
            order.asked_by,
            keep,
        ).name
    if wish.twin:
        twins.ask(world, dataset, name)
    return name


def _is_known(world: World, dataset_id: str, name: str) -> bool:
    """Whether a version of this name is asked for, is there, or could not be made."""
    versions = world.store.versions
    failed = any(each.name == name for each in versions.failures(dataset_id))
    return (
        failed
        or versions.is_asked(dataset_id, name)
        or versions.manifest(dataset_id, name) is not None
    )
