"""Which conflicts opened and which ended, and the records that are latest in each kind."""

from __future__ import annotations

from argilla_distill.domain.state.conflict import OPEN, SETTLED, StoredConflict
from argilla_distill.workers.use_cases.distilling.steps.conflict_changes import (
    changed_kinds,
    latest_in,
    members,
    n_opened,
)
from argilla_distill.workers.use_cases.distilling.steps.stored_conflict import RELATED, kind

SIDES = {"yes": (1,), "no": (2,)}
OPENED = StoredConflict(OPEN, SIDES, 1)
ENDED = StoredConflict(SETTLED, SIDES, 2)


def test_more_are_open_by_those_that_opened_less_those_that_ended_or_are_gone() -> None:
    before = {("r1", "q"): OPENED, ("r2", "q"): OPENED, ("r3", "q"): ENDED, ("r9", "q"): OPENED}
    now = {
        ("r1", "q"): OPENED,  # stays
        ("r2", "q"): None,
        ("r3", "q"): OPENED,
        ("r4", "q"): OPENED,
        ("r5", "q"): OPENED,
        ("r6", "q"): ENDED,
    }
    assert n_opened(before, now) == 2, "r9 is not looked at now"


def test_only_what_is_open_on_a_question_where_conflicts_recur_is_of_a_kind() -> None:
    found = {
        ("r1", "q"): ENDED,
        ("r2", "q"): None,
        ("r3", "text"): OPENED,
        ("r4", "q"): OPENED,
    }
    assert members(found, {"q"}) == [(kind("q", OPENED), "r4")]


def test_a_kind_changed_where_a_record_came_or_left_and_not_where_it_stays() -> None:
    before = [("left", "r1"), ("stays", "r1"), ("both", "r1")]
    now = [("stays", "r1"), ("both", "r2"), ("came", "r3")]
    assert changed_kinds(before, now) == ["both", "came", "left"]


def test_the_latest_records_come_first_and_one_that_stays_keeps_its_place() -> None:
    related = {"a": ["r3", "r2", "r1"]}
    before = [("a", "r2"), ("a", "r3")]
    assert latest_in(related, before, [("a", "r2"), ("a", "r4")]) == {"a": ["r4", "r2", "r1"]}
    assert related == {"a": ["r3", "r2", "r1"]}, "what was read is not changed"


def test_kinds_that_were_not_asked_for_are_left_alone() -> None:
    assert latest_in({"a": []}, [("b", "r1")], [("b", "r2"), ("a", "r1")]) == {"a": ["r1"]}


def test_a_kind_remembers_no_more_records_than_a_note_needs() -> None:
    old = [f"r{n}" for n in range(RELATED)]
    assert latest_in({"a": old}, [], [("a", "new")]) == {"a": ["new", *old[:-1]]}
