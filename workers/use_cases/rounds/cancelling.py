"""Cancel a round: take back what nobody has answered. What somebody answered stays, with its answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from argilla_distill.domain.history.rounds import RoundNews
from argilla_distill.domain.nearest import or_which
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.rounds.changing import fulfilled, refusal
from argilla_distill.domain.rounds.round import Round
from argilla_distill.plugin.errors import DatasetBusy, InvalidRequest, LeaseLost
from argilla_distill.workers.use_cases.distilling.dataset_news import note_round
from argilla_distill.workers.use_cases.rounds.form import RecordForm
from argilla_distill.workers.use_cases.world import World

BATCH = 50
"""So many are looked at, and deleted, at once: the less time for somebody to answer in between."""

Between: TypeAlias = Callable[[int, int], None]


def found(world: World, dataset: Dataset, name: str) -> Round:
    """A round by its name. Raises InvalidRequest where there is none."""
    known = world.store.rounds.of(dataset.id, name)
    if known is None:
        names = [each.name for each in world.store.rounds.all(dataset.id)]
        raise InvalidRequest(f"{dataset.full_name} has no round {name}{or_which(name, names)}")
    return known


def cancel(
    world: World, dataset: Dataset, name: str, between: Between = lambda done, total: None
) -> Round:
    """Cancel a round. Safe to repeat, and over any kill.

    Each record is looked at right before it is deleted; one on which somebody has said anything, a draft
    included, stays.

    Parameters
    ----------
    between : called after every `BATCH` records: so many of so many were looked at. What it raises ends the
        work, which the next call goes on with.

    Raises
    ------
    InvalidRequest : there is no such round, or it has ended.
    DatasetBusy : it is being started right now.
    """
    known = found(world, dataset, name)
    if why := refusal(known, "cancel"):
        raise InvalidRequest(why)
    if fulfilled(known, "cancel"):
        return known
    store = world.store.rounds
    lease = store.lease(dataset.id, name)
    if lease is None:
        raise DatasetBusy(f"round {name} is being written by somebody else right now")
    try:
        taken = store.taken(dataset.id, name)
        ids = [each.record_id for each in taken if each.record_id]
        lost = [each.external_id for each in taken[known.written : known.written + BATCH]]
        if known.state == "being written" and lost:  # of a call whose end nobody saw
            there = world.gateway.added.named(dataset.id, lost)
            said = RecordForm.of(world, dataset, known.name, known.model).metadata
            ids += [r.id for r in there.values() if said.items() <= r.metadata.items()]
        stays = 0
        for start in range(0, len(ids), BATCH):
            if not lease.ours():
                raise LeaseLost("somebody else goes on with the round")
            some = ids[start : start + BATCH]
            records = world.gateway.records(dataset.id, some)
            unanswered = [i for i, record in records.items() if not record.responses]
            if unanswered:
                world.gateway.delete_records(dataset.id, unanswered)
                world.dispatch.mark(dataset.id, unanswered)
            stays += len(records) - len(unanswered)
            known = replace(known, removed=known.removed + len(unanswered))
            store.keep(dataset.id, known)
            between(min(start + BATCH, len(ids)), len(ids))
        news = RoundNews(known.name, "cancelled", known.model, known.trained_on, known.taken)
        note_round(world, dataset.id, news)
        written = max(known.written, known.removed + stays)  # with those whose end nobody saw
        ended_at = world.store.now()
        known = replace(known, state="cancelled", written=written, ended_at=ended_at)
        store.keep(dataset.id, known)
    finally:
        lease.release()
    return known
