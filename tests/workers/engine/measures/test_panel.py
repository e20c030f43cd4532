"""What a panel is worth: from one vote, where all err alike, to as many as there are."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine.measures.panel import PanelWorth, panel_worth


def panel(n: int, shared: float, records: int = 600, seed: int = 0) -> PanelWorth:
    """Annotators who are wrong on a quarter: with this probability all by one and the same draw."""
    draw = np.random.default_rng(seed)
    common = draw.random(records) < 0.25
    own = draw.random((n, records)) < 0.25
    follows = draw.random((n, records)) < shared
    wrong = np.where(follows, common, own).astype(float)
    record, who = np.tile(np.arange(records), n), np.repeat(np.arange(n), records)
    found = panel_worth(record, who, wrong.ravel(), n)
    assert found is not None
    return found


def test_independent_annotators_are_worth_their_number_and_copies_are_worth_one() -> None:
    assert panel(5, 0.0).worth > 4.3
    assert panel(5, 1.0).worth == pytest.approx(1.0)
    assert panel(5, 1.0).high == pytest.approx(1.0)


def test_the_interval_holds_what_is_true_about_nine_times_in_ten() -> None:
    # two follow the common draw with probability 0.7 each, so their errors correlate by 0.49
    true = 4 / (1 + 3 * 0.49)
    found = [panel(4, 0.7, 300, seed) for seed in range(60)]
    held = sum(each.low <= true <= each.high for each in found)
    assert 48 <= held <= 60
    assert np.mean([each.worth for each in found]) == pytest.approx(true, rel=0.05)


def test_only_records_that_two_answered_tell_and_too_few_tell_nothing() -> None:
    record, who = np.arange(60), np.repeat([0, 1], 30)
    assert panel_worth(record, who, np.ones(60), 2) is None  # nobody shares a record
    twice = np.tile(np.arange(20), 2)
    wrong = (np.arange(40) % 2).astype(float)
    assert panel_worth(twice, np.repeat([0, 1], 20), wrong, 2) is None


def test_those_who_never_err_tell_nothing_of_how_errors_go_together() -> None:
    record, who = np.tile(np.arange(50), 2), np.repeat([0, 1], 50)
    assert panel_worth(record, who, np.zeros(100), 2) is None


def test_errors_that_avoid_each_other_do_not_count_for_more_than_there_are() -> None:
    wrong = np.concatenate([np.arange(100) % 4 == 0, np.arange(100) % 4 == 1]).astype(float)
    found = panel_worth(np.tile(np.arange(100), 2), np.repeat([0, 1], 100), wrong, 2)
    assert found is not None
    assert found.correlation < 0
    assert found.worth == 2.0
