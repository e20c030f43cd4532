"""Cancel and end rounds where somebody asked for it through the web process.

A request stays until it is done, or until it is told why it cannot be: whatever interrupts the job, the cron
has it done again, and both may be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.rounds.request import RoundRequest
from argilla_distill.plugin.errors import DistillError
from argilla_distill.plugin.store import StoreError
from argilla_distill.workers.use_cases.rounds.cancelling import cancel
from argilla_distill.workers.use_cases.rounds.ending import WentOn, end
from argilla_distill.workers.use_cases.world import World


def carry_out(world: World, dataset_id: str) -> Iterator[WentOn]:
    """Do what was asked for, round by round; what became of each.

    Raises
    ------
    ArgillaUnavailable : nothing is lost, it is done later.
    """
    asked = world.store.rounds.asked(dataset_id)
    waiting = {name: request for name, request in asked.items() if not request.error}
    if not waiting:
        return
    dataset = world.gateway.dataset(dataset_id)
    for name, request in waiting.items():
        yield WentOn(_carried_out(world, dataset, name, request), name)


def _carried_out(world: World, dataset: Dataset, name: str, request: RoundRequest) -> str:
    done, settle = cancel if request.action == "cancel" else end, world.store.rounds.settle
    try:
        known = done(world, dataset, name)
    except (OSError, StoreError):  # the cron asks again
        raise
    except DistillError as error:
        if error.retry:
            return "busy"
        settle(dataset.id, name, request, replace(request, error=str(error)))
        return "refused"
    except Exception as error:  # told, or the cron would ask for ever
        why = f"{type(error).__name__}: {error}"
        settle(dataset.id, name, request, replace(request, error=why))
        raise
    settle(dataset.id, name, request, None)
    return known.state
