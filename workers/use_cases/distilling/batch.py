"""One batch of records, from Argilla and back to it: read, observe, learn, decide, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from argilla_distill.domain.history.record_state import RECORD
from argilla_distill.domain.records import Record
from argilla_distill.workers.use_cases.distilling import saving
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.deciding import decide
from argilla_distill.workers.use_cases.distilling.steps.observing import Observed, observe_records
from argilla_distill.workers.use_cases.distilling.steps.publishing import Publishing


@dataclass
class Batch:
    """Records that are decided, with what is to be written about them."""

    ids: Sequence[str]
    publishing: Publishing

    def end(self) -> dict[str, str]:
        """Keep what was decided, once it is sent. Returns which records failed, and why."""
        run, sent = self.publishing.run, self.publishing.sent
        self.publishing.end()
        run.decided.update(each.record.id for each in self.publishing.resolutions)
        run.outcome.records += len(self.ids)
        run.outcome.published += sent.suggestions
        return {**self.publishing.observed.failed, **sent.refused}


def distil_batch(
    run: Run, ids: Sequence[str], known: Mapping[str, Record] | None = None
) -> dict[str, str]:
    """Read, observe, learn, decide, publish. Returns which records failed, and why.

    `known` are records that were read just now.
    """
    if not ids:
        return {}
    batch = decided_batch(run, ids, known)
    batch.publishing.send()
    return batch.end()


def decided_batch(run: Run, ids: Sequence[str], known: Mapping[str, Record] | None = None) -> Batch:
    """Read, observe, learn, decide; publishes nothing yet. `known` are records that were read just now."""
    now = run.store.now()
    records, observed = learn_from(run, ids, now, known=known)
    run.models.settle()
    batch = Batch(ids, Publishing.of(run, decide(run, records, observed, now), observed, now))
    run.confirm()
    return batch


def learn_from(
    run: Run,
    ids: Sequence[str],
    now: int,
    settled: bool = False,
    known: Mapping[str, Record] | None = None,
) -> tuple[Mapping[str, Record | None], Observed]:
    """Read, observe and learn; decides and publishes nothing.

    Parameters
    ----------
    now : milliseconds since 1970.
    settled : whether Argilla's search has surely seen the records' latest changes: see `Gateway.records`.
    known : those of the records that were read just now.

    Returns
    -------
    The records by id, None for those that are gone, and what was observed on them.
    """
    unread = [i for i in ids if i not in known] if known else ids
    found = run.world.gateway.records(run.dataset.id, unread, settled) if unread else {}
    found, overlap = {**found, **(known or {})}, run.dataset.min_submitted
    records = {i: found[i].counted(overlap) if i in found else None for i in ids}
    if None in records.values():  # in a dataset that was deleted, no record was
        run.confirm()
    observed = observe_records(run, records, run.copies(ids), now)
    read = [r for i, r in records.items() if r is not None and i in observed.ledger]
    saving.note_read(run, run.models.learn(observed.entries, read))
    run.outcome.entries += sum(entry.kind != RECORD for entry in observed.entries)
    return records, observed
