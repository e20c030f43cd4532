"""Two counts that `status` shows: other agents' suggestions, and labels of ours that Argilla shows.

They are kept up with every batch, in the transaction that changes what they count. A dataset that was
distilled by a release which did not count them is counted once, by its next sweep.
"""

from __future__ import annotations

from argilla_distill.domain.state.decision import Decisions
from argilla_distill.workers.use_cases.world import LEASE_WAIT_S, World, patiently

COUNTED = "counted"
"""The fact of a dataset which says that its counts hold."""


def labels(decisions: Decisions | None) -> int:
    """On how many questions of a record a label of ours is shown just now.

    >>> from argilla_distill.domain.state.decision import Shown, StoredDecision
    >>> shown = Shown("yes", 1, 5), Shown("no", 5)
    >>> labels({"helpful": StoredDecision("no", 0.9, shown=shown), "tone": StoredDecision("x", 0.9)})
    1
    """
    return sum(decision.showing is not None for decision in (decisions or {}).values())


def begin(world: World, dataset_id: str, wait_s: float = LEASE_WAIT_S) -> None:
    """Count a dataset from what is stored, unless its counts hold already.

    Raises
    ------
    DatasetBusy : the distiller did not give the dataset's lease back in time.
    """
    datasets = world.store.datasets
    if COUNTED in datasets.info(dataset_id):
        return
    lease = patiently(world.store, dataset_id, wait_s)
    try:
        # A scan may tell a record twice.
        suggested = {i: len(entry.suggestions) for i, entry in datasets.scan_ledger(dataset_id)}
        shown = {i: labels(decided) for i, decided in datasets.scan_decisions(dataset_id)}
        facts = {"suggested": sum(suggested.values()), "labels": sum(shown.values())}
        datasets.note(dataset_id, **facts, **{COUNTED: 1})
    finally:
        lease.release()
