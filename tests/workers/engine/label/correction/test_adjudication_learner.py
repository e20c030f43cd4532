"""The correction that adjudications teach, alone: no votes, no texts, no fold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.correction.adjudication_learner import (
    MIN_ADJUDICATIONS,
    AdjudicationLearner,
)
from argilla_distill.workers.engine.label.correction.correction import (
    Correction,
    Examples,
    mixed,
    no_correction,
)
from argilla_distill.workers.engine.label.correction.fitting import CAPACITIES, Targets, fitted


def examples(n: int, evidence: float) -> tuple[Examples, np.ndarray]:
    """Records whose evidence points to the right label; two annotators, of whom the first is right."""
    true = np.arange(n) % 2
    cells = np.stack([true, 2 + (1 - true)], axis=1)  # annotator · n_labels + given
    where = np.repeat(np.arange(n), 2)
    votes = sparse.csr_array((np.ones(2 * n), (where, cells.ravel())), shape=(n, 4))
    return Examples(np.eye(2)[true] * evidence, votes, np.zeros((n, 2))), true


def counts(n: int) -> np.ndarray:
    """As many votes for each label."""
    return np.ones((n, 2), np.int64)


def test_a_correction_adds_up_as_its_formula_says() -> None:
    """2 · (1, 0) + 3 · (0, 1) + (0.5, 0) + the vote's row (0, 4) and everybody's for its label (0, 1)"""
    given = Examples(
        np.array([[1.0, 0.0]]), sparse.csr_array(np.array([[0.0, 1.0]])), np.array([[0.0, 1.0]])
    )
    own, everybodys = np.array([[9.0, 9.0], [0.0, 4.0]]), np.array([[9.0, 9.0], [0.0, 1.0]])
    correction = Correction(2.0, 3.0, np.array([0.5, 0.0]), own, everybodys)
    np.testing.assert_allclose(correction.log_odds(given), [[2.5, 8.0]])
    np.testing.assert_allclose(no_correction(2, 2).log_odds(given), [[1.0, 1.0]])


def test_corrections_are_mixed_by_their_weights() -> None:
    half = mixed(
        [
            no_correction(2, 1),
            Correction(3.0, 1.0, np.ones(2), np.ones((1, 2)), np.full((2, 2), 4.0)),
        ],
        np.array([0.5, 0.5]),
    )
    assert (half.scale, half.bias.tolist(), half.added.tolist()) == (2.0, [0.5, 0.5], [[0.5, 0.5]])
    assert half.common.tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_who_is_always_right_is_believed_more_and_who_is_always_wrong_the_other_way_round() -> None:
    learner = AdjudicationLearner(2)
    given, true = examples(40, 0.0)
    learner.fit(given, true, counts(40))
    assert learner.training_.used
    assert learner.training_.accuracy == 1.0
    right, wrong = (learner.correction_.of_cells(np.array([cell])) for cell in (0, 2))
    assert right[0, 0] - right[0, 1] > 0.5
    assert wrong[0, 0] - wrong[0, 1] < -0.5


def test_what_is_right_already_needs_no_correction_but_a_bolder_scale() -> None:
    learner = AdjudicationLearner(2)
    given, true = examples(40, 1.0)
    learner.fit(given, true, counts(40))
    assert learner.correction_.scale > 1
    assert learner.training_.majority == 0.5  # as many votes for each: in a tie in part


def test_what_a_label_means_is_learned_of_everybody_and_holds_for_who_comes_later() -> None:
    """Twenty people, two answers each, who say b half of the time where a is true, and always where b is."""
    learner, n = AdjudicationLearner(2), 40
    true, said = np.arange(n) % 2, np.where(np.arange(n) % 4 == 0, 1, np.arange(n) % 2)
    cells = np.arange(n) // 2 * 2 + said
    votes = sparse.csr_array((np.ones(n), (np.arange(n), cells)), shape=(n, n))
    given = Examples(np.zeros((n, 2)), votes, np.zeros((n, 2)))
    learner.fit(given, true, counts(n))
    a, b = learner.correction_.of_cells(np.array([n, n + 1]))  # of one who is not among them
    assert a[0] - a[1] > b[1] - b[0] > 0.1


def test_annotators_are_told_apart_as_fast_however_little_each_of_their_votes_counts() -> None:
    """The same records and answers, of votes that count whole or a tenth: all that is said is the same."""
    given, true = examples(40, 0.0)
    said = []
    for worth in (1.0, 0.1):
        votes = sparse.csr_array(given.votes * worth)
        own = CAPACITIES[1].on_such_records(votes)
        alone = replace(own, common=np.inf)  # what all share has a prior of its own
        few = Examples(given.evidence, votes, given.content)
        said.append(fitted(few, Targets.of(true, 2), alone).log_odds(few))
    np.testing.assert_allclose(said[0], said[1], atol=1e-3)
    assert said[0][0, 0] - said[0][0, 1] > 1


def test_where_nobody_voted_a_capacity_stays_what_it_is() -> None:
    assert CAPACITIES[3].on_such_records(sparse.csr_array((4, 0))) == CAPACITIES[3]


@pytest.mark.parametrize("worth", [1 / 3, 3.0])
def test_a_scale_is_as_readily_cut_as_raised(worth: float) -> None:
    """What evidence is worth is found, and what is missing of it is the same factor both ways."""
    evidence = np.stack([np.linspace(-3, 3, 100), np.zeros(100)], axis=1)
    nothing = Examples(evidence, sparse.csr_array((100, 0)), np.zeros((100, 2)))
    targets = Targets(softmax(worth * evidence), np.full(100, 10.0), np.arange(100))
    found = fitted(nothing, targets, CAPACITIES[0]).scale
    assert abs(np.log(found)) < abs(np.log(worth))
    assert found == pytest.approx(worth, rel=0.2)


def test_with_too_few_adjudications_it_corrects_nothing_and_says_so() -> None:
    learner = AdjudicationLearner(2)
    learner.forget(MIN_ADJUDICATIONS - 1, 4)
    assert not learner.training_.used
    assert learner.correction_.scale == 1.0
    assert not learner.correction_.added.any()


@pytest.mark.parametrize(
    ("changed", "known", "due"), [(0, 40, False), (3, 40, False), (4, 40, True), (4, 3, True)]
)
def test_it_is_due_again_when_a_tenth_changed(changed: int, known: int, due: bool) -> None:
    learner = AdjudicationLearner(2)
    learner.forget(known, 4)
    learner.changed_ = changed
    assert learner.due(max(known, MIN_ADJUDICATIONS)) == due


def test_it_saves_itself() -> None:
    learner = AdjudicationLearner(2)
    learner.fit(*examples(20, 0.0), counts(20))
    learner.changed_ = 2
    again = AdjudicationLearner.restore(learner.state())
    assert (again.training_, again.changed_) == (learner.training_, 2)
    cells = np.arange(6)
    found = again.correction_.of_cells(cells)
    np.testing.assert_array_equal(found, learner.correction_.of_cells(cells))
