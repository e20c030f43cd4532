"""Make the versions that were asked for, in slices: no answer waits for one.

A version takes no lease and writes nothing to annotators' records. It reads the history up to its position
and the records as they are now into a spool on disk, fits its strategies, writes its files beside their
place and puts them there when they are whole. Whatever interrupts it, the next slice goes on from the last
mark; a machine on which there is no spool of it begins anew and comes to the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from tempfile import gettempdir

from argilla_distill.domain.history import START
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import Manifest, VersionRequest
from argilla_distill.domain.versions.split import Groups, prompt_of
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.models.confined import Confined
from argilla_distill.workers.use_cases.versions import writing_files
from argilla_distill.workers.use_cases.versions.describing import complete, described, form_of
from argilla_distill.workers.use_cases.versions.fitting import Fitted, distilled, fit_path, fitted
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.spool import Spool, place

log = logging.getLogger("distill.versions")

PAGE = 500
ENTRIES = 5_000
"""Entries of the history that are spooled at once."""


@dataclass
class Made:
    """How far a slice came: the version in hand, its manifest once it is made, whether more waits."""

    dataset_id: str
    name: str = ""
    manifest: Manifest | None = None
    waiting: bool = False
    status: str = "nothing asked for"


def make(
    world: World, dataset_id: str, slice_s: float, clock: Callable[[], float] = time.monotonic
) -> Made:
    """One slice of the first version that was asked for.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused, OSError : may be repeated; what was done so far is kept.
    """
    asked = world.store.versions.asked(dataset_id)
    if not asked:
        return Made(dataset_id)
    work = Work(world, asked[0], dataset_id, clock() + slice_s, clock)
    try:
        manifest = work.go_on()
    except EngineError as error:
        world.store.versions.drop(dataset_id, work.request.name)
        work.spool.delete()
        log.warning("version %s of dataset=%s: %s", work.request.name, dataset_id, error)
        world.store.versions.note(dataset_id, work.request.name, stage="failed", error=str(error))
        return Made(dataset_id, work.request.name, None, len(asked) > 1, f"failed: {error}")
    if manifest is None:
        return Made(dataset_id, work.request.name, None, True, work.stage)
    return Made(dataset_id, manifest.name, manifest, len(asked) > 1, "made")


class Work:
    """One version in the making, within one slice."""

    def __init__(
        self,
        world: World,
        request: VersionRequest,
        dataset_id: str,
        end: float,
        clock: Callable[[], float],
    ) -> None:
        self.world = world
        self.request = request
        self.dataset_id = dataset_id
        self.end, self.clock = end, clock
        self.storage = Storage(world.settings.versions)
        self.spool = Spool(_beside(self.storage) / dataset_id / request.name.replace(":", "~"))
        self.stage = "begun"

    def over(self) -> bool:
        """Whether the slice is over."""
        return self.clock() >= self.end

    def go_on(self) -> Manifest | None:
        """Do what is next, until the slice is over; the manifest once the version is made."""
        dataset = self.world.gateway.dataset(self.dataset_id)
        plan = self.world.plan(dataset.full_name)
        if not self._history() or not self._records(plan):
            return None
        every = self._fit(dataset, plan)
        try:
            if every is None:
                return None
            form = form_of(self.world, dataset, plan, self.spool.marked("history")["fits"])
            self._note("writing", 0, 0)
            done, counts, files = writing_files.write(
                self.spool, self.folder, form, every, self.over
            )
            self._note("writing", counts.records, self.spool.marked("records")["read"])
            if not done:
                return None
            now = self.world.store.now()
            manifest = described(self.request, dataset, every, form, counts, files, now)
            return self._publish(manifest)
        finally:
            for each in every or ():
                if isinstance(each.strategy, Confined):
                    each.strategy.close()

    @property
    def folder(self) -> Path:
        """Where the files are written before they are put in their place."""
        return self.spool.folder / "files"

    def _history(self) -> bool:
        """Spool the history up to the position. False if the slice was over before."""
        mark = self.spool.marked("history")
        if mark.get("done"):
            return True
        end, fits = place(self.request.position), dict(mark.get("fits", {}))
        later = self.world.store.history.after(self.dataset_id, mark.get("at", START), ENTRIES)
        entries = takewhile(lambda entry: place(entry.id) <= end, later)
        while batch := list(islice(entries, ENTRIES)):
            self.spool.add_entries(entry for entry in batch if entry.record)
            for entry in batch:
                fits.update(entry.values if entry.kind == "fit" else {})
            self.spool.mark("history", {"at": batch[-1].id, "fits": fits, "done": False})
            self._note("reading the history", 0, 0)
            if self.over():
                return False
        self.spool.mark("history", {"fits": fits, "done": True})
        return True

    def _records(self, plan: DatasetSettings) -> bool:
        """Spool the records as they are. False if the slice was over before."""
        mark = self.spool.marked("records")
        if mark.get("done"):
            return True
        store = self.world.store.versions
        groups = Groups(store.prints(self.dataset_id))
        read = mark.get("read", 0)
        while True:
            records, total = self.world.gateway.page(self.dataset_id, read, PAGE)
            grouped = [
                (record, groups.of(prompt_of(record.fields, plan.prompt_field)))
                for record in records
            ]
            store.keep_prints(self.dataset_id, groups.take_new())
            self.spool.add_records(grouped)
            read += len(records)
            done = read >= total or not records
            self.spool.mark("records", {"read": read, "done": done})
            self._note("reading records", read, total)
            if done:
                return True
            if self.over():
                return False

    def _fit(self, dataset: Dataset, plan: DatasetSettings) -> list[Fitted] | None:
        """The fitted strategies. None if the slice was over before."""
        questions = distilled(dataset, plan)
        people = self.world.store.datasets.annotators(self.dataset_id)
        found: list[Fitted] = []
        for n, question in enumerate(questions):
            self._note(f"fitting {question.name}", n, len(questions))
            known = fit_path(self.spool, question).exists()
            found.append(fitted(self.spool, question, dataset, plan, self.request, people))
            if self.over() and not known and n + 1 < len(questions):
                for each in found:
                    if isinstance(each.strategy, Confined):
                        each.strategy.close()
                return None
        return found

    def _publish(self, manifest: Manifest) -> Manifest:
        """Put what was written in its place, and only then let it be known."""
        whole = complete(manifest, self.folder)
        self.storage.put(
            whole.dataset_id,
            whole.name,
            self.folder,
            lambda done, total: self._note("storing", done, total),
        )
        self.world.store.versions.keep(whole.dataset_id, whole, ("latest", *self.request.tags))
        self.spool.delete()
        return whole

    def _note(self, stage: str, done: int, total: int) -> None:
        self.stage = stage
        self.world.store.versions.note(
            self.dataset_id, self.request.name, stage=stage, done=done, total=total
        )


def _beside(storage: Storage) -> Path:
    """Where versions are made: beside the storage on a disk, else where this machine keeps such things."""
    place_ = storage.on_disk
    return (
        place_ / ".making" if place_ is not None else Path(gettempdir()) / "argilla-distill-making"
    )
