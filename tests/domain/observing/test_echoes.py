"""Echoes: answers that equal what we were showing when they were given."""

from __future__ import annotations

import pytest

from argilla_distill.domain.history import Details
from argilla_distill.domain.state.ledger_entry import (
    LedgerAnswer,
)
from tests.domain.observing.looks import (
    OURS,
    Watcher,
    record,
    says,
)


def test_an_answer_equal_to_what_we_were_showing_is_an_echo_of_that_question_only() -> None:
    watcher = Watcher()
    watcher.shows("yes", 10, 20)
    (entry,) = watcher.look(record(says("ann", 10, helpful="yes", problem="none")))
    assert entry.details == Details(echoes=("helpful",))
    assert watcher.of("ann") == LedgerAnswer(
        "submitted", 10, {"helpful": "yes", "problem": "none"}, ("helpful",)
    )


@pytest.mark.parametrize(
    ("value", "at"),
    [("no", 15), ("yes", 9), ("yes", 20), ("yes", 30)],
    ids=["another value", "before", "at its end", "after"],
)
def test_another_value_or_another_time_is_no_echo(value: str, at: int) -> None:
    watcher = Watcher()
    watcher.shows("yes", 10, 20)
    (entry,) = watcher.look(record(says("ann", at, helpful=value)))
    assert entry.details == Details()


def test_each_interval_of_showing_counts() -> None:
    watcher = Watcher()
    watcher.shows("yes", 10, 20)
    watcher.shows("no", 20)
    (entry,) = watcher.look(record(says("ann", 25, helpful="no")))
    assert entry.details == Details(echoes=("helpful",))


def test_an_answer_drafted_before_the_showing_stays_independent_when_submitted_under_it() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", 5, "draft", helpful="yes")))
    watcher.shows("yes", 10)
    (entry,) = watcher.look(record(says("ann", 15, helpful="yes")))
    assert entry.details == Details()


def test_an_unchanged_value_stays_what_it_was_first() -> None:
    watcher = Watcher()
    watcher.look(record(says("ann", 5, helpful="yes", problem="none")))
    watcher.shows("yes", 10)
    (entry,) = watcher.look(record(says("ann", 15, helpful="yes", problem="tone")))
    assert entry.details == Details()
    assert watcher.of("ann").echoes == ()


def test_an_echo_stays_one_when_another_question_is_edited_after_the_showing() -> None:
    watcher = Watcher()
    watcher.shows("yes", 10, 20)
    watcher.look(record(says("ann", 15, helpful="yes")))
    (entry,) = watcher.look(record(says("ann", 25, helpful="yes", problem="tone")))
    assert entry.details == Details(echoes=("helpful",))


def test_somebody_who_echoed_and_then_thinks_otherwise_has_a_vote_of_their_own() -> None:
    watcher = Watcher()
    watcher.shows("yes", 10)
    watcher.look(record(says("ann", 15, helpful="yes")))
    (entry,) = watcher.look(record(says("ann", 16, helpful="no")))
    assert entry.details == Details()
    (back,) = watcher.look(record(says("ann", 17, helpful="yes")))
    assert back.details == Details(echoes=("helpful",))


@pytest.mark.parametrize(
    ("looked", "at", "echoes"),
    [(True, 5, ("helpful",)), (True, 4, ()), (False, 5, ())],
    ids=["under it", "before it", "of a record that was never looked at"],
)
def test_what_shows_of_ours_and_nobody_kept_is_echoed_all_the_same(
    looked: bool, at: int, echoes: tuple[str, ...]
) -> None:
    """The worker that wrote it died, or Argilla's reply was lost, before what was written was kept."""
    watcher = Watcher()
    if looked:
        watcher.look(record(says("ben", 1, helpful="no")))
    watcher.look(record(says("ann", at, helpful="yes"), suggestions=[OURS]))
    assert watcher.of("ann").echoes == echoes
