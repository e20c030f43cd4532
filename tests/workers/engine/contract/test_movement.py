"""One part tells every strategy what moved: which records, since when, and when to fit anew."""

from __future__ import annotations

import pytest

from argilla_distill.workers.engine.contract.movement import Movement, Report, Reported


def report(record: str, p: float, heard: bool = True) -> Report:
    return Report(record, heard, "a" if p > 0.5 else "b", {"a": p, "b": 1 - p})


def test_after_a_fit_all_records_are_looked_at_once() -> None:
    movement = Movement[int]()
    movement.fitted(10)
    assert movement.take(lambda: range(3)) == [0, 1, 2]
    assert movement.take(lambda: range(3)) == []


def test_a_change_after_a_fit_that_nobody_looked_at_keeps_all_records() -> None:
    movement = Movement[int]()
    movement.fitted(10)
    movement.changed([2])
    assert movement.take(lambda: range(5)) == [0, 1, 2, 3, 4]


def test_a_change_that_moves_no_record_counts_toward_the_next_fit() -> None:
    movement = Movement[int]()
    movement.fitted(10)
    movement.take(list)
    movement.changed()
    assert (movement.take(lambda: [7]), movement.staleness) == ([], 0.1)


@pytest.mark.parametrize(
    ("n_votes", "changes", "due"),
    [(199, 0, False), (199, 1, True), (200, 2, False), (200, 3, True)],
)
def test_a_fit_is_due_by_share_or_in_small_crowds_at_once(
    n_votes: int, changes: int, due: bool
) -> None:
    movement = Movement[int]()
    movement.fitted(200)
    for _ in range(changes):
        movement.changed()
    assert movement.refit_due(n_votes, 0.01, 200) == due


@pytest.mark.parametrize("looked_at", [True, False])
def test_it_survives_the_round_trip(looked_at: bool) -> None:
    movement, again = Movement[str](), Movement[str]()
    movement.fitted(4)
    if looked_at:
        movement.take(lambda: ["r"])
    movement.changed(["s"])
    again.restore(movement.state())
    assert again.staleness == movement.staleness
    assert again.take(lambda: ["r", "s"]) == movement.take(lambda: ["r", "s"])


def test_a_record_is_reported_when_it_moved_by_more_than_the_tolerance() -> None:
    reported = Reported()
    assert reported.differing([report("r", 0.9), report("s", 0.6)], 0.1) == ["r", "s"]
    assert reported.differing([report("r", 0.75), report("s", 0.45)], 0.2) == ["s"]  # another leads
    assert reported.differing([report("r", 0.69), report("s", 0.45)], 0.2) == [
        "r"
    ]  # 0.9 was reported


def test_a_record_that_lost_its_last_vote_is_reported_once() -> None:
    reported = Reported()
    reported.differing([report("r", 0.9)], 0.1)
    assert reported.differing([report("r", 0.5, heard=False)], 0.1) == ["r"]
    assert reported.differing([report("r", 0.5, heard=False)], 0.1) == []


def test_what_was_reported_survives_the_round_trip() -> None:
    reported, again = Reported(), Reported()
    reported.differing([report("r", 0.9)], 0.1)
    again.restore(reported.state())
    assert list(again) == ["r"]
    assert again.differing([report("r", 0.9)], 0.1) == []
