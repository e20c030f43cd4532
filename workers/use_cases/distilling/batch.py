"""One batch of records, from Argilla and back to it: read, observe, learn, decide, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from argilla_distill.domain.history.record_state import RECORD
from argilla_distill.domain.records import Record
from argilla_distill.workers.use_cases.distilling import saving
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import decide
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed, observe_records
from argilla_distill.workers.use_cases.distilling.steps.publishing import publish


def distil_batch(run: Run, ids: Sequence[str]) -> dict[str, str]:
    """Read, observe, learn, decide, publish. Returns which records failed, and why."""
    if not ids:
        return {}
    now = run.store.now()
    records, observed = learn_from(run, ids, now)
    run.models.settle()
    resolutions = decide(run, records, observed, now)
    sent = publish(run, resolutions, observed, now)
    run.decided.update(resolution.record.id for resolution in resolutions)
    run.outcome.records += len(ids)
    run.outcome.published += sent.suggestions
    return {**observed.failed, **sent.refused}


def learn_from(
    run: Run, ids: Sequence[str], now: int, settled: bool = False
) -> tuple[Mapping[str, Record | None], Observed]:
    """Read, observe and learn; decides and publishes nothing.

    Parameters
    ----------
    now : milliseconds since 1970.
    settled : whether Argilla's search has surely seen the records' latest changes: see `Gateway.records`.

    Returns
    -------
    The records by id, None for those that are gone, and what was observed on them.
    """
    found = run.world.gateway.records(run.dataset.id, ids, settled)
    overlap = run.dataset.min_submitted
    records = {i: found[i].counted(overlap) if i in found else None for i in ids}
    observed = observe_records(run, records, run.copies(ids), now)
    read = [r for i, r in records.items() if r is not None and i in observed.ledger]
    saving.note_read(run, run.models.learn(observed.entries, read))
    run.outcome.entries += sum(entry.kind != RECORD for entry in observed.entries)
    return records, observed
