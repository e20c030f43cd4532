"""Write the twins that were asked for: a version's rows as records, a few at a time, from its files.

A twin takes no lease of the dataset that it is made from, and reads nothing of it but its form. Rows
are written in their order, by external id, and how many are written is noted with each call: whatever
interrupts it, the next slice goes on from there, and what is written twice is there once.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.twin import Twin
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    InvalidRequest,
    InvalidSettings,
    InvalidValue,
    LeaseLost,
    NotInArgilla,
)
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.use_cases.sending.halves import in_halves
from argilla_distill.workers.use_cases.twins import finding, turns
from argilla_distill.workers.use_cases.twins.finding import Create
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, in_place
from argilla_distill.workers.versions.reading import rows
from argilla_distill.workers.writing import twin_dataset
from argilla_distill.workers.writing.twin_dataset import TwinRecords

log = logging.getLogger("distill.twins")

BATCH = 25
"""Records of one call: half a second of Argilla's time, for which somebody's answer may wait."""

MAX_CHARACTERS = 2_000_000
"""Of the fields of one call, which may hold images; one record more than that is sent alone."""

UNLABELLED = "labels of a record that Argilla does not take"
REFUSED = "records that Argilla does not take"


Item = tuple[dict[str, Any], list[str]]
"""A record as Argilla takes it, and why values are left out of it."""


@dataclass(frozen=True)
class TwinMaking:
    """How a twin's dataset is made, and where."""

    create: Create
    aside: Aside


@dataclass
class Filled:
    """What a slice came to: the twin in hand, the rows it wrote, whether to go on at once."""

    dataset_id: str
    version: str = ""
    records: int = 0
    status: str = "nothing asked for"
    again: bool = False


def fill(
    world: World,
    dataset_id: str,
    slice_s: float,
    create: Create,
    aside: Aside = in_place,
    clock: Callable[[], float] = time.monotonic,
) -> Filled:
    """One slice of the first twin that waits and whose version is made.

    Parameters
    ----------
    create : makes its dataset; `aside` does that where it keeps nobody waiting.
    """
    done = Filled(dataset_id)
    if not world.connected:
        done.status = "disconnected"
        return done
    waiting = world.store.twins.waiting(dataset_id)
    lease = world.store.twins.lease(dataset_id) if waiting else None
    if lease is None:
        done.status = "busy" if waiting else done.status
        return done
    try:
        end = clock() + slice_s
        _first(world, lease, done, TwinMaking(create, aside), lambda: clock() >= end)
    except LeaseLost:
        done.status = "taken over"
    finally:
        lease.release()
    left = world.store.twins.waiting(dataset_id)
    done.again = bool(left) and done.status in ("done", "failed", "slice over", "gave way")
    return done


def _first(
    world: World, lease: Lease, done: Filled, making: TwinMaking, over: Callable[[], bool]
) -> None:
    dataset_id = done.dataset_id
    store = world.store
    being_made = {request.name for request in store.versions.asked(dataset_id)}
    for twin in store.twins.waiting(dataset_id):
        manifest = store.versions.manifest(dataset_id, twin.version)
        if manifest is None and twin.version in being_made:
            done.status = "the version is being made"
            continue
        done.version = twin.version
        if manifest is None:
            store.twins.forget(dataset_id, twin.version)
            done.status = "done"  # no version came of it: there is nothing to be a twin of
            return
        work = Filling(world, lease, manifest, twin, making, over)
        try:
            done.status = work.go_on()
        except (InvalidSettings, InvalidRequest, InvalidValue, ArgillaRefused) as error:
            work.keep(state="failed", error=str(error))
            done.status = "failed"
        except (ArgillaUnavailable, OSError) as error:
            work.keep(error=str(error))
            done.status = "to be repeated"
        done.records = work.records
        if work.twin.error:
            log.warning("twin of %s of dataset=%s: %s", twin.version, dataset_id, work.twin.error)
        return


class Filling:
    """One slice's work on one twin."""

    def __init__(
        self,
        world: World,
        lease: Lease,
        manifest: Manifest,
        twin: Twin,
        making: TwinMaking,
        over: Callable[[], bool],
    ) -> None:
        self.world = world
        self.manifest = manifest
        self.twin = twin
        self.records = 0
        self._lease = lease
        self._making = making
        self._over = over

    def go_on(self) -> str:
        """Write until the slice is over or something more urgent waits; how it ended."""
        once = not turns.free(self.world)
        if once and not turns.patient_enough(self.world, self.twin):
            return "paused"
        if self.manifest.deleted_at:
            self.keep(state="failed", error=f"the files of {self.manifest.name} are deleted")
            return "failed"
        try:
            blueprint = self.world.gateway.blueprint(self.manifest.dataset_id)
        except NotInArgilla:
            raise InvalidRequest(f"{self.manifest.dataset} is not in Argilla any more") from None
        dataset = self._dataset(blueprint)
        if dataset is None:
            return "gave way"
        for some in _batches(self._items(TwinRecords(self.manifest, dataset, blueprint))):
            left_out = Counter(self.twin.left_out)
            for _, reasons in some:
                left_out.update(reasons)
            try:
                self._put(dataset, [item for item, _ in some], left_out)
            except NotInArgilla:  # somebody deleted it meanwhile: the next slice makes it anew
                self.keep(state="asked for", id="", name="", written=0, left_out={})
                return "slice over"
            written = self.twin.written + len(some)
            self.records += len(some)
            self.keep(written=written, left_out=dict(left_out), moved_at=self.world.store.now())
            if once or self._over():
                return "slice over"
            if self._urgent():
                return "gave way"
        self.keep(state="done", error="", moved_at=self.world.store.now())
        return "done"

    def keep(self, **changes: Any) -> None:
        """Note how far it has come.

        Raises
        ------
        LeaseLost : somebody else goes on with it, or took the twin away.
        """
        store, dataset_id = self.world.store.twins, self.manifest.dataset_id
        if not self._lease.ours():
            raise LeaseLost("another worker writes the twin")
        if store.of(dataset_id, self.twin.version) is None:
            raise LeaseLost("the twin was taken away")
        self.twin = replace(self.twin, **changes)
        store.keep(dataset_id, self.twin)

    def _ends(self) -> bool:
        return self._over() or self._urgent()

    def _urgent(self) -> bool:
        """Whether an answer, another job, or somebody who takes the twin away waits for this process."""
        wanted = self.world.store.twins.lease_wanted(self.manifest.dataset_id)
        return wanted or not turns.free(self.world) or not self.world.connected

    def _dataset(self, blueprint: Mapping[str, Any]) -> Dataset | None:
        """The twin's dataset: gone on with, found again and brought up to date, or made.

        None while it is being made and something more urgent waits.
        """
        world, manifest = self.world, self.manifest
        tags = world.store.versions.tags(manifest.dataset_id)
        named = sorted(t for t, n in tags.items() if n == manifest.name and t != "latest")
        dataset = finding.found(world, manifest, self.twin.id)
        fresh = dataset is None
        if dataset is None:
            create, aside = self._making.create, self._making.aside
            finding.made(world, manifest, blueprint, named, create, self._ends, aside)
            dataset = finding.found(world, manifest, "")
        if dataset is None:
            return None
        if fresh or self.twin.state == "asked for" or dataset.id != self.twin.id:
            if not fresh:
                world.gateway.update_dataset(
                    dataset.id,
                    guidelines=twin_dataset.guidelines(manifest, named, blueprint["guidelines"]),
                    metadata=twin_dataset.metadata(manifest, named),
                )
            whole = self._whole(dataset)
            self.keep(
                state="being written",
                id=dataset.id,
                name=dataset.full_name,
                total=manifest.records,
                written=manifest.records if whole else 0,
                left_out=dict(self.twin.left_out) if whole else {},
                error="",
            )
        return dataset

    def _whole(self, dataset: Dataset) -> bool:
        """Whether all its records are there, those aside that Argilla does not take."""
        if dataset.id != self.twin.id or self.twin.written < self.manifest.records:
            return False
        refused = self.twin.left_out.get(REFUSED, 0)
        return self.world.gateway.page(dataset.id, 0, 1)[1] >= self.manifest.records - refused

    def _items(self, records: TwinRecords) -> Iterator[Item]:
        if self.twin.written >= self.manifest.records:
            return
        storage = Storage(self.world.settings.versions)
        for row in rows(storage, self.manifest, "records", self.twin.written):
            yield records.item(row)

    def _put(self, dataset: Dataset, items: list[dict[str, Any]], left_out: Counter[str]) -> None:
        """Write records; one that is refused is written without our labels, if it is taken so."""

        def put(some: Sequence[dict[str, Any]]) -> None:
            self.world.gateway.put_records(dataset.id, some)

        def refused(item: dict[str, Any], reason: str) -> None:
            log.warning("twin %s: record %s: %s", dataset.full_name, item["external_id"], reason)
            try:
                put([{**item, "suggestions": []}])
                left_out[UNLABELLED] += 1
            except InvalidValue:
                left_out[REFUSED] += 1

        in_halves(items, put, refused)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """`BATCH` items at a time; fewer where their fields are large."""
    held: list[Item] = []
    size = 0
    for item in items:
        held.append(item)
        size += sum(len(str(value)) for value in item[0]["fields"].values())
        if size >= MAX_CHARACTERS or len(held) == BATCH:
            yield held
            held, size = [], 0
    if held:
        yield held
