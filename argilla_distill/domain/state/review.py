"""A review dataset, what is remembered of a copy in it, and what was asked of reviewers besides the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.ledger_entry import DISCARDED, SUBMITTED, LedgerEntry


@dataclass(frozen=True, slots=True)
class ReviewInfo:
    """The review dataset of a dataset.

    Attributes
    ----------
    name : `workspace/name`.
    trouble : what is wrong with it; "" if all is well.
    dataset : as it was when last looked at; None where an earlier release did not note it.
    gone : whether somebody deleted it; None while nobody has looked since it was made.
    """

    id: str
    name: str
    trouble: str = ""
    dataset: Dataset | None = None
    gone: bool | None = None


@dataclass(frozen=True, slots=True)
class CopyInfo:
    """What was last written to a record's copy in the review dataset.

    Attributes
    ----------
    mark : tells whether it is still as it was written; "" to have it written anew.
    priority : what a review was worth.
    suggested : names of the questions with a suggestion of ours.
    asked : the questions that it asks, each with the time (Argilla's, ms) since when; -1: always.
        None: all.
    opened : whether a reviewer has answered it, although it is wanted no more.
    audit_pi : the probability with which it was drawn, if it is there because it was drawn at random: it
        then carries nothing of ours, for ever. None for any other.
    """

    id: str
    mark: str = ""
    priority: float = 0.0
    suggested: tuple[str, ...] = ()
    asked: Mapping[str, int] | None = None
    opened: bool = False
    audit_pi: float | None = None


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """Somebody asked for a look at a record, whatever that is worth in the queue.

    Its copy carries nothing of ours. A record of a segment that is audited is asked of reviewers once, and
    its copy stays blind for ever; one that is asked again wants further answers.

    Attributes
    ----------
    version : whose labels were doubted.
    asked_at : ms since the epoch.
    votes : so many further answers are wanted; 0: it is an audit of a segment, a reviewer's decision.
    before : so many answers there were on the copy when it was asked.
    """

    version: str
    asked_at: int
    votes: int = 0
    before: int = 0

    @property
    def blind(self) -> bool:
        """Whether a reviewer is to decide it, without anything of ours."""
        return self.votes == 0

    def waits(self, entry: LedgerEntry) -> bool:
        """Whether it is not answered yet. Who discards it has looked at it, and will not answer.

        >>> from argilla_distill.domain.state.ledger_entry import LedgerAdjudication, LedgerAnswer
        >>> asked = ReviewRequest("learned-3", 0, votes=1)
        >>> said = LedgerAnswer("submitted", 5, {"tone": "kind"}, on_copy=True)
        >>> decided = LedgerAdjudication("submitted", 5, {"tone": "kind"})
        >>> asked.waits(LedgerEntry("completed", 1)), asked.waits(LedgerEntry("completed", 1, {3: said}))
        (True, False)
        >>> asked.waits(LedgerEntry("completed", 1, adjudications={8: decided}))
        False
        """
        if any(each.status in (SUBMITTED, DISCARDED) for each in entry.adjudications.values()):
            return False
        return self.blind or answered_on_copy(entry) < self.before + self.votes


def answered_on_copy(entry: LedgerEntry) -> int:
    """How many people answered a record's copy, and not the record."""
    return sum(answer.on_copy and answer.submitted for answer in entry.answers.values())
