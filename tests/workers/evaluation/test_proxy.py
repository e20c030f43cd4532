"""The proxy model: what it learns from hard and soft labels, and that it never predicts what it saw."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from argilla_distill.workers.evaluation.proxy import folds, hard, out_of_fold, train
from argilla_distill.workers.evaluation.tf_idf import TfIdf, text_of
from tests.workers.evaluation.made_texts import texts

RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, 3, 240)
ROWS = TfIdf().fit_transform(texts(LABELS, 0.2))


def test_it_is_the_logistic_regression_of_scikit_learn() -> None:
    ours = train(ROWS, hard(LABELS, 3), strength=4.0).predict(ROWS)
    peer = LogisticRegression(C=4.0, tol=1e-8, max_iter=1000).fit(ROWS, LABELS)
    assert np.abs(ours - peer.predict_proba(ROWS)).max() < 0.02


def test_of_two_labels_as_well() -> None:
    labels = np.minimum(LABELS, 1)
    ours = train(ROWS, hard(labels, 2), strength=4.0).predict(ROWS)
    # two columns, v and -v, share a ridge that one column of 2 v has alone
    peer = LogisticRegression(C=8.0, tol=1e-8, max_iter=1000).fit(ROWS, labels)
    assert np.abs(ours - peer.predict_proba(ROWS)).max() < 0.02


def test_a_soft_label_is_the_record_repeated_once_for_each_label_with_its_weight() -> None:
    soft = RNG.dirichlet(np.ones(3), 240)
    ours = train(ROWS, soft, strength=4.0).predict(ROWS)
    repeated = np.tile(np.arange(240), 3)
    labels, weights = np.repeat(np.arange(3), 240), soft.T.ravel()
    peer = train(ROWS[repeated], hard(labels, 3), weights, strength=4.0).predict(ROWS)
    assert np.abs(ours - peer).max() < 0.02


def test_held_out_predictions_tell_labels_that_texts_tell() -> None:
    fold = folds([f"prompt {n // 2}" for n in range(240)])
    found = out_of_fold(ROWS, hard(LABELS, 3), fold)
    assert np.allclose(found.sum(axis=1), 1)
    assert (found.argmax(axis=1) == LABELS).mean() > 0.9


def test_no_record_is_predicted_by_a_model_that_saw_its_fold() -> None:
    fold = np.arange(240) % 4
    targets = hard(LABELS, 3)
    turned = targets.copy()
    turned[fold == 1] = targets[fold == 1][:, ::-1]
    one, other = (out_of_fold(ROWS, each, fold, strength=4.0) for each in (targets, turned))
    assert np.array_equal(one[fold == 1], other[fold == 1])
    assert not np.allclose(one[fold != 1], other[fold != 1])


def test_records_without_a_label_teach_nothing_and_are_predicted() -> None:
    some = np.where(np.arange(240) % 5 == 0, -1, LABELS)
    found = out_of_fold(ROWS, hard(some, 3), np.arange(240) % 4)
    assert (found.argmax(axis=1)[some < 0] == LABELS[some < 0]).mean() > 0.9
    known = train(ROWS[some >= 0], hard(LABELS[some >= 0], 3), strength=4.0)
    assert np.array_equal(train(ROWS, hard(some, 3), strength=4.0).weights, known.weights)


def test_a_label_that_other_folds_lack_is_improbable_and_no_error() -> None:
    labels = np.where(np.arange(240) < 60, 2, np.minimum(LABELS, 1))
    found = out_of_fold(ROWS, hard(labels, 3), np.arange(240) // 60)
    assert found[:60, 2].max() < 0.1


@pytest.mark.parametrize("records", [0, 1, 2])
def test_few_records_are_no_error(records: int) -> None:
    found = out_of_fold(ROWS[:records], hard(LABELS[:records], 3), np.arange(records))
    assert found.shape == (records, 3)
    assert np.allclose(found.sum(axis=1), 1)


def test_a_model_predicts_texts_that_come_later() -> None:
    features = TfIdf()
    model = train(features.fit_transform(texts(LABELS, 0.3)), hard(LABELS, 3))
    later = RNG.integers(0, 3, 60)
    told = model.predict(features.transform([*texts(later, 0.3, seed=9), "", "unheard"]))
    assert (told[:60].argmax(axis=1) == later).mean() > 0.9
    assert np.allclose(told.sum(axis=1), 1)


def test_a_fold_depends_on_the_group_alone() -> None:
    assert folds(["a", "b", "a"])[0] == folds(["z", "a"])[1]
    assert set(folds([str(n) for n in range(200)]).tolist()) == set(range(10))


def test_images_are_no_text() -> None:
    custom = {
        "reply": {"parts": ["Hi", {"body": "there"}]},
        "image": "data:image/png;base64,AA",
        "n": 3,
    }
    assert text_of(custom) == "Hi\nthere"
