"""Move old entries of a dataset's history out of Redis, into files beside its versions.

A part at a time: its entries are read from Redis and written into a file; the file is put in its place and
read once more, by what will read it ever after, and has to say the same; only then is it noted, and with that
its entries leave Redis, in one step. Whatever is killed before that, Redis still has them; a file that was
left behind is written over by the next attempt. Answers go on meanwhile: nothing is held that they need.

What stays in Redis: today's entries, which every report counts; what some model has not learned yet; and the
last one. So an answer is taken in, learned from, decided and published without a file being read.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from argilla_distill.domain.history.archived import ArchivedPart, place
from argilla_distill.plugin.errors import ArchiveDamaged, ArchiveUnavailable, DatasetBusy
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.beside import folder_of, look_after
from argilla_distill.workers.use_cases.due.archives_due import WORTH
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside
from argilla_distill.workers.versions.spool import making_place

if TYPE_CHECKING:
    from argilla_distill.workers.archives.part_file import PartFile

log = logging.getLogger("distill.archive")

PART = 100_000
"""Entries of one file, at most."""

CHUNK = 2_000
"""Entries that are written before the next look at whether the right to do so is still ours."""

DAY_MS = 86_400_000

MAKING = "history.moving-"
"""How folders begin in which parts are made."""

Tell = Callable[[int, int], None]
"""Told how many entries have been moved, and how many there are to move, about."""


@dataclass(frozen=True)
class Moved:
    """What was moved: entries, files, and bytes of these.

    Attributes
    ----------
    held_by : the question whose saved model has learned no further, where that is why no more was moved.
    """

    entries: int = 0
    files: int = 0
    bytes: int = 0
    held_by: str = ""


def archive(
    world: World,
    dataset_id: str,
    before: int,
    tell: Tell = lambda done, total: None,
    over: Callable[[], bool] = lambda: False,
) -> Moved:
    """Move what we saw before a moment (ms since the epoch), as far as it may leave Redis.

    Parameters
    ----------
    over : whether to leave the rest to the next time; asked after each file.

    Raises
    ------
    DatasetBusy : another process does the same just now.
    InvalidSettings : there is no such storage.
    ArchiveUnavailable, ArchiveDamaged : it takes no file, or what lies in files already is not there: nothing
        is added to it. What is not moved is in Redis.
    """
    token, archive_ = secrets.token_hex(8), world.store.archive
    _claim(world.store, dataset_id, token)
    moved = Moved()
    try:
        parts = archive_.parts(dataset_id)
        if parts:
            archive_.files.check(dataset_id, parts[-1])
        archive_.files.clear(dataset_id)
        end, held_by = movable(world.store, dataset_id, before)
        moved = Moved(held_by=held_by)
        total = world.store.history.in_redis(dataset_id)
        while place(archive_.end(dataset_id)) < place(end):
            part = _move_part(world, dataset_id, end, token)
            moved = replace(
                moved,
                entries=moved.entries + part.entries,
                files=moved.files + 1,
                bytes=moved.bytes + part.bytes,
            )
            tell(moved.entries, total)
            if over():
                break
    except OSError as error:
        why = f"where DISTILL_VERSIONS leads, no file is taken: {error.strerror or error}"
        raise ArchiveUnavailable(f"{why}; what was not moved is still in Redis") from error
    finally:
        archive_.let_go(dataset_id, token)
    archive_.note_trouble(dataset_id, "")
    return moved


def movable(store: Store, dataset_id: str, before: int) -> tuple[str, str]:
    """The id of the last entry that may leave Redis, of those that we saw before a moment; `0-0`: none.

    And the question whose saved model has learned no further, where that is the bound.
    """
    today = store.now() // DAY_MS * DAY_MS
    old = store.history.in_redis_until(dataset_id, max(min(before, today) - 1, 0))
    end, held_by = min(old, store.history.last_but_one(dataset_id), key=place), ""
    for question, position in _learned(store, dataset_id).items():
        if place(position) < place(end):
            end, held_by = position, question
    return end, held_by


def _learned(store: Store, dataset_id: str) -> dict[str, str]:
    """Up to which entry the saved model of each distilled question has learned."""
    questions = json.loads(store.datasets.info(dataset_id).get("questions", "{}"))
    return {
        name: info.position
        for name, info in store.models.all(dataset_id).items()
        if questions.get(name, {}).get("word") == "distilled"
    }


def wanted(world: World, dataset_id: str) -> int:
    """Before which moment (ms) the settings want entries moved; 0: none, or too few to be worth it."""
    store, info = world.store, world.store.datasets.info(dataset_id)
    days = world.plan(info.get("name", "")).archive_after_days
    if not days or info.get("state") not in ("active", "deleted"):
        return 0
    before = store.now() - days * DAY_MS
    if store.history.in_redis(dataset_id) < WORTH:
        return 0
    behind, (end, _) = store.archive.end(dataset_id), movable(store, dataset_id, before)
    if place(end) <= place(behind):
        return 0
    old = store.history.stored_after(dataset_id, behind, end=end)
    return before if sum(1 for _ in islice(old, WORTH)) == WORTH else 0


def work(world: World, dataset_id: str) -> None:
    """What the process beside the worker does."""
    before = wanted(world, dataset_id)
    if before:
        moved = archive(world, dataset_id, before)
        log.info(
            "archive dataset=%s entries=%d files=%d bytes=%d",
            dataset_id,
            moved.entries,
            moved.files,
            moved.bytes,
        )


def turn(
    world: World, dataset_id: str, slice_s: float, work: Callable[[], None], aside: Aside
) -> str:
    """Look after it for a while; `WAITING` where another turn is needed."""
    folder = folder_of(world, dataset_id, "archive")

    def give_up(why: str) -> None:
        world.store.archive.note_trouble(dataset_id, why)
        log.warning("old entries of dataset=%s stay in Redis for now: %s", dataset_id, why)

    return look_after(world, folder, slice_s, work, aside, give_up)


def _claim(store: Store, dataset_id: str, token: str) -> None:
    if not store.archive.hold(dataset_id, token):
        raise DatasetBusy("another process moves old entries of this dataset just now")


def _move_part(world: World, dataset_id: str, end: str, token: str) -> ArchivedPart:
    """Write, put, read again and note one part."""
    store, files = world.store, world.store.archive.files
    behind = store.archive.end(dataset_id)
    folder = making_place(Storage(world.settings.versions), dataset_id, f"{MAKING}{token}")
    for left in folder.parent.glob(f"{MAKING}*"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        made = folder / "part"
        part, digest = _written(store, dataset_id, behind, end, token, made)
        files.put(dataset_id, part.name, made)
        _read_again(store, dataset_id, part, digest)
        _claim(store, dataset_id, token)
        if not store.archive.move(dataset_id, part, behind):
            if part.name not in {each.name for each in store.archive.parts(dataset_id)}:
                files.delete(dataset_id, part.name)
            raise DatasetBusy("another process moved old entries of this dataset meanwhile")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return part


def _written(
    store: Store, dataset_id: str, behind: str, end: str, token: str, path: Path
) -> tuple[ArchivedPart, str]:
    """The file of the next part, and the digest of its entries."""
    from argilla_distill.workers.archives.part_file import PartFile  # loads pyarrow

    entries = islice(store.history.stored_after(dataset_id, behind, end=end), PART)
    file: PartFile = PartFile(path)
    try:
        while chunk := list(islice(entries, CHUNK)):
            file.add(chunk)
            _claim(store, dataset_id, token)
    except BaseException:
        with suppress(Exception):  # a full disk says so once more
            file.abandon()
        raise
    return file.close(), file.digest_


def _read_again(store: Store, dataset_id: str, part: ArchivedPart, digest: str) -> None:
    """See whether a part's file says what Redis says. Raises ArchiveDamaged, ArchiveUnavailable."""
    from argilla_distill.workers.archives.part_file import digest_of

    if digest_of(store.archive.every(dataset_id, part)) != digest:
        raise ArchiveDamaged(f"{part.name} is not what was written: nothing was moved")
