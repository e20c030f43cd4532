"""Whether the truth is one of a scale's values or lies between them, found out from held-back votes."""

from __future__ import annotations

import numpy as np

from argilla_distill.domain.state.expected_rating import expected_rating
from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.rating.between_values import between_values
from argilla_distill.workers.engine.rating.continuous import ContinuousRatings
from argilla_distill.workers.engine.rating.discrete import DiscreteRatings
from argilla_distill.workers.engine.rating.raters import Raters
from argilla_distill.workers.engine.rating.rating import RatingLearned
from argilla_distill.workers.engine.rating.rating_range import RatingRange, columns_of
from argilla_distill.workers.engine.rating.recalibration import RatingVotes, Recalibration

SCALE = (1, 2, 3, 4, 5)
STARS = Question("rating", scale=SCALE)


def degrees(seed: int, n_records: int = 300, votes: int = 5) -> tuple[list[Vote], dict[str, float]]:
    """Most have little of it and few have much; annotators see that well, each from a point of their own."""
    rng = np.random.default_rng(seed)
    shift, truth, given = rng.normal(0, 0.4, 30), {}, []
    for i in range(n_records):
        true = truth[f"r{i}"] = 1 + min(float(rng.exponential(0.9)), 4.0)
        for j in rng.choice(30, votes, replace=False):
            put = true + shift[j] + rng.normal(0, 0.4)
            given.append(Vote(f"r{i}", f"ann{j}", int(np.clip(round(put), 1, 5))))
    return given, truth


def picked(seed: int, n_records: int = 200) -> list[Vote]:
    """One value is right; three in four pick it, the others any."""
    rng = np.random.default_rng(seed)
    votes = []
    for i in range(n_records):
        true = rng.integers(1, 6)
        for j in range(5):
            value = true if rng.random() < 0.75 else rng.integers(1, 6)
            votes.append(Vote(f"r{i}", f"ann{j}", int(value)))
    return votes


def lies_between(votes: list[Vote]) -> bool:
    facts = CurrentFacts(votes)
    records = facts.heard()
    rows, names, vote, truth = columns_of(facts, records)
    unknown = np.full(len(truth), np.nan)
    raters = Raters(4.0).fit(rows, names, vote, unknown)
    columns = RatingVotes(rows, raters.comparisons_.rater, vote, len(records))
    span = RatingRange(1.0, 5.0, SCALE)
    models = DiscreteRatings(SCALE), ContinuousRatings(span)
    for model in models:
        model.fit(columns, raters, Recalibration(), unknown)
    return between_values(*models, columns, raters)


def test_degrees_lie_between_the_values_and_picked_ones_do_not() -> None:
    assert lies_between(degrees(0)[0])
    assert not lies_between(picked(0))


def test_too_few_records_tell_nothing() -> None:
    assert not lies_between(degrees(0, n_records=19)[0])
    assert not lies_between(degrees(0, votes=1)[0])


def test_the_expected_value_of_a_skewed_scale_is_nearer_than_the_mean_and_values_are_the_scale_s() -> (
    None
):
    votes, truth = degrees(0)
    decided = RatingLearned(STARS).fit(votes).decide(truth)
    given: dict[str, list[int]] = {record: [] for record in truth}
    for vote in votes:
        given[vote.record].append(vote.value)
    true = np.array(list(truth.values()))
    expected = [expected_rating(d.posterior) for d in decided]
    ours = np.array([each.mean for each in expected if each is not None])
    means = np.array([np.mean(each) for each in given.values()])
    assert np.corrcoef(ours, true)[0, 1] > np.corrcoef(means, true)[0, 1]
    assert np.abs(ours - true).mean() < 0.95 * np.abs(means - true).mean()
    assert {d.value for d in decided} <= {*SCALE, None}
    assert all(set(d.posterior) == set(map(str, SCALE)) for d in decided)


def test_voices_add_up_to_the_decision() -> None:
    votes, truth = degrees(1)
    for d in RatingLearned(STARS).fit(votes).decide(truth):
        odds = np.log(d.posterior[str(d.leader)] / d.posterior[str(d.runner_up)])
        assert abs(d.log_odds - odds) < 1e-9


def test_where_the_truth_lies_survives_a_snapshot() -> None:
    votes, truth = degrees(2)
    model = RatingLearned(STARS).fit(votes)
    assert model.model.between_
    again = RatingLearned.from_state(snapshot.unpack(snapshot.pack(model.state())))
    assert again.decide(truth) == model.decide(truth)


def test_annotators_who_are_far_apart_keep_more_of_their_own_shift() -> None:
    def drawn_by(spread: float) -> float:
        rng = np.random.default_rng(0)
        shift = rng.normal(0, spread, 20)
        rows = np.repeat(np.arange(100), 5)
        who = [int(j) for _ in range(100) for j in rng.choice(20, 5, replace=False)]
        votes = rng.normal(0, 1, 100)[rows] + shift[who] + rng.normal(0, 0.7, 500)
        raters = Raters(8.0).fit(rows, [f"a{j:02}" for j in who], votes, np.full(100, np.nan))
        return raters.crowd_[4]

    assert drawn_by(1.0) < 3 < 15 < drawn_by(0.0)
