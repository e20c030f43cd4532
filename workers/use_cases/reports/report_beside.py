"""A large dataset is counted beside the worker, which looks after that in short turns: answers go before."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.workers.use_cases.beside import folder_of
from argilla_distill.workers.use_cases.reports.report import Counted
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside

LARGE = 1_000
"""A dataset with so many records takes a tenth of a second to count, and on a busy machine a whole one."""


def is_large(world: World, dataset_id: str) -> bool:
    """Whether counting the dataset would keep answers waiting."""
    info = world.store.datasets.info(dataset_id)
    return info.get("state") == "active" and int(info.get("records", 0)) >= LARGE


def counted(world: World, dataset_id: str) -> Counted:
    """What was counted beside, as it is kept."""
    kept = world.store.reports.overview(dataset_id)
    if kept is None:  # it was not to be distilled any more
        return Counted(dataset_id, status="not distilled")
    questions = [world.store.reports.question(dataset_id, str(q["name"])) for q in kept.questions]
    votes = sum(question.votes for question in questions if question is not None)
    records = int(world.store.datasets.info(dataset_id).get("records", 0))
    return Counted(dataset_id, records, votes)


def turn(
    world: World, dataset_id: str, slice_s: float, work: Callable[[], None], aside: Aside
) -> bool:
    """Look after it for a while; False where another turn is needed.

    Parameters
    ----------
    work : counts the dataset, with a world of its own.
    aside : does it.

    Raises
    ------
    WorkFailed, OSError : as `aside` does; the next that is asked for begins anew.
    """
    folder = folder_of(world, dataset_id, "report")
    folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + slice_s

    def over() -> bool:
        return time.monotonic() >= end or bool(world.dispatch.queued(DISTIL))

    try:
        if not aside(folder, work, over):
            return False
    except Exception:
        world.store.reports.release(dataset_id)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return True
