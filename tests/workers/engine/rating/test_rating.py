"""Ratings: scales shifted and stretched, careless annotators, adjudications that bend the crowd."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.errors import BadValue
from argilla_distill.workers.engine.rating.median_rating import RatingMajority
from argilla_distill.workers.engine.rating.rating import RatingLearned

STARS = Question("rating", scale=(1, 2, 3, 4, 5))
NUMBERS = Question("rating")
Truth = dict[str, int]


def crowd(
    seed: int, n_records: int = 300, careless: float = 0.2, off: float = 0.0, votes: int = 5
) -> tuple[list[Vote], Truth]:
    """25 annotators who shift, stretch and blur a scale of five, some just clicking."""
    rng = np.random.default_rng(seed)
    shift, stretch = rng.normal(off, 0.4, 25), np.exp(rng.normal(0, 0.25, 25))
    spread, clicks = rng.uniform(0.5, 1.1, 25), rng.random(25) < careless
    p = np.array([0.08, 0.22, 0.4, 0.22, 0.08])
    truth = {f"r{i}": int(rng.choice(5, p=p)) + 1 for i in range(n_records)}
    given = []
    for record, true in truth.items():
        for j in rng.choice(25, votes, replace=False):
            put = 3 + shift[j] + stretch[j] * (true - 3) + rng.normal(0, spread[j])
            put = rng.uniform(0.5, 5.5) if clicks[j] else put
            given.append(Vote(record, f"ann{j}", int(np.clip(round(put), 1, 5))))
    return given, truth


def exact_or_wrong(
    seed: int, n_records: int = 100, votes: int = 3, scale: range = range(1, 6)
) -> tuple[list[Vote], Truth]:
    """8 annotators who are exactly right 6 to 19 times in 20 and else say just anything."""
    rng = np.random.default_rng(seed)
    right = rng.uniform(0.6, 0.95, 8)
    truth = {f"r{i}": int(rng.choice(scale)) for i in range(n_records)}
    given = []
    for record, true in truth.items():
        for j in rng.choice(8, votes, replace=False):
            value = true if rng.random() < right[j] else int(rng.choice(scale))
            given.append(Vote(record, f"ann{j}", value))
    return given, truth


def accuracy(decisions: list[Decision], truth: Truth) -> float:
    return float(np.mean([d.value == truth[d.record] for d in decisions]))


def said(votes: list[Vote], record: str) -> NDArray[np.int64]:
    return np.array([vote.value for vote in votes if vote.record == record])


def test_mean_median_and_majority_are_beaten_where_annotators_bend_the_scale() -> None:
    ours, simple = [], []
    for seed in range(3):
        votes, truth = crowd(seed)
        ours.append(accuracy(RatingLearned(STARS).fit(votes).decide(truth), truth))
        means, medians, modes = [], [], []
        for record, true in truth.items():
            values = said(votes, record)
            means.append(round(float(values.mean())) == true)
            medians.append(float(np.median(values)) == true)
            modes.append(int(np.bincount(values).argmax()) == true)
        simple.append([np.mean(means), np.mean(medians), np.mean(modes)])
    assert np.mean(ours) > np.mean(simple, axis=0).max() + 0.02


@pytest.mark.parametrize("scale", [range(1, 6), range(11)], ids=["1..5", "0..10"])
@pytest.mark.parametrize(("n_records", "votes"), [(40, 5), (100, 3), (100, 4), (300, 4)])
def test_a_crowd_that_is_exact_or_grossly_wrong_is_decided_as_well_as_by_median_and_mean(
    n_records: int, votes: int, scale: range
) -> None:
    ours, medians, means = [], [], []
    for seed in range(4):
        given, truth = exact_or_wrong(seed, n_records, votes, scale)
        model = RatingLearned(Question("rating", scale=tuple(scale)))
        ours.append(accuracy(model.fit(given).decide(truth), truth))
        values = {record: said(given, record) for record in truth}
        medians.append(np.mean([np.median(values[r]) == truth[r] for r in truth]))
        means.append(np.mean([round(float(values[r].mean())) == truth[r] for r in truth]))
    assert np.mean(ours) > np.mean(medians) - 0.01  # where all three votes differ nobody knows
    assert np.mean(ours) > np.mean(means) + 0.1


def test_a_gross_error_does_not_move_the_value_of_a_crowd_that_is_mostly_exact() -> None:
    """Once [4, 4, 1, 4] was 3: errors widened everybody's spread, as if they were noise."""
    given, _ = exact_or_wrong(0, n_records=24, votes=8)
    for record, values in (("high", (4, 4, 1, 4)), ("low", (4, 2, 2, 2))):
        given += [Vote(record, f"ann{j}", value) for j, value in enumerate(values)]
    high, low = RatingLearned(STARS).fit(given).decide(["high", "low"])
    assert (high.value, low.value) == (4, 2)
    assert min(high.confidence, low.confidence) > 0.8


def test_who_often_says_just_anything_lapses_and_is_no_wider_spread_for_it() -> None:
    given, _ = exact_or_wrong(1, n_records=200, votes=5)
    rng = np.random.default_rng(0)
    given += [Vote(f"r{i}", "clicker", int(rng.integers(1, 6))) for i in range(200)]
    found = {one.annotator: one for one in RatingLearned(STARS).fit(given).annotators()}
    clicker = found.pop("clicker")
    assert clicker.traits["lapse"] > 0.5 > max(one.traits["lapse"] for one in found.values())
    assert max(one.traits["spread"] for one in found.values()) < 0.6
    assert clicker.accuracy < 0.4 < min(one.accuracy for one in found.values())


def test_without_a_scale_it_is_nearer_to_the_truth_in_squares_than_mean_and_median() -> None:
    ours, means, medians = [], [], []
    for seed in range(3):
        votes, truth = crowd(seed)
        for d in RatingLearned(NUMBERS).fit(votes).decide(truth):
            values, true = said(votes, d.record), truth[d.record]
            ours.append((d.value - true) ** 2)
            means.append((float(values.mean()) - true) ** 2)
            medians.append((float(np.median(values)) - true) ** 2)
    assert np.mean(ours) < 0.8 * min(np.mean(means), np.mean(medians))


def test_confidence_is_honest_about_independent_annotators() -> None:
    votes, truth = crowd(5, n_records=600, careless=0.1)
    decisions = RatingLearned(STARS).fit(votes).decide(truth)
    confidence = float(np.mean([d.confidence for d in decisions]))
    assert abs(confidence - accuracy(decisions, truth)) < 0.12


def test_annotators_are_told_apart_by_shift_stretch_and_spread() -> None:
    rng = np.random.default_rng(0)
    votes = []
    for i in range(400):
        true = float(rng.normal(50, 15))
        for name, shift, stretch, spread in (
            ("ann", 0.0, 1.0, 3.0),
            ("ben", 8.0, 1.0, 3.0),
            ("cas", 0.0, 1.4, 3.0),
            ("dan", 0.0, 1.0, 15.0),
            ("eve", 0.0, 1.0, 3.0),
        ):
            put = 50 + shift + stretch * (true - 50) + rng.normal(0, spread)
            votes.append(Vote(f"r{i}", name, round(put, 1)))
    found = {one.annotator: one for one in RatingLearned(NUMBERS).fit(votes).annotators()}
    traits = {name: one.traits for name, one in found.items()}
    assert traits["ben"]["shift"] - traits["ann"]["shift"] == pytest.approx(8, abs=2)
    assert traits["cas"]["stretch"] / traits["ann"]["stretch"] == pytest.approx(1.4, abs=0.2)
    assert traits["dan"]["spread"] > 2 * traits["ann"]["spread"]
    assert traits["dan"]["trust"] < traits["ann"]["trust"]
    assert found["ann"].accuracy > found["ben"].accuracy > found["dan"].accuracy


def test_a_careless_annotator_weighs_less_than_the_others() -> None:
    votes, _ = crowd(2, careless=0.0)
    rng = np.random.default_rng(0)
    votes += [Vote(f"r{i}", "clicker", int(rng.integers(1, 6))) for i in range(300)]
    model = RatingLearned(STARS).fit(votes)
    trust = {one.annotator: one.traits["trust"] for one in model.annotators()}
    assert trust["clicker"] < min(t for name, t in trust.items() if name != "clicker")


def test_who_always_says_the_same_is_not_trusted_for_it() -> None:
    votes, _ = crowd(2, careless=0.0)
    model = RatingLearned(NUMBERS).fit([*votes, *(Vote(f"r{i}", "idle", 3) for i in range(300))])
    trust = {one.annotator: one.traits["trust"] for one in model.annotators()}
    assert trust["idle"] == min(trust.values())


def adjudicated(votes: list[Vote], truth: Truth, n: int) -> list[Fact]:
    return [*votes, *(Adjudication(record, truth[record]) for record in list(truth)[:n])]


def test_adjudications_bend_the_scale_of_a_crowd_that_gives_too_much() -> None:
    votes, truth = crowd(7, off=1.0, careless=0.0)
    rest = list(truth)[30:]
    before = RatingLearned(STARS).fit(votes)
    after = RatingLearned(STARS).fit(adjudicated(votes, truth, 30))
    plain = accuracy(before.decide(rest), truth)
    assert accuracy(after.decide(rest), truth) > plain + 0.2
    assert after.training.used
    assert after.training.adjudications == 30
    assert after.training.trained is not None
    assert after.training.untrained is not None
    assert after.training.trained < after.training.untrained - 0.2


def test_training_starts_at_ten_and_what_does_not_help_is_not_used() -> None:
    votes, truth = crowd(8, careless=0.0)
    assert RatingLearned(STARS).fit(adjudicated(votes, truth, 9)).training.trained is None
    model = RatingLearned(STARS).fit(adjudicated(votes, truth, 10))
    assert model.training.trained is not None
    rest = list(truth)[40:]
    untrained = accuracy(RatingLearned(STARS).fit(votes).decide(rest), truth)
    for n in (10, 20, 40):
        taught = RatingLearned(STARS).fit(adjudicated(votes, truth, n))
        assert accuracy(taught.decide(rest), truth) > untrained - 0.03


def test_without_a_scale_adjudications_bend_as_well() -> None:
    votes, truth = crowd(9, careless=0.0)
    tilted = [vote._replace(value=10 + 20 * vote.value) for vote in votes]
    facts: list[Fact] = [*tilted, *(Adjudication(r, 15 * truth[r]) for r in list(truth)[:50])]
    rest = list(truth)[50:]
    before = RatingLearned(NUMBERS).fit(tilted).decide(rest)
    after = RatingLearned(NUMBERS).fit(facts).decide(rest)
    far = [np.mean([abs(d.value - 15 * truth[d.record]) for d in ds]) for ds in (before, after)]
    assert far[1] < far[0] / 2


def test_without_a_scale_the_key_of_the_value_is_the_value_and_steps_are_even() -> None:
    votes = [Vote(f"r{i}", who, 10 * i + j) for i in range(10) for j, who in enumerate("abc")]
    for decision in RatingLearned(NUMBERS).fit(votes).decide([f"r{i}" for i in range(10)]):
        points = [float(key) for key in decision.posterior]
        assert len(points) <= 21
        assert np.diff(points) == pytest.approx((92 - 0) / 18, abs=0.02)
        assert decision.posterior[str(decision.value)] == decision.confidence
        assert abs(points.index(decision.value) - points.index(decision.runner_up)) == 1


def test_values_are_of_the_scale_and_two_that_are_as_probable_tie() -> None:
    [tie] = RatingLearned(STARS).fit([Vote("r", "ann", 2), Vote("r", "ben", 3)]).decide(["r"])
    [sure] = RatingLearned(STARS).fit([Vote("s", "ann", 4.0)]).decide(["s"])
    assert tie.abstention == "tie between 2 and 3"
    assert (sure.value, type(sure.value)) == (4, int)
    far = RatingLearned(STARS).fit([Vote("r", "ann", 2), Vote("r", "ben", 4)]).decide(["r"])
    assert far[0].confidence < 0.6


@pytest.mark.parametrize("value", ["3", True, None, 6, 2.5, float("nan"), float("inf")])
def test_what_is_no_rating_of_the_scale_is_refused(value: object) -> None:
    for model in (RatingLearned(STARS).fit([]), RatingMajority(STARS).fit([])):
        with pytest.raises(BadValue, match=r"no rating|unknown rating"):
            model.learn(Vote("r", "ann", value))
        assert model.n_votes == 0


def test_the_yardstick_is_the_median() -> None:
    votes, truth = crowd(4, n_records=60)
    for decision in RatingMajority(NUMBERS).fit(votes).decide(truth):
        assert decision.value == np.median(said(votes, decision.record))
    for decision in RatingMajority(STARS).fit(votes).decide(truth):
        assert decision.value == np.median(said(votes, decision.record))


def test_an_answer_costs_what_it_touches_and_not_a_refit() -> None:
    votes, _ = crowd(11, n_records=1000)
    model = RatingLearned(STARS).fit(votes)
    model.moved(0.01)
    model.learn(Vote("r5", "new", 3))
    moved = model.moved(0.01)
    assert "r5" in moved
    assert len(moved) < 200
    assert model.staleness == pytest.approx(1 / len(votes))


@pytest.mark.parametrize("far", [-1e14, 1e13])
def test_ratings_far_from_0_are_told_apart_as_those_near_it_are(far: float) -> None:
    """Slopes of annotators and of recalibration turned the last bits of ratings of 1e11 into points."""
    given, truth = crowd(3, n_records=60)
    reviewed, records = list(truth)[:20], list(truth)[20:]

    def fitted(off: float) -> RatingLearned:
        facts: list[Fact] = [each._replace(value=each.value + off) for each in given]
        facts += [Adjudication(record, truth[record] - 1.0 + off) for record in reviewed]
        return RatingLearned(NUMBERS).fit(facts)

    near, away = fitted(0.0), fitted(far)
    assert near.training.used
    assert away.training.used
    for one, other in zip(near.decide(records), away.decide(records), strict=True):
        assert other.leader - far == pytest.approx(one.leader, abs=0.05)
        assert other.confidence == pytest.approx(one.confidence, abs=0.02)
    shifts = [[each.traits["shift"] for each in model.annotators()] for model in (near, away)]
    np.testing.assert_allclose(shifts[1], shifts[0], atol=0.05)
