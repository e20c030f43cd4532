"""Every write to Argilla: only under the lease, in less time than it lasts, and never forgotten.

The lease guards Redis; Argilla takes what it is sent whoever holds it, and whenever it comes. So it is
asked for before a write and again after it, and whoever finds it lost has what they wrote looked at
by whoever holds it now. What is written is the business of the callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from argilla_distill.plugin.dispatch import DISTIL, REPORT
from argilla_distill.plugin.errors import ArgillaRefused, InvalidValue, LeaseLost
from argilla_distill.plugin.store.work.lease import LOST, Lease
from argilla_distill.workers.use_cases.world import World

MAX_WRITE_S = 30.0
"""No write may take longer, however long the settings let a call take: a dead worker's lease would last
as long."""

SPARE_S = 5.0
"""By so much the lease outlasts a write that takes all its time."""

RECORD, COPY, GUIDELINES = "record:", "copy:", "guidelines"
"""What is written: a record's suggestions, a record's copy for review, a dataset's guidelines."""


@contextmanager
def guarded_call(
    world: World, lease: Lease, dataset_id: str, ids: Iterable[str] = (), what: str = RECORD
) -> Iterator[None]:
    """Make one call inside that writes to Argilla.

    Parameters
    ----------
    ids : the records that are written, or whose copies are.

    Raises
    ------
    LeaseLost : before the call, and nothing was sent; or after it, and what was written will be
        looked at again.
    """
    unanswered, things = world.store.unanswered, [what + record_id for record_id in ids] or [what]
    time_s = min(world.settings.argilla_timeout_s, MAX_WRITE_S)
    token = unanswered.token()
    try:
        lease.hold(time_s + SPARE_S, lambda pipe: unanswered.begin(pipe, dataset_id, token, things))
    except LeaseLost:
        unanswered.end(dataset_id, token)
        raise
    try:
        with world.gateway.within(min(time_s, lease.left_s() - SPARE_S / 2)):
            yield
    except (ArgillaRefused, InvalidValue):  # Argilla has replied: nothing was written
        unanswered.end(dataset_id, token)
        raise
    if not lease.ours(lambda pipe: unanswered.end_where_held(pipe, dataset_id, token, lease.token)):
        look_again(world, dataset_id, things)
        raise LeaseLost(LOST)


def look_again(world: World, dataset_id: str, things: Iterable[str]) -> None:
    """Have things compared with what Argilla shows of them by now. Needs no lease.

    After `disconnect` they are to be taken back instead: see `late_writes`.
    """
    things = list(things)
    if things and not world.connected:
        world.dispatch.enqueue(DISTIL, dataset_id)
        return
    records = [each.removeprefix(RECORD) for each in things if each.startswith(RECORD)]
    copies = [each.removeprefix(COPY) for each in things if each.startswith(COPY)]
    if copies:
        world.store.reviews.doubt(dataset_id, copies)
    if records or copies:
        world.dispatch.mark(dataset_id, records)
    if GUIDELINES in things:
        world.dispatch.enqueue(REPORT, dataset_id)
