"""Who may know what is decided on a record: the one place that decides it.

Pages, their JSON, reports, guidelines, and everything that is written into Argilla ask here. Whoever
knows a decision before they answer cannot answer freely any more. So annotators learn what is decided on
a record when its overlap is complete, and not before: until then somebody may still be asked.

A report may have been counted while a record was complete and be read when it no longer is (its overlap
was raised, an annotator was deleted). So whoever shows parts of a report asks when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from argilla_distill.domain.records import Record
from argilla_distill.domain.state.ledger_entry import LedgerEntry

COMPLETED = "completed"


class Reader(Protocol):
    """Whoever looks at our pages: `plugin.visitors.Visitor`, as far as is asked here."""

    def may_see(self, workspace_id: str | None, /) -> bool:
        """Whether they oversee a workspace."""

    def belongs_to(self, workspace_id: str | None, /) -> bool:
        """Whether they work in it."""


def is_complete(status: str, submitted: int, overlap: int) -> bool:
    """Whether a record has all the answers that it is to have.

    Its status alone is not enough: Argilla leaves a record completed when a user is deleted whose answer
    completed it, until something is written to it.

    >>> is_complete("completed", 3, 3), is_complete("completed", 2, 3), is_complete("pending", 3, 3)
    (True, False, False)
    """
    return status == COMPLETED and submitted >= overlap


def complete(record: Record) -> bool:
    """The same of a record that was just read: its answers were counted then."""
    return record.status == COMPLETED


def complete_entry(entry: LedgerEntry | None, info: Mapping[str, str]) -> bool:
    """The same of a record as it was last observed (see `ledger`), with the facts of its dataset.

    Where its overlap was not noted yet, after an upgrade and before the next look, the status decides.
    """
    if entry is None:
        return False
    submitted = sum(a.submitted and not a.on_copy for a in entry.answers.values())
    return is_complete(entry.status, submitted, int(info.get("overlap") or 0))


def may_show_in_argilla(publish: str, is_complete: bool) -> bool:
    """Whether suggestions and notes of ours may be on an annotators' record.

    Parameters
    ----------
    publish : the dataset's policy. `always` is for teams that want to be led; it is about suggestions
        and notes on the record itself, and about nothing else.
    """
    return is_complete or publish == "always"


def oversees(visitor: Reader, info: Mapping[str, str]) -> bool:
    """Whether a visitor may know all that is decided in a dataset, and who said what."""
    return visitor.may_see(info.get("workspace_id"))


def may_know(visitor: Reader, info: Mapping[str, str], entry: LedgerEntry | None) -> bool:
    """Whether a visitor may be told what is decided on a record.

    Parameters
    ----------
    info : the facts of the record's dataset.
    entry : the record as it was last observed, None if it never was.
    """
    if oversees(visitor, info):
        return True
    return visitor.belongs_to(info.get("workspace_id")) and complete_entry(entry, info)


def may_read_why(
    visitor: Reader,
    info: Mapping[str, str],
    entry: LedgerEntry | None,
    number: int | None,
) -> bool:
    """Whether a visitor may read the explanation of a record: annotators, of those that they answered.

    Parameters
    ----------
    number : the visitor's number as an annotator of the dataset, None if they have none.
    """
    if not may_know(visitor, info, entry):
        return False
    given = entry.answers.get(number) if entry and number is not None else None
    return oversees(visitor, info) or (given is not None and given.submitted)
