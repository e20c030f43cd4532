"""What is drawn where it hurts still speaks for everything, by the probabilities that are kept."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.evaluation.priority_sampling import draw


def test_the_weighted_mean_of_many_draws_is_that_of_all_and_the_plain_mean_is_not() -> None:
    rng = np.random.default_rng(5)
    weights = rng.uniform(0.1, 3.0, 400)
    passes = (rng.random(400) < 1 / (1 + weights)).astype(float)  # heavy outputs are worse
    weighted, plain, totals = [], [], []
    for _ in range(1_000):
        drawn = draw(weights, 60, 0.3, rng)
        weighted.append((passes[drawn.rows] / drawn.pi).sum() / (1 / drawn.pi).sum())
        plain.append(passes[drawn.rows].mean())
        totals.append((1 / drawn.pi).sum())
    assert abs(np.mean(weighted) - passes.mean()) < 0.01
    assert abs(np.mean(totals) - 400) < 4
    assert np.mean(plain) < passes.mean() - 0.05


def test_as_many_as_asked_for_are_drawn_a_share_of_them_at_random_and_none_twice() -> None:
    drawn = draw(np.linspace(0.1, 1, 1_000), 300, 0.3, np.random.default_rng(0))
    assert len(set(drawn.rows.tolist())) == 300
    assert drawn.at_random.sum() == 90
    assert ((drawn.pi > 0.09) & (drawn.pi <= 1)).all()


def test_of_few_outputs_all_are_drawn_for_certain() -> None:
    drawn = draw(np.array([0.2, 1.0, 0.3]), 300, 0.3, np.random.default_rng(0))
    assert sorted(drawn.rows.tolist()) == [0, 1, 2]
    assert drawn.pi.tolist() == [1, 1, 1]


def test_one_output_may_be_taken_alone() -> None:
    drawn = draw(np.array([0.2, 1.0, 0.3]), 1, 0.3, np.random.default_rng(0))
    assert len(drawn.rows) == 1
    assert not drawn.at_random.any()
