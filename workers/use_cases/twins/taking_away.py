"""A twin is taken out of Argilla again, unless somebody answered in it: what people wrote is never lost."""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.versions.twin import Twin
from argilla_distill.domain.wording import many
from argilla_distill.plugin.errors import NotInArgilla
from argilla_distill.workers.use_cases.twins.finding import marked
from argilla_distill.workers.use_cases.world import World, patiently


@dataclass(frozen=True)
class TakenAway:
    """Whether a twin is gone now, its name, and a sentence about it; without a name there was none."""

    gone: bool
    name: str
    text: str


def take_away(world: World, dataset_id: str, version: str) -> TakenAway:
    """Delete a version's twin and forget it; one that is being written is given up. Safe to repeat.

    Parameters
    ----------
    version : its name, no tag.

    Raises
    ------
    DatasetBusy : the one who writes it did not let go in time.
    ArgillaUnavailable, ArgillaRefused : may be repeated.
    """
    twin = world.store.twins.of(dataset_id, version)
    if twin is None:
        return TakenAway(True, "", f"{version} has no twin")
    lease = patiently(world.store.twins, dataset_id, what="the twin of dataset")
    try:
        twin = world.store.twins.of(dataset_id, version) or twin
        every = _datasets(world, dataset_id, twin)
        answers = sum(answers_in(world, each) for each in every)
        if answers:
            return TakenAway(
                False,
                twin.name,
                f"{twin.name} stays, with {many(answers, 'answer')} in it: delete it in Argilla if they may",
            )
        for each in every:
            world.gateway.delete_dataset(each)
        world.store.twins.forget(dataset_id, version)
    finally:
        lease.release()
    return TakenAway(True, twin.name, f"{twin.name or 'the twin of ' + version} is deleted")


def _datasets(world: World, dataset_id: str, twin: Twin) -> list[str]:
    """The twin's dataset, by its id; if that is not known, what bears its mark, half made or whole."""
    manifest = world.store.versions.manifest(dataset_id, twin.version)
    if twin.id or manifest is None:
        return [twin.id] if twin.id else []
    return [d.id for whole in (True, False) for d in marked(world, manifest, whole)]


def answers_in(world: World, dataset_id: str) -> int:
    """How many answers of anybody, drafts and discarded ones too, are in a dataset; 0 if it is gone."""
    try:
        return sum(sum(counts.values()) for counts in world.gateway.progress(dataset_id).values())
    except NotInArgilla:
        return 0
