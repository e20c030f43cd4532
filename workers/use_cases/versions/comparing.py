"""What changed between two versions: compared once, and kept, as neither ever changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.difference import (
    CAUSES,
    Caused,
    Difference,
    QuestionDifference,
    Side,
)
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.change_lists import ChangeLists
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.differences.comparing import REST, Comparison, QuestionCounts
from argilla_distill.workers.versions.differences.listing import Group, Listing
from argilla_distill.workers.versions.differences.reading import UNREADABLE, VersionRows

Progress = Callable[[int, int], None]


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


def of_manifests(
    world: World, was: Manifest, now: Manifest, progress: Progress, anew: bool = False
) -> Difference:
    """The same of two versions of a dataset. What was compared before is not compared again, or `anew`."""
    if was.name == now.name:
        raise InvalidRequest(f"{was.name} cannot be compared with itself: name two versions")
    _refuse_deleted(was, now)
    storage = Storage(world.settings.versions)
    lists = ChangeLists(storage)
    known = world.store.differences.find(was.dataset_id, was.name, now.name)
    if known is not None and lists.has(known) and not anew:
        return known
    with TemporaryDirectory(prefix="argilla-distill-") as folder:
        made, path = _compared(storage, was, now, Path(folder), progress)
        lists.put(made, path)
    world.store.differences.keep(made)
    later = [world.store.versions.manifest(was.dataset_id, each.name) for each in (was, now)]
    gone = [each for each in later if each is not None and each.deleted_at]
    for each in gone:  # deleted while they were compared
        lists.delete(each.dataset_id, world.store.differences.forget(each.dataset_id, each.name))
    _refuse_deleted(*gone)
    return made


def _refuse_deleted(*versions: Manifest) -> None:
    for each in versions:
        if each.deleted_at:
            raise InvalidRequest(f"the files of {each.name} are deleted: nothing compares with it")


def compare_asked(world: World, dataset_id: str) -> str:
    """Make the comparisons that pages have asked for, as they are not there or cannot be read.

    Returns
    -------
    What became of the last one, in a word.
    """
    store, status = world.store.differences, "nothing asked for"
    for was, now in store.asked(dataset_id):
        one, other = (world.store.versions.manifest(dataset_id, name) for name in (was, now))
        try:
            if one is None or other is None:
                raise InvalidRequest("there is no such version any more")
            noted = partial(store.note, dataset_id, was, now)
            of_manifests(world, one, other, noted, anew=True)
            status = "compared"
        except InvalidRequest as error:
            store.fail(dataset_id, was, now, str(error))
            status = f"failed: {error}"
    return status


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
