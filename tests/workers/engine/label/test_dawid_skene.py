"""Dawid-Skene: worked by hand, against crowd-kit, and where it must stay modest."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from crowdkit.aggregation import DawidSkene as CrowdKitDawidSkene

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label import additive_model
from argilla_distill.workers.engine.label.dawid_skene import DawidSkene
from argilla_distill.workers.engine.label.weights import em
from tests.places import BENCH
from tests.workers.engine.crowds import crowd


def test_one_round_of_em_is_what_one_computes_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two labels; ann says a, a; ben says a, b. No discount.

    Start, shares with one vote spread evenly: r1 = (5/6, 1/6), r2 = (1/2, 1/2).
    Counts N[given, true]: ann a: (4/3, 2/3), b: 0. ben a: (5/6, 1/6), b: (1/2, 1/2).
    Hits: ann 4/3, ben 5/6 + 1/2 = 4/3. Crowd: (8/3 + 20 · 0.7) / (4 + 20) = 0.69444.
    Accuracy of both: (4/3 + 8 · 0.69444) / 10 = 0.68889; errors go to the one other label.
    θ[ann, a, a] = (4/3 + 4 · 0.68889) / (4/3 + 4) = 0.76667
    θ[ann, b, a] = (2/3 + 4 · 0.31111) / (2/3 + 4) = 0.40952
    θ[ben, a, a] = (5/6 + 4 · 0.68889) / (4/3 + 4) = 0.67292, θ[ben, a, b] = 0.32708
    θ[ben, b, a] = (1/6 + 4 · 0.31111) / (2/3 + 4) = 0.30238, θ[ben, b, b] = 0.69762
    p = (1 + 4/3, 1 + 2/3) / 4 = (0.58333, 0.41667)
    r1 ∝ (0.58333 · 0.76667 · 0.67292, 0.41667 · 0.40952 · 0.30238) = (0.30094, 0.05160)
    r2 ∝ (0.58333 · 0.76667 · 0.32708, 0.41667 · 0.40952 · 0.69762) = (0.14628, 0.11904)
    """
    monkeypatch.setattr(em, "MAX_ITERATIONS", 1)
    votes = [Vote("r1", "ann", "a"), Vote("r2", "ann", "a")]
    votes += [Vote("r1", "ben", "a"), Vote("r2", "ben", "b")]
    model = DawidSkene(label_question("a", "b"), fit_dependence=0.0).fit(votes)
    assert isinstance(model.model, additive_model.AdditiveModel)
    estimate = model.model.weigher.crowd_
    np.testing.assert_allclose(estimate.accuracy, 0.69444, atol=1e-5)
    np.testing.assert_allclose(np.exp(estimate.log_prior), [0.58333, 0.41667], atol=1e-5)
    expected = [[0.30094 / 0.35254, 0.05160 / 0.35254], [0.14628 / 0.26532, 0.11904 / 0.26532]]
    np.testing.assert_allclose(model.tally_.responsibility, expected, atol=1e-4)


def test_the_discount_tempers_what_is_published_and_not_who_leads() -> None:
    votes, _ = crowd(1)
    records = sorted({vote.record for vote in votes})
    free = DawidSkene(label_question("a", "b", "c"), dependence=0.0).fit(votes).decide(records)
    tempered = DawidSkene(label_question("a", "b", "c")).fit(votes).decide(records)
    assert [d.leader for d in free] == [d.leader for d in tempered]
    assert all(t.confidence < f.confidence for t, f in zip(tempered, free, strict=True))


# crowd-kit calls pandas in a way that newer pandas deprecate.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:crowdkit")
def test_it_is_as_accurate_as_crowd_kits() -> None:
    votes, truth = crowd(2, n_records=400, accuracies=(0.9, 0.8, 0.7, 0.5, 0.4))
    frame = pd.DataFrame([vote[:3] for vote in votes], columns=["task", "worker", "label"])
    theirs = CrowdKitDawidSkene().fit_predict_proba(frame)
    decisions = DawidSkene(label_question("a", "b", "c")).fit(votes).decide(theirs.index)
    right = np.mean([d.leader == truth[d.record] for d in decisions])
    assert right >= np.mean(theirs.idxmax(axis=1) == [truth[r] for r in theirs.index]) - 0.01


def test_records_that_mislead_everybody_do_not_make_it_overconfident() -> None:
    """A third of the records look like another label to all: there votes are not independent."""
    votes, truth = crowd(9, n_records=300, accuracies=(0.9,) * 5, labels=("a", "b"))
    flip = {"a": "b", "b": "a"}
    seen = {r: flip[t] if i % 3 == 0 else t for i, (r, t) in enumerate(truth.items())}
    losses = []
    for dependence in (0.0, 0.5):
        decisions = (
            DawidSkene(label_question("a", "b"), dependence=dependence).fit(votes).decide(truth)
        )
        losses.append(-np.mean([np.log(d.posterior[seen[d.record]]) for d in decisions]))
    assert losses[1] < 0.6 * losses[0]


def test_an_annotator_who_has_it_upside_down_speaks_for_the_other_label() -> None:
    votes, truth = crowd(3, n_records=200, accuracies=(0.85, 0.85, 0.85, 0.05), labels=("a", "b"))
    model = DawidSkene(label_question("a", "b")).fit(votes)
    upside_down = next(one for one in model.annotators() if one.annotator == "ann3")
    assert upside_down.accuracy < 0.15
    decisions = model.decide(truth)
    parts = [c for d in decisions for c in d.contributions if c.annotator == "ann3"]
    leaders = {d.record: d.leader for d in decisions}
    assert np.mean([leaders[record] == true for record, true in truth.items()]) > 0.9
    contrary = [c.log_odds < 0 for d in decisions for c in d.contributions if c.value == d.leader]
    assert parts
    assert any(contrary)


def test_a_systematic_confusion_is_learned() -> None:
    """ann calls every c a b; given the others, her b is then no evidence against c."""
    votes, truth = crowd(4, n_records=300, accuracies=(0.85, 0.85, 0.85))
    said = {"a": "a", "b": "b", "c": "b"}
    votes += [Vote(record, "ann", said[true]) for record, true in truth.items()]
    model = DawidSkene(label_question("a", "b", "c")).fit(votes)
    ann = next(one for one in model.annotators() if one.annotator == "ann")
    assert ann.confusion is not None
    assert ann.confusion[2, 1] > 0.85
    assert ann.confusion[1, 1] > 0.85


def test_which_label_is_which_is_the_majoritys_word() -> None:
    votes, truth = crowd(5, n_records=150, accuracies=(0.7,) * 5, labels=("a", "b"))
    decisions = DawidSkene(label_question("a", "b")).fit(votes).decide(truth)
    assert np.mean([d.leader == truth[d.record] for d in decisions]) > 0.7


def test_a_rare_label_and_one_never_used_do_no_harm() -> None:
    votes, truth = crowd(6, n_records=300, accuracies=(0.9,) * 4, labels=("a",), share=1.0)
    votes = [v if v.record != "r7" else v._replace(value="b") for v in votes]
    decisions = DawidSkene(label_question("a", "b", "never")).fit(votes).decide(truth)
    leaders = {d.record: d.leader for d in decisions}
    assert leaders.pop("r7") == "b"
    assert set(leaders.values()) == {"a"}
    assert all(0 < d.posterior["never"] < 0.1 for d in decisions if d.record != "r7")


def test_one_annotator_alone_is_believed_and_not_certain() -> None:
    votes = [Vote(f"r{i}", "ann", "ab"[i % 3 == 0]) for i in range(200)]
    decisions = DawidSkene(label_question("a", "b")).fit(votes).decide(f"r{i}" for i in range(200))
    assert [d.value for d in decisions] == [vote.value for vote in votes]
    assert max(d.confidence for d in decisions) < 0.999


def test_without_refits_the_incremental_model_stays_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of the votes learned one by one: same leaders, posterior within 0.02 on average."""
    monkeypatch.setattr(additive_model, "REFIT_SHARE", np.inf)
    monkeypatch.setattr(additive_model, "REFIT_BELOW", 0)
    votes, truth = crowd(7, n_records=300)
    model = DawidSkene(label_question("a", "b", "c")).fit(votes[:800])
    model.moved(0.01)
    for vote in votes[800:]:
        model.learn(vote)
        model.moved(0.01)
    assert model.staleness > 0.3
    ours, fresh = model.decide(truth), model.refit().decide(truth)
    assert np.mean([a.leader == b.leader for a, b in zip(ours, fresh, strict=True)]) >= 0.99
    p, q = ([list(d.posterior.values()) for d in decisions] for decisions in (ours, fresh))
    assert np.abs(np.array(p) - np.array(q)).mean() <= 0.02


def test_an_answer_reaches_the_other_records_of_its_annotators() -> None:
    votes, _ = crowd(8, n_records=300, accuracies=(0.8, 0.8, 0.8, 0.8), labels=("a", "b"))
    model = DawidSkene(label_question("a", "b")).fit(votes)
    model.moved(0.001)
    flip = {"a": "b", "b": "a"}
    moved: set[str] = set()
    for vote in [vote for vote in votes if vote.annotator == "ann0"][:60]:
        model.revert(vote)
        model.learn(vote._replace(value=flip[vote.value]))
        moved.update(set(model.moved(0.001)) - {vote.record})
    assert len(moved) > 100


@pytest.mark.parametrize(
    ("folder", "accuracy", "loss"), [("bluebird", 88.8, 1.14), ("rte", 92.7, 0.63)]
)
def test_on_recorded_answers_it_keeps_up_with_crowd_kit(
    folder: str, accuracy: float, loss: float
) -> None:
    """The bars are crowd-kit 1.4's figures on the same answers."""
    if not (BENCH / folder / "answers.csv").exists():
        pytest.skip(f"no recorded answers of {folder} in ../shared/bench")
    with (BENCH / folder / "answers.csv").open(newline="") as file:
        votes = [Vote(row["task"], row["worker"], row["label"]) for row in csv.DictReader(file)]
    with (BENCH / folder / "truth.csv").open(newline="") as file:
        truth = {row["task"]: row["label"] for row in csv.DictReader(file)}
    labels = tuple(sorted({vote.value for vote in votes}))
    decisions = DawidSkene(label_question(*labels)).fit(votes).decide(truth)
    assert 100 * np.mean([d.leader == truth[d.record] for d in decisions]) >= accuracy
    assert -np.mean([np.log(d.posterior[truth[d.record]]) for d in decisions]) < loss / 2
