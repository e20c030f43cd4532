"""Which records a version is asked to have: by where they come from (`domain.versions.segments`).

Where a record comes from is known before anything is decided, all but its label. So what is left out is not
learned from either, as if it had never been there; only where a segment names a label everything is learned
from, and records are left out when they are decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.guidelines import Edition, in_force
from argilla_distill.domain.history.record_state import MODEL_PROPERTY, named
from argilla_distill.domain.versions.segments import (
    LABEL,
    SOURCES,
    Provenance,
    Selection,
    week_of,
)
from argilla_distill.domain.versions.split import SPLITS, Split, split_of_record
from argilla_distill.workers.versions.spool import RecordRow
from argilla_distill.workers.versions.votes import said


@dataclass
class Selecting:
    """Tells which records are wanted, and what there is to choose from.

    Attributes
    ----------
    questions : the names of those that are distilled.
    called : annotator's number → {"name", "kind"}, as they may be called.
    reviewers : the numbers of those whose answers decide.
    audited : audited records and their groups.
    known : kind → all values that were met so far.
    """

    selection: Selection
    dataset_id: str
    round_property: str
    questions: Sequence[str]
    called: Mapping[int, Mapping[str, str]]
    reviewers: set[int]
    editions: Sequence[Edition]
    audited: Collection[str] = ()
    known: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def names_labels(self) -> bool:
        """Whether some segment names a label, so that records are chosen when they are decided."""
        return any(condition.kind == LABEL for condition in self.selection.conditions)

    def wanted(self, row: RecordRow, entries: Sequence[Entry]) -> bool:
        """Whether a record may be in the version, as far as that is known before it is decided."""
        if not self.selection or self.names_labels:
            return True
        return self.selection.holds(self.provenance(row, entries))

    def holds(
        self,
        row: RecordRow,
        entries: Sequence[Entry],
        labels: Mapping[str, Collection[str]],
    ) -> bool:
        """Whether a record with these labels (question → in words) is to be in the version."""
        if not self.names_labels:
            return True  # it would not have come so far
        return self.selection.holds(self.provenance(row, entries, labels))

    def split(self, row: RecordRow) -> Split:
        """The split that a record is chosen by, and written into."""
        return split_of_record(row.id, row.group, self.dataset_id, self.audited)

    def meet(self, row: RecordRow, entries: Sequence[Entry]) -> None:
        """Take note of what there is to choose from."""
        found = self.provenance(row, entries)
        for kind in {condition.kind for condition in self.selection.conditions} - {LABEL}:
            self.known[kind].update(found.values(kind))

    def check(self, labels: Mapping[str, Collection[str]]) -> None:
        """See to it that every value that is named was met.

        Parameters
        ----------
        labels : question → its labels, of those that have some.

        Raises
        ------
        InvalidSegment : names the first that was not, and the nearest that was.
        """
        fixed: dict[str, set[str]] = {"split": set(SPLITS), "source": set(SOURCES)}
        every = {f"{LABEL}:{question}": set(values) for question, values in labels.items()}
        met = {
            condition.kind: self.known[condition.kind]
            for condition in self.selection.conditions
            if condition.kind not in (LABEL, *fixed)
        }
        self.selection.check({**met, **fixed, **every})

    def provenance(
        self,
        row: RecordRow,
        entries: Sequence[Entry],
        labels: Mapping[str, Collection[str]] | None = None,
    ) -> Provenance:
        """Where a record comes from."""
        answers = []
        if self.selection.answers:
            every = said(entries, self.questions, self.reviewers)
            answers = [answer for answer in every if answer.counted]
        editions = (in_force(self.editions, answer.at) for answer in answers)
        return Provenance(
            named(row.metadata, self.round_property) or "",
            named(row.metadata, MODEL_PROPERTY) or "",
            self.split(row),
            labels or {},
            {self.called[answer.annotator]["name"] for answer in answers},
            {"reviewer" if a.reviews else self.called[a.annotator]["kind"] for a in answers},
            {str(edition.number) for edition in editions if edition is not None},
            {week_of(answer.at or answer.seen_at) for answer in answers},
        )
