"""What a version is made of, read into the spool: the history up to its position, and the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.domain.history import START
from argilla_distill.domain.observing.ledger import says_news
from argilla_distill.domain.records import Record
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.domain.versions.split import prompt_of
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.versions.circumstances import Circumstances
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.past import Past
from argilla_distill.workers.versions.recovered import Lacking, lacking_in, recovered
from argilla_distill.workers.versions.spool import EarlierRow, Spool

FIRST_PAGE, PAGE = 20, 100
"""Records that are read at once, at the start of a slice and at most: each page is twice as long as the one
before. While Argilla reads a hundred, for a tenth of a second, whoever answers waits; answers that come
one after the other cut slices short, and then pages are short as well."""
ENTRIES = 1_000
"""Entries of the history that are spooled at once: some hundredths of a second."""

DECISION, ADJUDICATION = "decision", "adjudication"
"""The kind of entries that no version is made of, as it decides anew, and of those that may answer audits."""

REREADINGS = 3
"""So often records are read from the beginning again because some were deleted meanwhile."""

AUDITED = "audited"
"""In the marks: the records that were audited, and their groups."""

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
    past = Past.read(mark.get("past", {}))
    at, read, audited = mark.get("at", START), mark.get("read", 0), set(mark.get(AUDITED, ()))
    entries = world.store.history.stored_after(dataset_id, at, end=request.position)
    while batch := list(islice(entries, ENTRIES)):
        spool.add_entries(entry for entry in batch if entry.record and entry.kind != DECISION)
        for entry in batch:
            if not entry.record:
                past.follow(entry.entry())
            elif entry.kind == ADJUDICATION and entry.entry().details.audit_pi is not None:
                audited.add(entry.record)
        read, ends = read + len(batch), over()
        if ends or spool.full:
            mark = {"at": batch[-1].id, "read": read, "past": past.as_json(), "done": False}
            mark[AUDITED] = sorted(audited)
            spool.mark("history", mark)
        tell("reading the history", read, 0)
        if ends:
            return False
    spool.mark("history", {"past": past.as_json(), AUDITED: sorted(audited), "done": True})
    return True


def read_records(
    world: World,
    dataset_id: str,
    request: VersionRequest,
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
    drawn, audited = set(spool.marked("history").get(AUDITED, ())), set(mark.get(AUDITED, ()))
    size = min(FIRST_PAGE, PAGE)
    while True:
        records, total = world.gateway.page(dataset_id, read, size)
        size = min(2 * size, PAGE)
        prints = [fingerprint(prompt_of(r.fields, plan.prompt_field)) for r in records]
        groups = world.store.prompts.groups(dataset_id, [print_ for print_ in prints if print_])
        if not request.as_of:
            _tell_history(world, dataset_id, records, plan)
        spool.add_records(
            (record, groups.get(print_, "")) for record, print_ in zip(records, prints, strict=True)
        )
        audited |= {
            groups.get(print_) or record.id
            for record, print_ in zip(records, prints, strict=True)
            if record.id in drawn
        }
        read += len(records)
        done = read >= total or not records
        if total < before and again < REREADINGS:
            read, done, again = 0, False, again + 1
        before, ends = total, done or over()
        if ends or spool.full:
            mark = {"read": read, "total": total, "again": again, "done": done}
            spool.mark("records", {**mark, AUDITED: sorted(audited)})
        tell("reading records", read, total)
        if ends:
            return done


def _tell_history(
    world: World, dataset_id: str, records: Sequence[Record], plan: DatasetSettings
) -> None:
    """Have the distiller look at records that say something else than the history knows of.

    So a version of this moment that is made later finds in the history what this one was made of.
    """
    if not world.connected:
        return
    known = world.store.datasets.ledger(dataset_id, [record.id for record in records])
    new = [
        record.id
        for record, ledger in zip(records, known, strict=True)
        if says_news(ledger, record, plan.round_property)
    ]
    if new:
        world.store.dirty.make_stale(dataset_id, new)


def recover_records(
    world: World,
    request: VersionRequest,
    under: Circumstances,
    spool: Spool,
    over: Callable[[], bool],
    tell: Tell,
) -> bool:
    """Spool records that have changed since the moment, or are gone, as earlier versions have them.

    False if the slice was over before.
    """
    mark = spool.marked("recovered")
    if not request.as_of or mark.get("done"):
        return True
    lacking: dict[str, Lacking] = {}
    for bucket in spool.buckets():
        lacking |= lacking_in(spool, bucket)
    manifests = [m for m in world.store.versions.manifests(under.dataset.id) if not m.deleted_at]
    manifests.sort(key=lambda m: abs((m.as_of or m.asked_at) - request.as_of))
    looked = list(mark.get("looked", ()))
    storage = Storage(world.settings.versions)
    for n, manifest in enumerate(manifests):
        if not lacking:
            break
        if manifest.name in looked:
            continue
        tell("looking for records in earlier versions", n, len(manifests))
        for file in manifest.files:
            if file.path.startswith("records-"):
                with (
                    suppress(FileNotFoundError),
                    storage.open(manifest.dataset_id, manifest.name, file.path) as opened,
                ):
                    for rows in recovered(opened, lacking, under.fields):
                        spool.add_rows(_grouped(world, under, rows))
        looked.append(manifest.name)
        spool.mark("recovered", {"looked": looked, "done": False})
        if over():
            return False
    spool.mark("recovered", {"done": True})
    return True


def _grouped(
    world: World, under: Circumstances, rows: Sequence[EarlierRow]
) -> Iterator[EarlierRow]:
    """The same with their groups, where their fields are known."""
    prints = [
        fingerprint(prompt_of(row.fields, under.plan.prompt_field)) if row.fields else ""
        for row in rows
    ]
    groups = world.store.prompts.groups(under.dataset.id, [print_ for print_ in prints if print_])
    for row, print_ in zip(rows, prints, strict=True):
        yield row._replace(group=groups.get(print_, ""))
