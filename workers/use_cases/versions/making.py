"""Make the versions that were asked for, in slices: no answer waits for one.

A version takes no lease of the dataset's and writes nothing to annotators' records. The history up to its
position and the records as they are now are read into a spool on disk (`reading`). A process of its own,
aside from all jobs, fits its strategies and writes its files; then they are put in their place. Whatever
interrupts it, the next slice goes on from the last mark; a machine that has no spool of it begins anew and
comes to the same. Nothing is known of a version before all of it is in its place.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from argilla_distill.domain.versions.manifest import LATEST, FailedVersion, Manifest, VersionRequest
from argilla_distill.plugin.errors import (
    ArchiveDamaged,
    ArchiveUnavailable,
    ArgillaRefused,
    ArgillaUnavailable,
    InvalidSettings,
    NotInArgilla,
)
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store import StoreError
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.use_cases.versions.building import Building
from argilla_distill.workers.use_cases.versions.describing import complete
from argilla_distill.workers.use_cases.versions.keeping import retire
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.aside import Aside, WorkFailed, in_place
from argilla_distill.workers.versions.spool import Spool, making_place

log = logging.getLogger("distill.versions")

URGENT_S = 0.04
"""So often is looked whether something more urgent waits: an answer waits half as long for the worker."""

AWAY = (ArgillaUnavailable, ArgillaRefused, ArchiveUnavailable, ArchiveDamaged, InvalidSettings)
"""What keeps a version from going on for now; somebody has to mend it, where it does not mend itself."""

LOOK_S = 0.2
"""So often is looked whether the version is still wanted, and is told how far it has come."""


@dataclass
class Made:
    """How far a slice came: the version in hand, its manifest once it is made, whether more waits."""

    dataset_id: str
    name: str = ""
    manifest: Manifest | None = None
    waiting: bool = False
    status: str = "nothing asked for"


def make(
    world: World,
    dataset_id: str,
    slice_s: float,
    clock: Callable[[], float] = time.monotonic,
    aside: Aside = in_place,
    urgent: Callable[[], bool] = lambda: False,
) -> Made:
    """One slice of the first version that was asked for.

    What keeps it from going on for now (Argilla away, no room) is noted with the version, and the cron asks
    again later; what will always keep it is noted as a failure.

    Parameters
    ----------
    slice_s : so many seconds at most, but one batch at least.
    aside : does what takes long.
    urgent : whether somebody waits for the worker, so that the slice ends at once.
    """
    store, token = world.store.versions, secrets.token_hex(8)
    asked = store.asked(dataset_id)
    if not asked:
        return Made(dataset_id)
    if not store.hold(dataset_id, token):
        return Made(dataset_id, asked[0].name, status="another worker makes it")
    begun, request = clock(), asked[0]
    try:
        work = Work(world, request, dataset_id, token, begun + slice_s, clock, aside, urgent)
        manifest = work.go_on()
    except (EngineError, WorkFailed, NotInArgilla) as error:
        return _failed(world, request, dataset_id, error, more=len(asked) > 1)
    except (*AWAY, OSError) as error:
        log.warning("version %s of dataset=%s waits: %s", request.name, dataset_id, error)
        _waits(world, request, dataset_id, str(error))
        return Made(dataset_id, request.name, status=f"waits: {error}")
    except StoreError:
        raise
    except Exception as error:
        _waits(world, request, dataset_id, f"{type(error).__name__}: {error}")
        raise
    finally:
        store.count_seconds(dataset_id, clock() - begun)
        store.let_go(dataset_id, token)
    if manifest is None:
        return Made(dataset_id, request.name, None, work.asked or len(asked) > 1, work.stage)
    return Made(dataset_id, manifest.name, manifest, len(asked) > 1, "made")


def _waits(world: World, request: VersionRequest, dataset_id: str, why: str) -> None:
    now = world.store.now()
    world.store.versions.note(dataset_id, request.name, stage="waiting", error=why, at=now)


def _failed(
    world: World, request: VersionRequest, dataset_id: str, error: Exception, more: bool
) -> Made:
    why = "the dataset is gone from Argilla" if isinstance(error, NotInArgilla) else str(error)
    log.warning("version %s of dataset=%s: %s", request.name, dataset_id, why)
    world.store.versions.fail(dataset_id, FailedVersion(request.name, why, world.store.now()))
    spool_of(world, dataset_id, request.name).delete()
    return Made(dataset_id, request.name, None, more, f"failed: {why}")


class Work:
    """One version in the making, within one slice."""

    def __init__(
        self,
        world: World,
        request: VersionRequest,
        dataset_id: str,
        token: str,
        end: float,
        clock: Callable[[], float],
        aside: Aside,
        urgent: Callable[[], bool],
    ) -> None:
        self.world = world
        self.request = request
        self.dataset_id = dataset_id
        self.token = token
        self.end, self.clock, self.urgent = end, clock, urgent
        self.spool = spool_of(world, dataset_id, request.name)
        self.building = Building(
            world, request, dataset_id, self.spool, self.over, self.tell, aside
        )
        self.stage = "begun"
        self.asked = True
        self._looked = self._noted = self._felt = float("-inf")

    def over(self) -> bool:
        """Whether the slice is over: by the clock, because something more urgent waits, or for good."""
        now = self.clock()
        if now >= self.end:
            return True
        if now - self._looked >= LOOK_S:
            self._looked = now
            self._go_on_holding()
        if self.asked and now - self._felt >= URGENT_S:
            self._felt = now
            return self.urgent()
        return not self.asked

    def go_on(self) -> Manifest | None:
        """Do what is next, until the slice is over; the manifest once the version is made."""
        self._go_on_holding()
        made = self.building.manifest()
        return None if made is None else self._publish(made)

    def tell(self, stage: str, done: int, total: int) -> None:
        """Say how far it has come."""
        now = self.clock()
        if stage != self.stage or now - self._noted >= LOOK_S:
            self._noted = now
            self.world.store.versions.note(
                self.dataset_id,
                self.request.name,
                stage=stage,
                done=done,
                total=total,
                error="",
                at=self.world.store.now(),
            )
        self.stage = stage

    def _go_on_holding(self) -> None:
        """Renew our hold, and see whether the version is still wanted."""
        versions = self.world.store.versions
        wanted = versions.is_asked(self.dataset_id, self.request.name)
        self.asked = wanted and versions.hold(self.dataset_id, self.token)
        if not wanted:
            self.spool.delete()

    def _publish(self, manifest: Manifest) -> Manifest | None:
        """Put what was written in its place, and only then let it be known; None if it is not ours to do."""
        whole = complete(manifest, self.building.folder)
        self._go_on_holding()
        if not self.asked:
            return None
        storage = Storage(self.world.settings.versions)
        sent = self.building.sent(whole, storage)
        if sent is None or not self.asked:
            return None
        storage.put(whole.dataset_id, whole.name, self.building.folder, self._storing, sent)
        self.world.store.versions.keep(whole.dataset_id, whole, (LATEST, *self.request.tags))
        keep = self.world.plan(whole.dataset).keep_versions
        self.spool.delete()
        try:
            retire(self.world, self.dataset_id, keep)
        except OSError as error:  # the version is made all the same, the next one tries again
            log.warning("dataset=%s: old versions are not deleted: %s", self.dataset_id, error)
        return whole

    def _storing(self, done: int, total: int) -> None:
        self._go_on_holding()
        self.tell("storing", done, total)


def spool_of(world: World, dataset_id: str, name: str) -> Spool:
    """Where a version is made."""
    return Spool(making_place(Storage(world.settings.versions), dataset_id, name))
