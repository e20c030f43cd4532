"""The gate: open where texts tell something, shut where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.evaluation.gate import Gate, gate
from argilla_distill.workers.evaluation.proxy import folds, hard, out_of_fold
from argilla_distill.workers.evaluation.tf_idf import TfIdf
from tests.workers.evaluation.made_texts import texts

N = 200
FOLD = folds([str(n) for n in range(N)])


def gated(telling: float, seed: int) -> Gate:
    labels = np.random.default_rng(seed).integers(0, 2, N)
    rows, targets = TfIdf().fit_transform(texts(labels, telling, seed)), hard(labels, 2)
    return gate(out_of_fold(rows, targets, FOLD, strength=4.0), targets, FOLD)


@pytest.mark.parametrize("seed", range(5))
def test_texts_that_tell_nothing_are_gated(seed: int) -> None:
    assert not gated(0.0, seed).informative


@pytest.mark.parametrize("seed", range(3))
def test_texts_that_tell_something_are_not(seed: int) -> None:
    found = gated(0.15, seed)
    assert found.informative
    assert found.loss < found.prior_loss
    assert found.accuracy > found.prior_accuracy


def test_many_copies_of_a_few_records_are_a_few_records() -> None:
    targets = np.tile(hard(np.array([0, 1, 0, 1, 1, 0, 1, 0, 1, 1] * 3), 2), (20, 1))
    told = np.abs(targets - 0.4)  # a little better than chance: 0.6
    told[::3] = told[::3][:, ::-1]
    fold = np.arange(600) % 10
    assert gate(told, targets, fold).p < gate(told, targets, fold, np.arange(600) % 30).p


def test_with_few_records_nothing_is_told() -> None:
    targets = hard(np.array([0, 1] * 8), 2)
    assert not gate(np.clip(targets, 0.01, 0.99), targets, np.arange(16) % 2).informative


def test_records_without_a_label_are_not_looked_at() -> None:
    targets = hard(np.array([0, 1, -1] * 40), 2)
    told = np.full((120, 2), 0.5)
    told[targets.sum(axis=1) > 0] = np.clip(targets[targets.sum(axis=1) > 0], 0.1, 0.9)
    found = gate(told, targets, np.arange(120) % 4)
    assert found.informative
    assert found.records == 80


def test_one_label_alone_is_nothing_that_texts_could_tell() -> None:
    targets = hard(np.zeros(60, np.int64), 2)
    assert not gate(np.clip(targets, 0.001, 0.999), targets, np.arange(60) % 4).informative


def test_nothing_at_all_is_gated() -> None:
    assert not gate(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, np.int64)).informative
