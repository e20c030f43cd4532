"""The pass rate of all outputs, told by a sample that was drawn where it hurts."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.evaluation.pass_rate import pass_rate
from argilla_distill.workers.evaluation.priority_sampling import draw


def test_intervals_hold_the_pass_rate_of_all_outputs_about_nine_times_in_ten() -> None:
    rng = np.random.default_rng(3)
    held, off = 0, []
    for _ in range(60):
        probable = rng.beta(4, 2, 2_000)
        passes = (rng.random(2_000) < probable).astype(float)
        drawn = draw(0.1 + 2 * (1 - probable), 200, 0.3, rng)
        steps = np.round(255 * probable).astype(int)
        population = np.bincount(steps, minlength=256).tolist()
        rows = drawn.rows
        found = pass_rate(passes[rows], drawn.pi, np.ones(200), steps[rows], population)
        assert found is not None
        held += found.low <= passes.mean() <= found.high
        off.append(found.value - passes.mean())
    assert held >= 50
    assert abs(np.mean(off)) < 0.015


def test_an_output_speaks_for_those_that_nearly_repeat_it() -> None:
    found = pass_rate(np.array([1.0, 0.0]), np.ones(2), np.array([3.0, 1.0]), np.zeros(2, int), ())
    assert found is not None
    assert found.value == 0.75


def test_without_anything_annotated_there_is_no_figure() -> None:
    assert pass_rate(np.ones(0), np.ones(0), np.ones(0), np.zeros(0, int), ()) is None
