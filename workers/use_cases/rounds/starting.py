"""Start a round: plan it, and write the outputs that are taken into Argilla, as records to be annotated.

The plan is kept first, whole; then records are created, a few at a time, in the order of the plan, and how
many are written is noted after each call. Whatever interrupts it, the same command goes on from there. A call
that was made and not noted is found again by the records' external ids, and nothing is there twice. What the
model predicted goes into our store alone: nobody who answers sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from argilla_distill.domain.history.record_state import digest_of_fields
from argilla_distill.domain.history.rounds import RoundNews
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.rounds.round import Round, TakenOutput
from argilla_distill.domain.rounds.wish import Wish, another, fault
from argilla_distill.plugin.errors import DatasetBusy, InvalidRequest, LeaseLost
from argilla_distill.workers.use_cases.distilling.dataset_news import note_round
from argilla_distill.workers.use_cases.rounds import outputs
from argilla_distill.workers.use_cases.rounds.form import RecordForm
from argilla_distill.workers.use_cases.rounds.planning import Planned, Progress, plan
from argilla_distill.workers.use_cases.world import World

BATCH = 50
"""Records of one call: a second of Argilla's time, for which somebody's answer may wait."""

Written = Callable[[int, int], None]
"""Called with how many records are written, and how many there will be."""


def check(wish: Wish) -> None:
    """Raises InvalidRequest for what cannot be a round."""
    if why := fault(wish):
        raise InvalidRequest(why)


def planned(
    world: World, dataset: Dataset, path: Path, wish: Wish, progress: Progress = lambda *_: None
) -> Planned:
    """What `start` would do. Nothing is written. Raises as `start` does."""
    check(wish)
    dataset = world.gateway.dataset(dataset.id)
    known = world.store.rounds.of(dataset.id, wish.name)
    if known is not None:
        raise InvalidRequest(f"round {wish.name} is there already: it is {known.state}")
    return plan(world, dataset, path, wish, progress)


def start(
    world: World,
    dataset: Dataset,
    path: Path,
    wish: Wish,
    progress: Progress = lambda *_: None,
    written: Written = lambda *_: None,
) -> Round:
    """Start a round, or go on with starting it. Safe to repeat: with the same file nothing is there twice.

    Raises
    ------
    InvalidRequest : outputs do not fit the dataset (nothing was written), or the round of this name is
        another one.
    DatasetBusy : somebody else starts it right now, or works on the dataset for too long.
    """
    check(wish)
    if not world.connected:
        raise InvalidRequest(
            "a round is written into Argilla, which we are not connected to: run `argilla-distill connect`"
        )
    dataset = world.gateway.dataset(dataset.id)  # with its questions
    store = world.store.rounds
    known = store.of(dataset.id, wish.name)
    if known is None:
        made = plan(world, dataset, path, wish, progress)
        new = replace(made.round, started_at=world.store.now())
        store.plan(dataset.id, new, made.taken)
        known = store.of(dataset.id, wish.name)
        assert known is not None
    if why := another(known, wish, outputs.digest(path)):
        raise InvalidRequest(why)
    if known.state != "being written":
        return known
    lease = store.lease(dataset.id, wish.name)
    if lease is None:
        raise DatasetBusy(f"round {wish.name} is being started by somebody else right now")
    try:
        known = store.of(dataset.id, wish.name) or known
        form = RecordForm.of(world, dataset, known.name, known.model)
        taken = store.taken(dataset.id, known.name)
        numbers = {each.line for each in taken[known.written :]}
        fields = outputs.fields_of(path, numbers)
        for name in form.missing:
            world.gateway.added.declare(dataset.id, name)
        while known.written < len(taken):
            if not lease.ours():
                raise LeaseLost("somebody else goes on with starting the round")
            first = known.written
            some = taken[first : first + BATCH]
            ids = _written(world, dataset, known, form, some, fields)
            now = {first + n: replace(t, record_id=ids[t.external_id]) for n, t in enumerate(some)}
            known = replace(known, written=first + len(some))
            store.keep(dataset.id, known, now)
            world.dispatch.mark(dataset.id, [each.record_id for each in now.values()])
            written(known.written, len(taken))
        note_round(world, dataset.id, _news(known, "started"))
        known = replace(known, state="under way")
        store.keep(dataset.id, known)
    finally:
        lease.release()
    return known


def _news(known: Round, state: Any) -> RoundNews:
    return RoundNews(known.name, state, known.model, known.trained_on, known.taken)


def _written(
    world: World,
    dataset: Dataset,
    known: Round,
    form: RecordForm,
    some: Sequence[TakenOutput],
    fields: Mapping[int, Mapping[str, Any]],
) -> dict[str, str]:
    """External id → record, of a few outputs that are there now: created, or found to be created before."""
    items = [
        {
            "fields": dict(fields[each.line]),
            "metadata": dict(form.metadata),
            "external_id": each.external_id,
        }
        for each in some
    ]
    ids = world.gateway.added.create(dataset.id, items)
    if ids is not None:
        return ids
    there = world.gateway.added.named(dataset.id, [each.external_id for each in some])
    wanted = {each.external_id: digest_of_fields(fields[each.line]) for each in some}
    same = {
        name
        for name, record in there.items()
        if digest_of_fields(record.fields) == wanted[name]
        and all(record.metadata.get(key) == value for key, value in form.metadata.items())
    }
    if set(wanted) != same:
        others = ", ".join(sorted(set(wanted) - same)[:5])
        raise InvalidRequest(
            f"the dataset has other records of the external ids {others}: they are left as they are. "
            f"`argilla-distill round cancel` takes back what was written of round {known.name}; start "
            "another one with other external ids"
        )
    return {name: record.id for name, record in there.items()}
