"""Writes of ours that land in Argilla after `disconnect`: taken back, as what had landed before it was.

A write on the wire can outlive its worker, its lease and our connection; `plugin.store.work.unanswered` knows
those whose end nobody has seen. What a disconnection takes back itself is `leaving`.
"""

from __future__ import annotations

from collections.abc import Sequence

from argilla_distill.plugin.store.service import EVERYTHING, RESTORED, WITHDRAWN
from argilla_distill.workers.use_cases.connecting import leaving
from argilla_distill.workers.use_cases.sending.guarded_call import RECORD
from argilla_distill.workers.use_cases.world import World, patiently


def take_back(world: World, dataset_id: str) -> None:
    """Take back what unanswered writes may have put into a dataset since the disconnection.

    As far as `disconnect` was asked to: suggestions unless it was to keep them, guidelines and unopened
    copies after `--all`. Nothing is done while we are connected. May be repeated.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused, NotInArgilla, LeaseLost, DatasetBusy : it is still to be done.
    """
    wanted = world.store.service.disconnection()
    written = [] if world.connected or not wanted else world.store.unanswered.things(dataset_id)
    records = [each.removeprefix(RECORD) for each in written if each.startswith(RECORD)]
    if records and WITHDRAWN in wanted:
        _withdraw(world, dataset_id, records, RESTORED in wanted)
    if len(records) < len(written) and EVERYTHING in wanted:
        for thing in leaving.left(world):
            if thing.dataset_id == dataset_id:
                leaving.take_away(world, thing, lambda done, total: None)


def _withdraw(world: World, dataset_id: str, records: Sequence[str], restore: bool) -> None:
    lease = patiently(world.store, dataset_id)
    try:
        if not world.connected:
            leaving.withdraw(world, lease, dataset_id, records, restore)
    finally:
        lease.release()
