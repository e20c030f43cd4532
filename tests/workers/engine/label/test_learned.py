"""The default strategy: taught by adjudications, by kinds of voices, by confidence and by texts."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.decision import CONTENT, REVIEW
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.label.label_fold import LabelFold
from argilla_distill.workers.engine.label.learned import Learned
from tests.places import BENCH
from tests.workers.engine.crowds import crowd

AB = label_question("a", "b")
FLIP = {"a": "b", "b": "a"}
Truth = dict[str, str]


def share_right(model: LabelFold, truth: Truth) -> float:
    return float(np.mean([d.leader == truth[d.record] for d in model.decide(truth)]))


def log_loss(model: LabelFold, truth: Truth) -> float:
    decisions = model.decide(truth)
    return float(-np.mean([np.log(d.posterior[truth[d.record]]) for d in decisions]))


def misled(seed: int, n_records: int = 300) -> tuple[list[Vote], Truth]:
    """Half of the records look like another label to four of five: a majority that is wrong."""
    rng = np.random.default_rng(seed)
    truth = {f"r{i}": "ab"[rng.integers(2)] for i in range(n_records)}
    votes = []
    for i, (record, true) in enumerate(truth.items()):
        seen = FLIP[true] if i % 2 else true
        votes.append(Vote(record, "expert", true if rng.random() < 0.9 else FLIP[true]))
        for j in range(4):
            label = seen if rng.random() < 0.85 else FLIP[seen]
            votes.append(Vote(record, f"ann{j}", label))
    return votes, truth


def split(truth: Truth, n: int, seed: int = 0) -> tuple[list[Adjudication], Truth]:
    """So many adjudications, and the truth of the other records."""
    picked = set(np.random.default_rng(seed).choice(sorted(truth), n, replace=False))
    told = [Adjudication(record, truth[record]) for record in sorted(picked)]
    return told, {record: true for record, true in truth.items() if record not in picked}


def test_fifty_adjudications_teach_whom_to_believe_where_the_majority_is_misled() -> None:
    votes, truth = misled(1)
    told, rest = split(truth, 50)
    untrained, trained = Learned(AB).fit(votes), Learned(AB).fit([*votes, *told])
    assert share_right(untrained, rest) < 0.65
    assert share_right(trained, rest) > 0.85
    assert log_loss(trained, rest) < 0.6 * log_loss(untrained, rest)
    training = trained.training
    assert training.used
    assert training.untrained is not None
    assert training.trained is not None
    assert training.trained < training.untrained
    assert training.accuracy is not None
    assert training.majority is not None
    assert training.accuracy > training.majority + 0.2
    assert training.summary.startswith("Trained on 50 adjudications, a weight per annotator")


def test_nine_adjudications_teach_nothing_yet_and_the_word_says_so() -> None:
    votes, truth = misled(2)
    training = Learned(AB).fit([*votes, *split(truth, 9)[0]]).training
    assert (training.adjudications, training.used, training.trained) == (9, False, None)
    assert training.summary == "Not trained yet: 9 adjudications of the 10 that it takes."


def test_what_does_not_help_is_not_used_and_the_word_says_so() -> None:
    """Adjudications by the toss of a coin: no correction predicts them better than none."""
    votes, truth = crowd(3, n_records=200, accuracies=(0.9,) * 5, labels=("a", "b"))
    unused = 0
    for seed in range(5):
        told, rest = split(truth, 30, seed)
        plain = Learned(AB).fit([*votes, *told])
        if not plain.training.used:
            unused += 1
            assert "training does not help yet" in plain.training.summary
            assert plain.model.learner.correction_.scale == 1
            assert not plain.model.learner.correction_.added.any()
        assert share_right(plain, rest) > 0.95
    assert unused > 0


@pytest.mark.parametrize("n", [20, 50])
def test_training_on_a_crowd_that_needs_none_costs_next_to_nothing(n: int) -> None:
    losses = []
    for seed in range(4):
        votes, truth = crowd(seed, n_records=300, labels=("a", "b"))
        told, rest = split(truth, n, seed)
        untrained, trained = Learned(AB).fit(votes), Learned(AB).fit([*votes, *told])
        losses.append(log_loss(trained, rest) - log_loss(untrained, rest))
    assert np.mean(losses) < 0.01


def test_an_adjudication_decides_its_record_and_anchors_its_annotators() -> None:
    votes, _ = misled(4)
    before = {one.annotator: one.accuracy for one in Learned(AB).fit(votes).annotators()}
    said = {v.record: v.value for v in votes if v.annotator == "ann0"}
    told = [Adjudication(record, FLIP[label]) for record, label in list(said.items())[:8]]
    model = Learned(AB).fit([*votes, *told])
    after = {one.annotator: one.accuracy for one in model.annotators()}
    assert after["ann0"] < before["ann0"]
    for decision in model.decide(fact.record for fact in told):
        assert decision.adjudicated
        assert decision.value == FLIP[said[decision.record]]
        assert decision.contributions[-1].annotator == REVIEW


def test_new_adjudications_teach_at_once_and_taking_them_back_unteaches() -> None:
    votes, truth = misled(5)
    told, rest = split(truth, 40)
    model = Learned(AB).fit(votes)
    model.moved(0.02)
    for fact in told:
        model.learn(fact)
    moved = model.moved(0.02)
    assert len(set(moved) - {fact.record for fact in told}) > 20
    assert model.training.used
    assert share_right(model, rest) > 0.8
    for fact in told:
        model.revert(fact)
    model.moved(0.02)
    assert not model.training.used
    fresh = Learned(AB).fit(votes)
    ours, theirs = model.decide(truth), fresh.decide(truth)
    for one, other in zip(ours, theirs, strict=True):
        assert one.posterior["a"] == pytest.approx(other.posterior["a"], abs=1e-3)


def test_large_models_learn_of_adjudications_before_their_votes_have_changed_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until a tenth of them is new; they used to wait until a hundredth of all votes had changed."""
    monkeypatch.setattr("argilla_distill.workers.engine.label.corrected_model.CORRECT_BELOW", 0)
    votes, truth = misled(9, n_records=1200)
    model, learned_from = Learned(AB).fit(votes), []
    told, rest = split(truth, 25)
    for adjudication in told:
        model.learn(adjudication)
        model.moved(0.02)
        learned_from.append(model.training.adjudications)
    assert learned_from[:9] == [0] * 9
    assert learned_from[9:12] == [10, 11, 11]
    assert share_right(model, rest) > 0.8


def test_a_confidence_of_eighty_percent_is_right_eight_times_in_ten() -> None:
    """Over crowds of many tempers, on records that the model was not taught with."""
    sure, right = [], []
    for seed in range(12):
        accuracies = tuple(np.random.default_rng(seed).uniform(0.5, 0.9, 5))
        votes, truth = crowd(seed, n_records=200, accuracies=accuracies)
        told, rest = split(truth, 50, seed)
        model = Learned(label_question("a", "b", "c")).fit([*votes, *told])
        for decision in model.decide(rest):
            sure.append(decision.confidence)
            right.append(decision.leader == truth[decision.record])
    confidence, hit = np.array(sure), np.array(right, float)
    for low in (0.5, 0.6, 0.7, 0.8, 0.9):
        of = (confidence >= low) & (confidence < low + 0.1)
        assert of.sum() > 50
        chance = np.sqrt(confidence[of].mean() * (1 - confidence[of].mean()) / of.sum())
        gap = abs(hit[of].mean() - confidence[of].mean())
        assert gap < 0.06 + 2 * chance
    assert hit.mean() == pytest.approx(confidence.mean(), abs=0.04)


def copied(seed: int, n_copies: int) -> tuple[list[Vote], Truth]:
    """Six who judge on their own, and one more with so many copies."""
    votes, truth = crowd(seed, 400, (0.8,) * 6 + (0.65,), ("a", "b"), share=1.0)
    said = {v.record: v.value for v in votes if v.annotator == "ann6"}
    return votes + [
        Vote(r, f"copy{c}", label) for c in range(n_copies) for r, label in said.items()
    ], truth


def test_copies_count_less_than_independent_voices() -> None:
    votes, truth = copied(6, 2)
    model = Learned(AB).fit(votes)
    parts: dict[str, list[float]] = {}
    for decision in model.decide(truth):
        for each in decision.contributions:
            parts.setdefault(each.annotator, []).append(abs(each.log_odds))
    weight = {name: float(np.mean(values)) for name, values in parts.items()}
    alone = Learned(AB).fit([v for v in votes if not v.annotator.startswith("copy")])
    assert alone.model.worth.redundant_.nnz == 0
    assert model.model.worth.redundant_.nnz == 6  # three who are one, each with the two others
    assert weight["ann6"] < 0.5 * min(weight[f"ann{j}"] for j in range(6))
    assert share_right(model, truth) > 0.9


def test_sureness_weighs_as_far_as_it_has_proved() -> None:
    rng = np.random.default_rng(7)
    votes, truth = crowd(7, 300, (0.75,) * 5, ("a", "b"), share=1.0)
    honest, idle = [], []
    for vote in votes:
        right = vote.value == truth[vote.record]
        honest.append(vote._replace(confidence=1.0 if right == (rng.random() < 0.85) else 0.0))
        idle.append(vote._replace(confidence=float(rng.integers(2))))
    unasked, knowing, babbling = (Learned(AB).fit(each) for each in (votes, honest, idle))
    assert knowing.model.worth.sureness_[5] > 1.3
    assert knowing.model.worth.sureness_[1] < 0.7
    np.testing.assert_allclose(babbling.model.worth.sureness_, 1.0, atol=0.25)
    assert share_right(knowing, truth) > share_right(unasked, truth) + 0.03
    assert share_right(babbling, truth) > share_right(unasked, truth) - 0.02


def texts(truth: Truth, seed: int, telling: bool) -> list[Fact]:
    rng = np.random.default_rng(seed)
    words = {"a": ["sunny", "warm", "bright"], "b": ["rainy", "cold", "dark"]}
    found: list[Fact] = []
    for record, true in truth.items():
        filler = [f"word{rng.integers(60)}" for _ in range(6)]
        hint = [str(rng.choice(words[true]))] if telling else []
        found.append(Content(record, " ".join(filler + hint)))
    return found


def test_texts_help_where_votes_are_few() -> None:
    votes, truth = crowd(8, 400, (0.7, 0.7), ("a", "b"), share=0.7)
    facts = [*votes, *texts(truth, 8, telling=True)]
    model, without = Learned(AB).fit(facts), Learned(AB, content=False).fit(facts)
    voted = {v.record: truth[v.record] for v in votes}
    assert share_right(model, voted) > share_right(without, voted) + 0.1
    assert log_loss(model, voted) < log_loss(without, voted) - 0.1
    decision = next(d for d in model.decide(voted) if len(d.contributions) > 1)
    assert [c.annotator for c in decision.contributions].count(CONTENT) == 1
    assert without.model.text.content_.trust_ == 0


def test_texts_that_say_nothing_change_nothing() -> None:
    votes, truth = crowd(9, 300, (0.8, 0.7, 0.7), ("a", "b"))
    plain = Learned(AB).fit(votes)
    model = Learned(AB).fit([*votes, *texts(truth, 9, telling=False)])
    assert model.model.text.content_.trust_ < 0.05
    for one, other in zip(model.decide(truth), plain.decide(truth), strict=True):
        assert one.posterior["a"] == pytest.approx(other.posterior["a"], abs=0.002)


def test_a_text_learned_later_has_a_say_and_can_be_taken_back() -> None:
    votes, truth = crowd(10, 400, (0.7, 0.7), ("a", "b"), share=0.7)
    model = Learned(AB).fit([*votes, *texts(truth, 10, telling=True)])
    model.learn(Vote("new", "ann0", "a"))
    [before] = model.decide(["new"])
    rainy = Content("new", "rainy and cold and dark")
    model.learn(rainy)
    [after] = model.decide(["new"])
    assert after.posterior["b"] > before.posterior["b"] + 0.1
    assert after.contributions[-1].annotator == CONTENT
    assert after.contributions[-1].value == "b"
    with pytest.raises(NotCurrent):
        model.revert(Content("new", "another text"))
    model.revert(rainy)
    [again] = model.decide(["new"])
    assert again.posterior["b"] == pytest.approx(before.posterior["b"])


def test_kinds_of_voices_have_accuracies_of_their_own() -> None:
    people, truth = crowd(11, 200, (0.9,) * 5, ("a", "b"))
    models, _ = crowd(11, 200, (0.9,) * 5 + (0.55,) * 5, ("a", "b"))
    votes = [v._replace(annotator=v.annotator.replace("ann", "")) for v in models]
    names = sorted({v.annotator for v in votes})
    facts: list[Fact] = [*votes, *(Source(name, "model") for name in names if int(name) > 4)]
    facts += [Vote("r0", "a new person", "a"), Vote("r0", "a new model", "a")]
    model = Learned(AB).fit([*facts, Source("a new model", "model")])
    found = {one.annotator: one.accuracy for one in model.annotators()}
    assert found["a new person"] > found["a new model"] + 0.1
    model.revert(Source("a new model", "model"))
    found = {one.annotator: one.accuracy for one in model.annotators()}
    assert found["a new person"] == pytest.approx(found["a new model"])
    with pytest.raises(NotCurrent):
        model.revert(Source("a new model", "model"))
    assert people
    assert truth


def test_everything_together_adds_up_and_survives_the_round_trip() -> None:
    votes, truth = misled(12)
    copies = [v._replace(annotator="copy") for v in votes if v.annotator == "ann0"]
    rng = np.random.default_rng(12)
    sure: list[Fact] = [v._replace(confidence=float(rng.random())) for v in votes + copies]
    facts = [*sure, *split(truth, 40)[0], *texts(truth, 12, telling=True), Source("ann1", "model")]
    model = Learned(AB).fit(facts)
    assert model.training.used
    assert model.model.text.content_.trust_ > 0
    assert model.model.worth.redundant_.nnz > 0
    again = Learned.from_state(snapshot.unpack(snapshot.pack(model.state())))
    for one, other in zip(model.decide(truth), again.decide(truth), strict=True):
        assert one == other
        assert one.leader is not None
        assert one.runner_up is not None
        odds = np.log(one.posterior[one.leader] / one.posterior[one.runner_up])
        assert one.log_odds == pytest.approx(odds, abs=1e-9)
    assert again.training == model.training
    assert snapshot.pack(again.state()) == snapshot.pack(model.state())


def test_answers_learned_one_by_one_end_where_a_refit_does() -> None:
    """The last 50, with adjudications between: 99.5 % equal leaders, posterior within 0.02."""
    votes, truth = misled(13)
    model = Learned(AB).fit(votes[:1450])
    for n, vote in enumerate(votes[1450:]):
        model.learn(vote)
        if n % 3 == 0:
            model.learn(Adjudication(vote.record, truth[vote.record]))
        model.moved(0.02)
    ours, fresh = model.decide(truth), model.refit().decide(truth)
    equal = [one.leader == other.leader for one, other in zip(ours, fresh, strict=True)]
    off = [
        abs(one.posterior["a"] - other.posterior["a"])
        for one, other in zip(ours, fresh, strict=True)
    ]
    assert np.mean(equal) >= 0.995
    assert np.mean(off) <= 0.02
    assert model.training.used


@pytest.mark.parametrize(
    ("folder", "accuracy", "loss"), [("bluebird", 85.0, 0.48), ("rte", 92.5, 0.29)]
)
def test_on_recorded_answers_it_is_ahead(folder: str, accuracy: float, loss: float) -> None:
    """The bars for log loss are the best peer's on the same answers."""
    if not (BENCH / folder / "answers.csv").exists():
        pytest.skip(f"no recorded answers of {folder} in ../shared/bench")
    with (BENCH / folder / "answers.csv").open(newline="") as file:
        votes = [Vote(row["task"], row["worker"], row["label"]) for row in csv.DictReader(file)]
    with (BENCH / folder / "truth.csv").open(newline="") as file:
        truth = {row["task"]: row["label"] for row in csv.DictReader(file)}
    labels = tuple(sorted({vote.value for vote in votes}))
    model = Learned(label_question(*labels)).fit(votes)
    assert 100 * share_right(model, truth) >= accuracy
    assert log_loss(model, truth) < loss
