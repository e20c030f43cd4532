"""Compare what pages and clients ask for, and count runs: beside a worker, in short turns.

What takes long is done by a process of the lowest priority, with a world of its own. What it finds is kept
as a whole or not at all; one that is killed is begun anew.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

from argilla_distill.domain.versions.contest import ComparisonRequest
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    InvalidRequest,
    NotInArgilla,
)
from argilla_distill.workers.use_cases.comparisons.comparing import compare
from argilla_distill.workers.use_cases.comparisons.run_standings import taken
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, WorkFailed, in_place

log = logging.getLogger("distill.comparing")

COMPARED, COUNTED, WAITING, NOTHING = "compared", "counted", "comparing", "nothing asked for"

STANDINGS = "|"
"""What no comparison is called."""

CANNOT = (InvalidRequest, WorkFailed, ArgillaUnavailable, ArgillaRefused, NotInArgilla)


def carry_out(world: World, dataset_id: str, request: ComparisonRequest) -> None:
    """Compare, and keep what is found; how far it is, is told meanwhile."""

    def progress(done: int, total: int) -> None:
        world.store.compared.note(dataset_id, request.name, done, total)

    dataset = world.gateway.dataset(dataset_id)
    compare(world, dataset, request.versions, progress, request.runs)


def count(world: World, dataset_id: str) -> None:
    """Count how often each run is right, and keep it."""
    world.store.standings.keep(dataset_id, taken(world, dataset_id))


def compare_asked(
    world: World,
    dataset_id: str,
    apart: Callable[[ComparisonRequest], None],
    aside: Aside = in_place,
    over: Callable[[], bool] = lambda: False,
) -> str:
    """Make the comparisons that are asked for.

    Parameters
    ----------
    apart : does `carry_out`; where that is in another process, with a world of its own.
    aside : has that done.
    over : whether the turn is over: what is done aside goes on, and is looked after in the next.

    Returns
    -------
    `WAITING` where another turn is needed; else what became of the last one.
    """
    store, status = world.store.compared, NOTHING
    for request in store.asked(dataset_id):
        folder = _folder(world, dataset_id, request.name)
        try:
            if not _done(folder, partial(apart, request), aside, over):
                return WAITING
            store.done(dataset_id, request)
            status = COMPARED
        except CANNOT as error:
            store.fail(dataset_id, request.name, str(error))
            status = f"failed: {error}"
    return WAITING if store.asked(dataset_id) else status


def count_asked(
    world: World,
    dataset_id: str,
    apart: Callable[[], None],
    aside: Aside = in_place,
    over: Callable[[], bool] = lambda: False,
) -> str:
    """Count how often each run is right, where that is asked for. Parameters as of `compare_asked`."""
    store = world.store.standings
    asked = store.asked(dataset_id)
    if asked is None:
        return NOTHING
    try:
        if not _done(_folder(world, dataset_id, STANDINGS), apart, aside, over):
            return WAITING
        store.done(dataset_id, asked)
    except CANNOT as error:
        store.fail(dataset_id, str(error))
        return f"failed: {error}"
    return WAITING if store.asked(dataset_id) is not None else COUNTED


def _done(folder: Path, work: Callable[[], None], aside: Aside, over: Callable[[], bool]) -> bool:
    """Whether a piece of work is done. Raises one of `CANNOT`; then it is of no use to wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if not aside(folder, work, over):
            return False
    except OSError as error:  # no room for what the process leaves
        shutil.rmtree(folder, ignore_errors=True)
        raise WorkFailed(error.strerror or str(error)) from error
    except CANNOT:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _folder(world: World, dataset_id: str, name: str) -> Path:
    """Where the process leaves word: the same for all workers of one service on this machine."""
    what = f"{world.settings.queue}\0{world.store.keys.prefix}\0{dataset_id}\0{name}"
    return (
        Path(tempfile.gettempdir())
        / f"argilla-distill-compare-{sha256(what.encode()).hexdigest()[:24]}"
    )
