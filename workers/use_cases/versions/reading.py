"""What a version is made of, read into the spool: the history up to its position, and the records."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, takewhile

from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.domain.history import START
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.domain.versions.split import prompt_of
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.spool import Spool, place

PAGE = 250
ENTRIES = 5_000
"""Entries of the history that are spooled at once."""

DECISION = "decision"
"""The kind of entries that no version is made of: it decides anew."""

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
        spool.add_entries(entry for entry in batch if entry.record and entry.kind != DECISION)
        for entry in batch:
            fits.update(entry.values if entry.kind == "fit" else {})
        read, ends = read + len(batch), over()
        if ends or spool.full:
            mark = {"at": batch[-1].id, "read": read, "fits": fits, "done": False}
            spool.mark("history", mark)
        tell("reading the history", read, 0)
        if ends:
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
    read, before, again = mark.get("read", 0), mark.get("total", 0), mark.get("again", 0)
    while True:
        records, total = world.gateway.page(dataset_id, read, PAGE)
        prints = [fingerprint(prompt_of(r.fields, plan.prompt_field)) for r in records]
        groups = world.store.versions.groups(dataset_id, [print_ for print_ in prints if print_])
        spool.add_records(
            (record, groups.get(print_, "")) for record, print_ in zip(records, prints, strict=True)
        )
        read += len(records)
        done = read >= total or not records
        if total < before and again < REREADINGS:
            read, done, again = 0, False, again + 1
        before, ends = total, done or over()
        if ends or spool.full:
            spool.mark("records", {"read": read, "total": total, "again": again, "done": done})
        tell("reading records", read, total)
        if ends:
            return done
