"""What a batch leaves in the store, ready to be written in one transaction. What it is, `committing` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.distilling.steps.reviewing.audit_candidates import (
    AuditCandidates,
)


@dataclass(frozen=True)
class KeptBatch:
    """All that a batch leaves.

    Attributes
    ----------
    filed : history entries, with their ids.
    ledger : ledger entries of the records that these are of.
    decisions, conflicts : None: what was there is deleted.
    near : record → whether it was decided near a limit.
    related : kind of conflict → the records latest in it.
    candidates : what is worth a review, and what is audited.
    about : record → how its text begins; None where it needs no review.
    desk : records whose copies are to be looked at.
    counts : fact of the dataset → by how much more it is.
    """

    filed: Sequence[Entry]
    ledger: Mapping[str, LedgerEntry]
    decisions: Mapping[str, Decisions | None]
    conflicts: Mapping[tuple[str, str], StoredConflict | None]
    near: Mapping[str, bool]
    related: Mapping[str, list[str]]
    candidates: AuditCandidates
    about: Mapping[str, str | None]
    desk: Sequence[str]
    counts: Mapping[str, int]

    def write(self, run: Run, pipe: Any) -> None:
        """Keep it, within a transaction."""
        store, dataset_id = run.store, run.dataset.id
        store.history.append(pipe, dataset_id, self.filed)
        store.datasets.write_ledger(pipe, dataset_id, self.ledger)
        store.datasets.write_decisions(pipe, dataset_id, self.decisions)
        store.model_copies.write_decided(pipe, dataset_id, self.decisions)
        store.datasets.write_near(pipe, dataset_id, self.near)
        store.datasets.write_conflicts(pipe, dataset_id, self.conflicts)
        store.datasets.write_related(pipe, dataset_id, self.related)
        self.candidates.write(run, pipe)
        store.reviews.write_about(pipe, dataset_id, self.about)
        store.reviews.add_to_desk(pipe, dataset_id, self.desk)
        for fact, more in self.counts.items():
            store.datasets.count(pipe, dataset_id, fact, more)
