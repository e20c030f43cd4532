"""What labels miss is made up for by what audits say of labels."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.measures.audit_estimate import Estimate, share
from argilla_distill.workers.evaluation.label_errors import corrected


def audits(
    passing: int, failing: int, missed: int = 0, added: int = 0
) -> tuple[Floats, Floats, Floats]:
    """Truth and labels, of which so many are wrong."""
    passed = np.repeat([1.0, 0.0], [passing, failing])
    labelled = passed.copy()
    labelled[:missed], labelled[passing : passing + added] = 0.0, 1.0
    return passed, labelled, np.full(len(passed), 0.1)


def estimate(value: float) -> Estimate:
    return Estimate(value, value - 0.05, value + 0.05, 240)


def test_intervals_hold_the_truth_where_those_by_labels_do_not() -> None:
    rng = np.random.default_rng(5)
    held = by_labels_held = 0
    for _ in range(100):
        truth = rng.uniform(0.6, 0.9)

        def labels(passed: Floats) -> Floats:
            wrong = rng.random(len(passed)) < np.where(passed == 1.0, 0.12, 0.1)
            return np.where(wrong, 1 - passed, passed)

        annotated = labels((rng.random(300) < truth).astype(np.float64))
        by_labels = share(annotated, np.full(300, 0.03), np.zeros(300), np.zeros(1))
        passed = (rng.random(80) < 0.6).astype(np.float64)
        assert by_labels is not None
        found = corrected(by_labels, passed, labels(passed), np.full(80, 0.1), np.arange(80))
        assert found is not None
        held += found.low <= truth <= found.high
        by_labels_held += by_labels.low <= truth <= by_labels.high
    assert held >= 85
    assert by_labels_held < 60


def test_labels_that_never_err_are_left_nearly_as_they_are_and_not_trusted_beyond_the_audits() -> (
    None
):
    found = corrected(estimate(0.8), *audits(30, 30), np.arange(60))
    assert found is not None
    assert found.value == pytest.approx(0.8, abs=0.02)
    assert found.high - found.low > 0.1


@pytest.mark.parametrize(
    ("passing", "failing", "missed", "added"), [(4, 50, 0, 0), (50, 4, 0, 0), (20, 20, 8, 8)]
)
def test_too_few_audits_or_labels_that_follow_the_truth_too_loosely_tell_nothing(
    passing: int, failing: int, missed: int, added: int
) -> None:
    given = audits(passing, failing, missed, added)
    assert corrected(estimate(0.8), *given, np.arange(passing + failing)) is None


def test_replies_to_one_prompt_are_not_taken_for_many_audits() -> None:
    given = audits(30, 30, 3, 3)
    apart = corrected(estimate(0.8), *given, np.arange(60))
    together = corrected(estimate(0.8), *given, np.arange(60) // 6)
    assert apart is not None
    assert together is not None
    assert together.high - together.low > apart.high - apart.low


def test_a_rate_stays_a_rate() -> None:
    for value in (0.06, 0.94):
        found = corrected(estimate(value), *audits(30, 30, 6, 6), np.arange(60))
        assert found is not None
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_rounds_own_audits_tell_that_labels_err_more_in_it() -> None:
    """Elsewhere labels miss 1 of 20 that pass; in the round audits find 6 of 20."""
    passed, labelled, pi = (
        np.append(elsewhere, own)
        for elsewhere, own in zip(audits(40, 20, 2, 2), audits(20, 5, 6, 0), strict=True)
    )
    within = np.append(np.zeros(60), np.full(25, 30.0))
    groups = np.arange(85)
    blind = corrected(estimate(0.6), passed, labelled, pi, groups)
    told = corrected(estimate(0.6), passed, labelled, pi, groups, within)
    assert blind is not None
    assert told is not None
    assert told.value > blind.value + 0.03
    assert told.high - told.low < blind.high - blind.low


def test_a_rate_by_labels_that_errors_alone_would_not_make_is_still_told() -> None:
    found = corrected(Estimate(0.0, 0.0, 0.01, 240), *audits(30, 30, 0, 10), np.arange(60))
    assert found is not None
    assert 0 <= found.low <= found.value <= 0.1
