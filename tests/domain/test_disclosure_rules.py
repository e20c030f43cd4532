"""Who may know what is decided on a record: every rule, and nobody it does not name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from argilla_distill.domain.disclosure import (
    complete,
    complete_entry,
    is_complete,
    may_know,
    may_read_why,
    may_show_in_argilla,
    oversees,
)
from argilla_distill.domain.records import Record
from argilla_distill.domain.state.ledger_entry import LedgerAnswer, LedgerEntry
from argilla_distill.plugin.visitors.visitor import Visitor

INFO = {"workspace_id": "here", "overlap": "2"}
OWNER = Visitor("1", "olga", "owner")
ADMIN = Visitor("2", "adam", "admin", ("here",))
ANNOTATOR = Visitor("3", "anna", "annotator", ("here",))
ADMIN_ELSEWHERE = Visitor("4", "nora", "admin", ("there",))
ANNOTATOR_ELSEWHERE = Visitor("5", "nils", "annotator", ("there",))

SUBMITTED = LedgerAnswer("submitted", 10, {"helpful": "yes"})
DRAFT = LedgerAnswer("draft", 10, {"helpful": "yes"})
ON_COPY = LedgerAnswer("submitted", 10, {"helpful": "yes"}, on_copy=True)
COMPLETE = LedgerEntry("completed", 1, {0: SUBMITTED, 1: SUBMITTED})
PENDING = LedgerEntry("pending", 1, {0: SUBMITTED, 1: SUBMITTED})


@pytest.mark.parametrize(
    ("status", "submitted", "expected"),
    [
        ("completed", 3, True),
        ("completed", 2, True),
        ("completed", 1, False),
        ("pending", 2, False),
    ],
)
def test_a_record_is_complete_with_its_status_and_as_many_answers_as_are_asked_for(
    status: str, submitted: int, expected: bool
) -> None:
    assert is_complete(status, submitted, 2) is expected


@pytest.mark.parametrize(("status", "expected"), [("completed", True), ("pending", False)])
def test_of_a_record_that_was_just_read_the_status_decides(status: str, expected: bool) -> None:
    assert complete(Record("r", status, {})) is expected


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({0: SUBMITTED, 1: SUBMITTED}, True),
        ({0: SUBMITTED}, False),
        ({0: SUBMITTED, 1: DRAFT}, False),
        ({0: SUBMITTED, 1: ON_COPY}, False),
        ({0: SUBMITTED, 1: DRAFT, 2: SUBMITTED}, True),
    ],
    ids=["enough", "too few", "a draft", "one on the copy", "enough and a draft"],
)
def test_only_submitted_answers_to_the_record_itself_complete_it(
    answers: Mapping[int, LedgerAnswer], expected: bool
) -> None:
    assert complete_entry(LedgerEntry("completed", 1, answers), INFO) is expected


def test_a_record_that_was_never_seen_is_not_complete() -> None:
    assert complete_entry(None, {}) is False


@pytest.mark.parametrize("info", [{}, {"overlap": ""}, {"overlap": "0"}])
def test_where_no_overlap_was_noted_the_status_decides(info: Mapping[str, str]) -> None:
    assert complete_entry(LedgerEntry("completed", 1), info) is True
    assert complete_entry(LedgerEntry("pending", 1), info) is False


@pytest.mark.parametrize(
    ("publish", "is_complete", "expected"),
    [
        ("always", False, True),
        ("always", True, True),
        ("completed", True, True),
        ("completed", False, False),
        ("never", False, False),
    ],
)
def test_nothing_of_ours_is_on_a_record_that_is_still_asked_about_unless_a_team_wants_that(
    publish: str, is_complete: bool, expected: bool
) -> None:
    assert may_show_in_argilla(publish, is_complete) is expected


@pytest.mark.parametrize(
    ("visitor", "expected"),
    [
        (OWNER, True),
        (ADMIN, True),
        (ANNOTATOR, False),
        (ADMIN_ELSEWHERE, False),
        (ANNOTATOR_ELSEWHERE, False),
    ],
    ids=lambda value: getattr(value, "username", None),
)
def test_owners_and_admins_of_the_workspace_oversee_a_dataset(
    visitor: Visitor, expected: bool
) -> None:
    assert oversees(visitor, INFO) is expected
    assert may_know(visitor, INFO, PENDING) is expected
    assert may_know(visitor, INFO, None) is expected
    assert may_read_why(visitor, INFO, PENDING, 0) is expected


def test_only_owners_oversee_a_dataset_whose_workspace_is_not_known() -> None:
    assert oversees(OWNER, {})
    for visitor in (ADMIN, ANNOTATOR):
        assert not oversees(visitor, {})
        assert not may_know(visitor, {}, COMPLETE)


def test_annotators_know_what_is_decided_on_complete_records_of_their_workspace() -> None:
    assert may_know(ANNOTATOR, INFO, COMPLETE)
    assert not may_know(ANNOTATOR, INFO, PENDING)
    assert not may_know(ANNOTATOR, INFO, None)
    assert not may_know(ANNOTATOR_ELSEWHERE, INFO, COMPLETE)


@pytest.mark.parametrize(("number", "expected"), [(0, True), (1, False), (2, False), (None, False)])
def test_annotators_read_why_on_complete_records_to_which_they_submitted_an_answer(
    number: int | None, expected: bool
) -> None:
    answers = {0: SUBMITTED, 1: DRAFT, 3: SUBMITTED}
    assert may_read_why(ANNOTATOR, INFO, LedgerEntry("completed", 1, answers), number) is expected
    assert not may_read_why(ANNOTATOR, INFO, LedgerEntry("pending", 1, answers), number)
    assert not may_read_why(ANNOTATOR, INFO, None, number)


@pytest.mark.parametrize("entry", [COMPLETE, PENDING, None])
@pytest.mark.parametrize("number", [0, 7, None])
def test_who_oversees_a_dataset_reads_why_without_an_answer_of_theirs(
    entry: LedgerEntry | None, number: int | None
) -> None:
    assert may_read_why(ADMIN, INFO, entry, number)
