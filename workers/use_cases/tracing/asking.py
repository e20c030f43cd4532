"""Records of a version are put into the review dataset, for reviewers to decide or people to answer anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.review import ReviewRequest
from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.tracing.material import REVIEWER, Material
from argilla_distill.workers.use_cases.world import World, patiently

TEST = "test"
"""Records of this split are asked about by audits of the queue alone, with the probability that they have."""

Extra = Callable[[Any], None]


def reviewable(world: World, found: Material, rows: Sequence[int]) -> dict[int, LedgerEntry]:
    """Row → its ledger entry, of those of these records that a request can be for.

    They have a label, are of no test split, complete, and nobody has reviewed them: neither on their copy
    nor, named as a reviewer, themselves. What was audited for this very version stays among them.

    Raises
    ------
    InvalidRequest : the dataset has no review dataset.
    """
    dataset_id = found.manifest.dataset_id
    kept = world.store.reviews.of(dataset_id)
    if kept is None or kept.gone:
        raise InvalidRequest(
            f"{found.manifest.dataset} has no review dataset: run `argilla-distill review enable "
            f"{found.manifest.dataset}` first"
        )
    some = [row for row in rows if found.labels[row] and found.splits[row] != TEST]
    ids = [found.ids[row] for row in some]
    named = world.store.datasets.annotators(dataset_id).items()
    reviewers = {number for number, who in named if who.kind == REVIEWER}
    entries = zip(some, world.store.datasets.ledger(dataset_id, ids), strict=True)
    asked = world.store.requests.of(dataset_id, ids)
    refused = world.store.reviews.refused(dataset_id)
    able: dict[int, LedgerEntry] = {}
    for row, entry in entries:
        if entry is None or entry.status != COMPLETED or found.ids[row] in refused:
            continue
        before = asked.get(found.ids[row])
        ours = before is not None and before.blind and before.version == found.manifest.name
        answered = any(a.submitted for n, a in entry.answers.items() if n in reviewers)
        if ours or not (entry.adjudications or answered):
            able[row] = entry
    return able


def ask(
    world: World,
    dataset_id: str,
    asked: Mapping[str, ReviewRequest],
    also: Extra = lambda pipe: None,
) -> None:
    """Have the copies of these records made, or made blind, behind live work. All of it or nothing.

    Parameters
    ----------
    also : writes what belongs to it, in the same transaction.

    Raises
    ------
    DatasetBusy : the distiller did not give the dataset's lease back in time.
    """
    store = world.store
    lease = patiently(world.store, dataset_id)
    blind = [record_id for record_id, each in asked.items() if each.blind]

    def write(pipe: Any) -> None:
        store.requests.ask(pipe, dataset_id, asked)
        store.reviews.write_due(pipe, dataset_id, dict.fromkeys(blind))
        store.reviews.add_to_desk(pipe, dataset_id, list(asked))
        also(pipe)

    try:
        lease.commit(write)
    finally:
        lease.release()
    world.dispatch.enqueue(DISTIL, dataset_id)
