"""What a version is made of, read into the spool: the history up to its position, and the records."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, takewhile

from argilla_distill.domain.history import START
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.domain.versions.split import Groups, prompt_of
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.spool import Spool, place

PAGE = 250
ENTRIES = 5_000
"""Entries of the history that are spooled at once."""

REREADINGS = 3
"""So often records are read from the beginning again because some were deleted meanwhile."""

Tell = Callable[[str, int, int], None]
"""Told the stage, what is done of it, and of how much; 0 where that is not known."""


def read_history(
    world: World,
    dataset_id: str,
    request: VersionRequest,
    spool: Spool,
    over: Callable[[], bool],
    tell: Tell,
) -> bool:
    """Spool the history up to the position. False if the slice was over before."""
    mark = spool.marked("history")
    if mark.get("done"):
        return True
    end, fits = place(request.position), dict(mark.get("fits", {}))
    at, read = mark.get("at", START), mark.get("read", 0)
    entries = takewhile(
        lambda entry: place(entry.id) <= end, world.store.history.after(dataset_id, at)
    )
    while batch := list(islice(entries, ENTRIES)):
        spool.add_entries(entry for entry in batch if entry.record)
        for entry in batch:
            fits.update(entry.values if entry.kind == "fit" else {})
        read += len(batch)
        spool.mark("history", {"at": batch[-1].id, "read": read, "fits": fits, "done": False})
        tell("reading the history", read, 0)
        if over():
            return False
    spool.mark("history", {"fits": fits, "done": True})
    return True


def read_records(
    world: World,
    dataset_id: str,
    plan: DatasetSettings,
    spool: Spool,
    over: Callable[[], bool],
    tell: Tell,
) -> bool:
    """Spool the records as they are. False if the slice was over before.

    Records that are deleted meanwhile move those behind them to the front, past what is read already: all
    are then read again.
    """
    mark = spool.marked("records")
    if mark.get("done"):
        return True
    store = world.store.versions
    groups = Groups(store.prints(dataset_id))
    read, before, again = mark.get("read", 0), mark.get("total", 0), mark.get("again", 0)
    while True:
        records, total = world.gateway.page(dataset_id, read, PAGE)
        grouped = [
            (record, groups.of(prompt_of(record.fields, plan.prompt_field))) for record in records
        ]
        store.keep_prints(dataset_id, groups.take_new())
        spool.add_records(grouped)
        read += len(records)
        done = read >= total or not records
        if total < before and again < REREADINGS:
            read, done, again = 0, False, again + 1
        before = total
        spool.mark("records", {"read": read, "total": total, "again": again, "done": done})
        tell("reading records", read, total)
        if done:
            return True
        if over():
            return False
