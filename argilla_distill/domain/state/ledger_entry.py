"""What a record showed when it was last read. How that changes is `domain.observing.ledger`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GONE = "gone"
"""The status of a record that was deleted in Argilla."""

SUBMITTED, DISCARDED, DELETED = "submitted", "discarded", "deleted"


@dataclass(frozen=True, slots=True)
class LedgerAnswer:
    """What one annotator answers: question → value. `at` is Argilla's time, ms since the epoch.

    Attributes
    ----------
    echoes : questions whose value was given while we were suggesting the same.
    on_copy : whether it was given on the record's copy in the review dataset.
    """

    status: str
    at: int
    values: Mapping[str, Any]
    echoes: tuple[str, ...] = ()
    on_copy: bool = False

    @property
    def submitted(self) -> bool:
        """Whether it is neither a draft nor discarded."""
        return self.status == SUBMITTED


@dataclass(frozen=True, slots=True)
class LedgerAdjudication:
    """What one reviewer decides: question → value, and why. `at` is Argilla's time, ms.

    `audit_pi` is the probability with which the record was drawn, where it was reviewed because it was
    drawn at random, and blind (`domain.audits`); None for any other.
    """

    status: str
    at: int
    values: Mapping[str, Any]
    why: str = ""
    audit_pi: float | None = None

    @property
    def submitted(self) -> bool:
        """Whether it is neither a draft nor discarded."""
        return self.status == SUBMITTED


@dataclass(frozen=True, slots=True)
class LedgerSuggestion:
    """Another agent's suggestion, also while ours has taken its place.

    Attributes
    ----------
    annotator : the agent's number as an annotator.
    at : Argilla's time, in ms since the epoch.
    agent : its name as Argilla has it; None where it has none.
    """

    annotator: int
    value: Any
    score: float | list[float] | None
    type: str | None
    at: int
    agent: str | None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One record.

    Attributes
    ----------
    status : pending, completed, or GONE.
    read_at : when we read it, our time in ms since the epoch.
    answers, adjudications : by the number of the annotator, or of the reviewer.
    suggestions : other agents', by question.
    history : ids of the history entries of this record, oldest first.
    fingerprint : of its text (`domain.fingerprint`); "" where it has none.
    round, model : their names; None where it has none.
    fields_digest, metadata_digest : as the history has them (`domain.history.record_state`); "" where an
        earlier release wrote the entry.
    """

    status: str
    read_at: int
    answers: Mapping[int, LedgerAnswer] = field(default_factory=dict)
    suggestions: Mapping[str, LedgerSuggestion] = field(default_factory=dict)
    adjudications: Mapping[int, LedgerAdjudication] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    fingerprint: str = ""
    external_id: str | None = None
    round: str | None = None
    model: str | None = None
    fields_digest: str = ""
    metadata_digest: str = ""

    @property
    def gone(self) -> bool:
        """Whether the record was deleted in Argilla."""
        return self.status == GONE
