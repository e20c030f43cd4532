"""Make requests of the wishes for versions that were sent through the web process.

A wish stays until it is a request, or until it is told why it can be none: whatever interrupts the job, the
cron has it done again, and a wish becomes one version only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.domain.versions.wish import VersionWish
from argilla_distill.plugin.errors import DistillError, NotInArgilla
from argilla_distill.plugin.store import StoreError
from argilla_distill.workers.use_cases.twins import asking as twins
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.world import World

GONE = "the dataset is gone from Argilla"


def fulfil(world: World, dataset_id: str) -> Iterator[tuple[str, str]]:
    """See to what was wished for, wish by wish: its key, and what became of it in words."""
    for wish in world.store.wishes.waiting(dataset_id):
        yield wish.key, _fulfilled(world, dataset_id, wish)


def _fulfilled(world: World, dataset_id: str, wish: VersionWish) -> str:
    settle = world.store.wishes.settle
    try:
        return f"is {_asked(world, world.gateway.dataset(dataset_id), wish)}"
    except NotInArgilla:
        settle(dataset_id, wish.refused(GONE))
        return f"refused: {GONE}"
    except (OSError, StoreError):  # the cron asks again
        raise
    except (DistillError, ValueError) as error:
        if isinstance(error, DistillError) and error.retry:
            return f"waits: {error}"
        settle(dataset_id, wish.refused(str(error)))
        return f"refused: {error}"
    except Exception as error:  # told, or the cron would ask for ever
        settle(dataset_id, wish.refused(f"{type(error).__name__}: {error}"))
        raise


def _asked(world: World, dataset: Dataset, wish: VersionWish) -> str:
    """The name of the version that is asked for, once only; then of its twin."""
    settle, name = world.store.wishes.settle, wish.version
    if wish.twin:
        twins.check(world, dataset)
    if not name:

        def keep(request: VersionRequest) -> None:
            settle(dataset.id, wish.became(request), request)

        name = ask(
            world,
            dataset,
            wish.strategy,
            wish.as_of,
            wish.tags,
            wish.note,
            wish.selection,
            wish.created_by,
            keep,
        ).name
    if wish.twin:
        twins.ask(world, dataset, name)
        settle(dataset.id, replace(wish, version=name, settled=True))
    return name
