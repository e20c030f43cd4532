"""One entry of the history of a dataset, of whatever kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

START = "0-0"
"""The position before the first entry."""


@dataclass(frozen=True, slots=True)
class Details:
    """What an entry says beside its values; by its kind, only some of it.

    Attributes
    ----------
    echoes, on_copy : of an answer: questions whose value only repeats our suggestion, and whether it was
        given on the record's copy in the review dataset.
    status_before : of an answer that is gone.
    why : a reviewer's reason, or why a decision abstains.
    thought : of a first adjudication: question → our value and confidence just before.
    audit_pi : of an adjudication that answers an audit: the probability with which the record was drawn.
    score : of another agent's suggestion.
    confidence, strategy, fit : of a decision: who decided, and with which fit of its model.
    strategy, votes, adjudications, training : of a fit: what it was made of.
    digest, metadata : of a record: digests of its fields and of its metadata; `digest` also of
        guidelines and of settings.
    """

    echoes: tuple[str, ...] = ()
    on_copy: bool = False
    status_before: str = ""
    why: str = ""
    thought: Mapping[str, tuple[Any, float]] = field(default_factory=dict)
    score: float | list[float] | None = None
    confidence: float | None = None
    strategy: str = ""
    fit: int | None = None
    votes: int | None = None
    adjudications: int | None = None
    training: str = ""
    audit_pi: float | None = None
    digest: str = ""
    metadata: str = ""

    @property
    def decided_by(self) -> str:
        """Strategy and number of its fit, as `learned:3`."""
        return f"{self.strategy or '?'}:{'?' if self.fit is None else self.fit}"


NO_DETAILS = Details()


@dataclass(frozen=True)
class Entry:
    """One entry of the history. `id` is given by the history when it is appended."""

    kind: str
    record: str = ""
    annotator: int | None = None
    status: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    replaced: Mapping[str, Any] = field(default_factory=dict)
    at: int = 0
    details: Details = NO_DETAILS
    id: str = ""

    @property
    def seen_at(self) -> int:
        """When we saw it, in ms since the epoch."""
        return int(self.id.split("-")[0])

    def filed(self, entry_id: str) -> Entry:
        """The same entry with its id."""
        # `replace` without its checks: every answer of a dataset that is connected comes by
        found = object.__new__(Entry)
        found.__dict__.update(self.__dict__, id=entry_id)
        return found
