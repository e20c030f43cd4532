"""What was last reported of each record of a label question."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.label.votes.reported_rows import ReportedRows

YES = np.array([True])


def differs(reported: ReportedRows, p: float, heard: bool = True) -> bool:
    now = np.array([[p, 1 - p]])
    return bool(len(reported.differing(np.array([0]), now, np.array([heard]), 0.1)))


def test_it_is_held_against_what_was_reported_and_not_against_what_was_last_seen() -> None:
    reported = ReportedRows(1, 2)
    assert [differs(reported, p) for p in (0.9, 0.85, 0.81, 0.79)] == [True, False, False, True]


def test_another_leader_differs_however_near_it_is() -> None:
    reported = ReportedRows(1, 2)
    assert [differs(reported, p) for p in (0.51, 0.49)] == [True, True]


def test_a_record_without_votes_is_reported_if_it_ever_was() -> None:
    reported = ReportedRows(1, 2)
    assert not differs(reported, 0.5, heard=False)
    assert differs(reported, 0.9)
    assert differs(reported, 0.5, heard=False)


def test_it_grows_and_saves_itself() -> None:
    reported = ReportedRows(1, 2)
    differs(reported, 0.9)
    reported.make_room(3)
    again = ReportedRows.restore(reported.state(3))
    assert not differs(again, 0.9)
    assert again.differing(np.array([2]), np.array([[0.9, 0.1]]), YES, 0.1).tolist() == [2]
