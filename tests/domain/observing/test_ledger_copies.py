"""The record's copy in the review dataset: what reviewers and others answer there."""

from __future__ import annotations

from dataclasses import replace

from argilla_distill.domain.history import Details
from argilla_distill.domain.observing.answers import Copy
from argilla_distill.domain.records import Record, Response
from argilla_distill.domain.state.decision import Shown
from argilla_distill.domain.state.ledger_entry import (
    LedgerAdjudication,
    LedgerAnswer,
)
from tests.domain.observing.looks import (
    Watcher,
    record,
    says,
)


def copied(*responses: Response, shows: str | None = None) -> Copy:
    """A copy on which something is answered, and perhaps something of ours is suggested."""
    decided = {"helpful": (Shown(shows, 5),)} if shows else {}
    return Copy(Record("copy", "pending", {}, responses), decided)


def test_what_a_reviewer_answers_on_the_copy_is_an_adjudication_with_its_reason() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", helpful="yes")))
    (entry,) = watcher.look(
        record(says("ann", helpful="yes")), copied(says("rev", 30, helpful="no", why="rude"))
    )
    assert (entry.kind, entry.values, entry.details) == (
        "adjudication",
        {"helpful": "no"},
        Details(why="rude"),
    )
    assert watcher.ledger is not None
    assert watcher.ledger.adjudications == {
        1: LedgerAdjudication("submitted", 30, {"helpful": "no"}, "rude")
    }
    assert (
        watcher.look(
            record(says("ann", helpful="yes")), copied(says("rev", 30, helpful="no", why="rude"))
        )
        == []
    )


def test_without_a_copy_to_look_at_what_was_said_there_stands() -> None:
    watcher, there = Watcher(), record(says("ann", helpful="yes"))
    watcher.look(there, copied(says("rev", helpful="no"), says("cas", helpful="no")))
    before = watcher.ledger
    assert before is not None
    assert watcher.look(there) == []
    assert watcher.ledger == replace(before, read_at=watcher.now)


def test_an_adjudication_taken_back_is_told() -> None:
    watcher, there = Watcher(), record(says("ann", helpful="yes"))
    watcher.look(there, copied(says("rev", helpful="no", why="rude")))
    (entry,) = watcher.look(there, copied())
    assert (entry.kind, entry.status, entry.replaced) == (
        "adjudication",
        "deleted",
        {"helpful": "no"},
    )
    assert watcher.ledger is not None
    assert watcher.ledger.adjudications == {}


def test_anybody_elses_answer_on_the_copy_is_an_answer_unless_they_answered_the_record() -> None:
    watcher = Watcher()
    watcher.look(
        record(says("ann", helpful="yes")),
        copied(says("ann", helpful="no"), says("cas", helpful="no", why="because")),
    )
    assert watcher.of("ann") == LedgerAnswer("submitted", 10, {"helpful": "yes"})
    assert watcher.of("cas") == LedgerAnswer("submitted", 10, {"helpful": "no"}, on_copy=True)


def test_an_answer_on_the_copy_that_equals_what_we_show_there_is_an_echo() -> None:
    watcher, there = Watcher(), record(says("ann", helpful="yes"))
    watcher.look(
        there, copied(says("cas", 3, helpful="no"), says("dan", 9, helpful="no"), shows="no")
    )
    assert watcher.of("cas").echoes == ()  # given before we showed it
    assert watcher.of("dan").echoes == ("helpful",)
    watcher.look(there, copied(says("cas", 3, helpful="no"), says("dan", 9, helpful="no")))
    assert watcher.of("dan").echoes == ("helpful",)
