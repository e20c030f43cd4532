"""A model that is just not good enough is seldom said to be; the benchmark counts that on many more draws."""

from __future__ import annotations

import numpy as np

from benchmarks.loop.replacing import (
    GOOD,
    MARGIN,
    Scene,
    beyond,
    drawn,
    false_verdicts,
    of_few,
    on_the_border,
)


def test_a_model_on_the_border_is_worse_by_the_margin_and_hardly_ever_passes() -> None:
    skill = on_the_border([GOOD] * 3)
    said = drawn([GOOD, GOOD, GOOD, skill], 50_000, np.random.default_rng(1))
    assert all(abs(beyond(said, person) - MARGIN) < 0.02 for person in range(3))
    passes, fails, beaten = false_verdicts(Scene(3, 3, 30), 60)
    assert passes <= 3
    assert fails <= 3
    assert passes <= beaten <= 9


def test_with_few_records_wilcoxons_test_would_say_so_more_often_than_the_t_test() -> None:
    by_t, by_wilcoxon = of_few(20, 60)
    assert by_t < by_wilcoxon
