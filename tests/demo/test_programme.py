"""What is played, by the options."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from demo.options import Options
from demo.programme import BUILT_IN_SPEED, programme, usual_overlap
from demo.scenarios.scenario import Assignment


def answers(path: Path, *counts: int) -> Path:
    """A folder whose n-th record has counts[n] answers, of annotators w0, w1, …; w1 says b."""
    rows = [
        f"r{n},w{who},{'b' if who == 1 else 'a'}" for n, k in enumerate(counts) for who in range(k)
    ]
    (path / "answers.csv").write_text("\n".join(["task,worker,label", *rows]), encoding="utf-8")
    return path


def test_the_built_in_demo_leaves_a_few_records_pending() -> None:
    played = programme(Options())
    assert played.speed == BUILT_IN_SPEED
    assert len(played.scenario.items) - len(played.scenario.completed()) == 4
    assert 60 <= played.scenario.plan[-1].at_s / played.speed <= 90


def test_fewer_records_leave_nothing_behind_of_the_others() -> None:
    scenario = programme(Options(records=12)).scenario
    kept = {item.id for item in scenario.items}
    assert len(kept) == 12
    assert {a.item for a in scenario.plan} | {s.item for s in scenario.suggestions} == kept
    assert scenario.truth.keys() == kept


def test_an_overlap_that_nobody_can_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="annotators can answer, 11 are needed"):
        programme(Options(overlap=11))


def test_recorded_answers_are_given_without_waiting_unless_a_speed_is_asked_for(
    tmp_path: Path,
) -> None:
    folder = answers(tmp_path, 2, 2)
    assert programme(Options(answers=folder)).speed == math.inf
    assert programme(Options(answers=folder, speed=2.0)).speed == 2.0


def test_one_record_with_few_answers_does_not_set_the_overlap_of_all(tmp_path: Path) -> None:
    played = programme(Options(answers=answers(tmp_path, 1, *[3] * 18, 5)))
    assert played.scenario.overlap == 3
    assert played.left_out == 2
    assert len(played.scenario.completed()) == 19


def test_nobody_answers_a_record_that_is_complete(tmp_path: Path) -> None:
    scenario = programme(Options(answers=answers(tmp_path, 4, 4, 4), overlap=2)).scenario
    assert set(Counter(a.item for a in scenario.plan).values()) == {2}
    assert [annotator.name for annotator in scenario.annotators] == ["w0", "w1"]
    assert all(annotator.answer(scenario.items[0]) for annotator in scenario.annotators)


def test_an_overlap_that_no_recorded_record_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no record has 3 answers"):
        programme(Options(answers=answers(tmp_path, 2, 2), overlap=3))


def test_equal_numbers_of_answers_are_the_overlap() -> None:
    plan = [Assignment(0.0, f"w{who}", f"r{n}") for n in range(7) for who in range(10)]
    assert usual_overlap(plan) == 10
