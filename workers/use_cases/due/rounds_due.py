"""Rounds that something is to be done about: records are completed, a version is made.

What is done is `rounds.ending`; this loads no engine.
"""

from __future__ import annotations

from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.rounds.round import Round
from argilla_distill.plugin.dispatch import ROUND
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.world import World


def ask(world: World, dataset_id: str) -> bool:
    """Have somebody go on with a dataset's rounds, if that is due; True if it was asked for.

    Ledgers are looked at only where something was said since they last were.
    """
    store = world.store
    open_ = [each for each in store.rounds.all(dataset_id) if each.open and not each.error]
    if not open_ or world.dispatch.queued(ROUND):
        return False
    due = any(each.state == "ending" and _is_made(store, dataset_id, each) for each in open_)
    under_way = [each for each in open_ if each.state == "under way"]
    if (
        not due
        and under_way
        and store.rounds.looks_anew(dataset_id, store.history.last(dataset_id))
    ):
        due = any(all_completed(store, dataset_id, each) for each in under_way)
        if due:
            store.rounds.looks_anew(dataset_id, "")
    if due:
        world.dispatch.enqueue(ROUND, dataset_id)
    return due


def all_completed(store: Store, dataset_id: str, known: Round) -> bool:
    """Whether all records of a round that are still there are completed, as far as we have seen."""
    ids = [each.record_id for each in store.rounds.taken(dataset_id, known.name)]
    there = [
        entry for entry in store.datasets.ledger(dataset_id, ids) if entry is None or not entry.gone
    ]
    return bool(there) and all(entry is not None and entry.status == COMPLETED for entry in there)


def _is_made(store: Store, dataset_id: str, known: Round) -> bool:
    """Whether its version is there, or will never be."""
    return not store.versions.is_asked(dataset_id, known.version)
