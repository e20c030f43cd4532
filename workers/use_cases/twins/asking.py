"""Ask for a version's twin. Writing it is a job (`filling`), behind everything else."""

from __future__ import annotations

from dataclasses import replace

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.dispatch import TWIN
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.world import World


def ask(world: World, dataset: Dataset, version: str, total: int = 0) -> Twin:
    """Ask for the twin of a version that is made, or is being made. Safe to repeat.

    One that is there is looked at: what is missing is written, and what tags are said to name it is
    brought up to date.

    Parameters
    ----------
    version : its name, no tag.
    total : its records, as far as that is known.

    Raises
    ------
    InvalidRequest : as `check`.
    """
    check(world, dataset)
    store, now = world.store, world.store.now()
    known = store.twins.of(dataset.id, version)
    if known is not None and known.waits:
        twin = replace(known, error="")
    elif known is not None:
        twin = replace(known, state="asked for", asked_at=now, moved_at=now, error="")
    else:
        twin = Twin(version, now, total=total, moved_at=now)
    store.twins.keep(dataset.id, twin)
    world.dispatch.enqueue(TWIN, dataset.id)
    return twin


def check(world: World, dataset: Dataset) -> None:
    """Whether a dataset's versions may have twins at all.

    Raises
    ------
    InvalidRequest : we are not connected, or the twin would lie where the dataset's annotators see it.
    """
    if not world.connected:
        raise InvalidRequest(
            "a twin is written into Argilla, which we are not connected to: run `argilla-distill connect`"
        )
    if world.plan(dataset.full_name).twin_workspace == dataset.workspace:
        raise InvalidRequest(
            f"twin_workspace is {dataset.workspace}, the dataset's own: its annotators would see labels of "
            "records that they have yet to answer; name another workspace in distill.toml"
        )


def retitle(world: World, dataset: Dataset, *versions: str) -> None:
    """Have the twins of these versions say which tags name them now."""
    for version in versions:
        if world.store.twins.look_again(dataset.id, version, world.store.now()):
            world.dispatch.enqueue(TWIN, dataset.id)
