"""What `lookup` finds for a visitor, and pages are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.queue_length import Queue
from argilla_distill.domain.report import Overview
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.review import ReviewInfo
from argilla_distill.plugin.store.datasets import DELETED


def is_gone(info: Mapping[str, str]) -> bool:
    """Whether a dataset of these facts is gone from Argilla."""
    return info.get("state") == DELETED


@dataclass(frozen=True)
class Found:
    """A dataset that the visitor may see: facts, what was last counted, and where it is reviewed.

    `audits` counts the records that were drawn at random and wait for a blind review.
    """

    id: str
    info: Mapping[str, str]
    waiting: int
    set_aside: int
    due: int
    queue: Queue
    overview: Overview | None
    review: ReviewInfo | None
    audits: int = 0

    @property
    def name(self) -> str:
        """As `workspace/name`."""
        return self.info.get("name", self.id)

    @property
    def gone(self) -> bool:
        """Whether it is gone from Argilla, so that no link leads there."""
        return is_gone(self.info)


@dataclass(frozen=True)
class Due:
    """A record in the review queue, with what its place in the queue is due to."""

    record_id: str
    worth: float
    decisions: Decisions
    conflicts: Mapping[str, StoredConflict]
    text: str = ""
    external_id: str | None = None


@dataclass(frozen=True)
class Own:
    """Somebody's own part in a dataset; `number` is theirs as an annotator, None before they answer."""

    id: str
    info: Mapping[str, str]
    number: int | None

    @property
    def name(self) -> str:
        """As `workspace/name`."""
        return self.info.get("name", self.id)

    @property
    def gone(self) -> bool:
        """Whether it is gone from Argilla, so that no link leads there."""
        return is_gone(self.info)


@dataclass(frozen=True)
class Known:
    """All that the store holds about one record.

    Attributes
    ----------
    review : id of the review dataset that has a copy of it, "" if none has
    near_identical : near-identical record → question → decision
    answers : question → annotator's number → how many answers they had given when last counted
    words : question → label → words of records that distinguish it, as last counted
    lacking : whether older entries of its history cannot be read for now
    audit : whether it waits for a reviewer who is to answer it blind: then nothing of what was said or
        decided is known here
    """

    record_id: str
    dataset_id: str
    info: Mapping[str, str]
    annotators: Mapping[int, KnownAnnotator]
    ledger: LedgerEntry
    decisions: Decisions
    conflicts: Mapping[str, StoredConflict]
    entries: Sequence[Entry]
    lacking: bool = False
    set_aside: str = ""
    review: str = ""
    near_identical: Mapping[str, Decisions | None] = field(default_factory=dict)
    answers: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    audit: bool = False

    @property
    def gone(self) -> bool:
        """Whether its dataset is gone from Argilla, so that no link leads there."""
        return is_gone(self.info)

    def blind(self) -> Known:
        """The same of a record that waits for a blind review: without what might lead a reviewer."""
        ledger = replace(self.ledger, answers={}, suggestions={}, adjudications={})
        nothing: dict[str, Any] = {
            "decisions": {},
            "conflicts": {},
            "entries": (),
            "near_identical": {},
        }
        return replace(self, ledger=ledger, audit=True, **nothing)
