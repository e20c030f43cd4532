"""What changed between two versions: compared once, and kept, as neither ever changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.difference import (
    CAUSES,
    Caused,
    Difference,
    QuestionDifference,
    Side,
    pair,
)
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.change_lists import ChangeLists
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.temporary import TemporaryFolder
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, WorkFailed, in_place
from argilla_distill.workers.versions.differences.comparing import REST, Comparison, QuestionCounts
from argilla_distill.workers.versions.differences.listing import Group, Listing
from argilla_distill.workers.versions.differences.reading import UNREADABLE, VersionRows
from argilla_distill.workers.versions.spool import making_place

Progress = Callable[[int, int], None]

MADE, CHANGES, PROGRESS = "difference.json", "changes", "progress.json"
"""What a comparison that is made aside leaves: what differs, its list, and how far it has come."""


def compare(
    world: World,
    dataset: Dataset,
    was: str,
    now: str,
    progress: Progress = lambda done, total: None,
) -> Difference:
    """What changed from one version to another, by their names or tags.

    Raises
    ------
    InvalidRequest : there is no such version, they are the same, or files of one are deleted or damaged.
    """
    one, other = found(world, dataset, was), found(world, dataset, now)
    return of_manifests(world, one, other, progress)


def of_manifests(world: World, was: Manifest, now: Manifest, progress: Progress) -> Difference:
    """The same of two versions of a dataset. What was compared before is not compared again."""
    if was.name == now.name:
        raise InvalidRequest(f"{was.name} cannot be compared with itself: name two versions")
    _refuse_deleted(was, now)
    storage = Storage(world.settings.versions)
    lists = ChangeLists(storage)
    known = world.store.differences.find(was.dataset_id, was.name, now.name)
    if known is not None and lists.has(known):
        return known
    with TemporaryFolder() as folder:
        made, path = _compared(storage, was, now, Path(folder), progress)
        _keep(world, was, now, made, path)
    return made


def _keep(world: World, was: Manifest, now: Manifest, made: Difference, path: Path) -> None:
    """Keep what was found, unless a version was deleted meanwhile."""
    lists = ChangeLists(Storage(world.settings.versions))
    lists.put(made, path)
    world.store.differences.keep(made)
    later = [world.store.versions.manifest(was.dataset_id, each.name) for each in (was, now)]
    gone = [each for each in later if each is not None and each.deleted_at]
    for each in gone:  # deleted while they were compared
        lists.delete(each.dataset_id, world.store.differences.forget(each.dataset_id, each.name))
    _refuse_deleted(*gone)


def _refuse_deleted(*versions: Manifest) -> None:
    for each in versions:
        if each.deleted_at:
            raise InvalidRequest(f"the files of {each.name} are deleted: nothing compares with it")


class Answered(NamedTuple):
    """What became of the last comparison that was asked for, in a word, and whether more is to be done."""

    status: str
    waiting: bool = False


def compare_asked(
    world: World,
    dataset_id: str,
    aside: Aside = in_place,
    over: Callable[[], bool] = lambda: False,
) -> Answered:
    """Make the comparisons that pages have asked for, as they are not there or cannot be read.

    Parameters
    ----------
    aside : does what takes long.
    over : whether the turn is over: what is done aside goes on, and is looked after in the next.

    Raises
    ------
    OSError : there is no room, or no access.
    """
    store, status = world.store.differences, "nothing asked for"
    for was, now in store.asked(dataset_id):
        storage = Storage(world.settings.versions)
        place = making_place(storage, dataset_id, pair(was, now))

        def relayed(was: str = was, now: str = now, place: Path = place) -> bool:
            with suppress(FileNotFoundError):
                store.note(dataset_id, was, now, *json.loads((place / PROGRESS).read_text()))
            return over()

        try:
            one, other = (_there(world, dataset_id, name) for name in (was, now))
            _refuse_deleted(one, other)
            place.mkdir(parents=True, exist_ok=True)
            if not aside(place, partial(_compare_aside, storage, one, other, place), relayed):
                return Answered("comparing", waiting=True)
            if (place / MADE).exists():  # else another worker has kept it
                made = Difference.read(json.loads((place / MADE).read_text("utf-8")))
                _keep(world, one, other, made, place / CHANGES)
            status = "compared"
        except (InvalidRequest, WorkFailed) as error:
            store.fail(dataset_id, was, now, str(error))
            status = f"failed: {error}"
        shutil.rmtree(place, ignore_errors=True)
    return Answered(status)


def _there(world: World, dataset_id: str, name: str) -> Manifest:
    found = world.store.versions.manifest(dataset_id, name)
    if found is None:
        raise InvalidRequest("there is no such version any more")
    return found


def _compare_aside(storage: Storage, was: Manifest, now: Manifest, place: Path) -> None:
    """Compare, and leave what was found in the place: whole, or nothing of it. May be begun again."""

    def progress(done: int, total: int) -> None:
        _leave(place / PROGRESS, json.dumps([done, total]))

    with TemporaryDirectory(dir=place) as folder:
        made, path = _compared(storage, was, now, Path(folder), progress)
        path.replace(place / CHANGES)
    _leave(place / MADE, json.dumps(made.as_json()))


def _leave(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)


def _compared(
    storage: Storage, was: Manifest, now: Manifest, folder: Path, progress: Progress
) -> tuple[Difference, Path]:
    """The comparison, and the file that lists its changes."""
    rows, listing = (VersionRows(storage, was), VersionRows(storage, now)), Listing(folder)
    comparison = Comparison(*rows, listing.add)
    try:
        ranges = comparison.ranges()
        for n, within in enumerate(ranges):
            progress(n, len(ranges))
            comparison.compare(within)
        progress(len(ranges), len(ranges))
    except UNREADABLE as error:
        raise InvalidRequest(
            f"a file of {was.name} or {now.name} cannot be read ({error}): "
            "`argilla-distill version verify` says which"
        ) from error
    finally:
        for each in rows:
            each.close()
    path = folder / "changes"
    groups = [(t.name, cause) for t in comparison.tallies for cause in (*CAUSES, REST)]
    blocks = listing.finish(path, groups)
    questions = tuple(_question(each, comparison.rest(each), blocks) for each in comparison.tallies)
    compared = {question.name for question in questions}
    return (
        Difference(
            dataset_id=now.dataset_id,
            dataset=now.dataset,
            was=_side(was),
            now=_side(now),
            same_content=was.content_sha256 == now.content_sha256,
            records_new=comparison.records_new,
            records_gone=comparison.records_gone,
            records_both=comparison.records_both,
            questions_new=tuple(q.name for q in now.questions if q.name not in compared),
            questions_gone=tuple(q.name for q in was.questions if q.name not in compared),
            questions=questions,
        ),
        path,
    )


def _question(
    tally: QuestionCounts, rest: str, blocks: Mapping[Group, tuple[int, ...]]
) -> QuestionDifference:
    """What changed of a question, now that the cause of the rest is known."""
    caused = tuple(
        Caused(
            rest if cause == REST else cause,
            tally.changed[cause],
            tally.alone[cause],
            blocks[tally.name, cause],
        )
        for cause in (*CAUSES, REST)
        if tally.changed[cause]
    )
    return QuestionDifference(
        name=tally.name,
        type=tally.now.type,
        was_strategy=tally.was.strategy,
        now_strategy=tally.now.strategy,
        settings=tally.settings,
        records=tally.records,
        changed=sum(tally.changed.values()),
        caused=caused,
        moves=tally.most_moves(),
    )


def _side(manifest: Manifest) -> Side:
    return Side(
        manifest.name,
        manifest.as_of or manifest.asked_at,
        manifest.created_at,
        manifest.records,
        manifest.release,
        manifest.content_sha256,
        manifest.only,
        manifest.without,
    )
