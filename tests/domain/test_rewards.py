"""Rewards: composed from posteriors, so that doubt about an answer is doubt about the reward."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.domain.versions.rewards.composed import Asked
from argilla_distill.domain.versions.rewards.distribution import MAX_ATOMS, Distribution
from argilla_distill.domain.versions.rewards.reward import InvalidReward, Reward

QUESTIONS = {
    "helpful": Asked("label_selection", ("yes", "no")),
    "politeness": Asked("rating", ("1", "2", "3")),
    "problem": Asked("label_selection", ("none", "tone", "hallucination")),
    "topics": Asked("multi_label_selection", ("on", "off", "rude")),
    "rewritten": Asked("text"),
}
WRITTEN = {"helpful": 1.0, "politeness": 0.3, "veto": {"problem": "hallucination"}}


def test_the_expected_reward_is_that_of_all_answers_that_could_be_true() -> None:
    """By hand: E = (1 - 0.2) * (0.8 + 0.3 * (0.5 * 0.5 + 0.4)) + 0.2 * 0."""
    composed = Reward.read(WRITTEN).on(QUESTIONS)
    reward = composed.of(
        {
            "helpful": {"yes": 0.8, "no": 0.2},
            "politeness": {"1": 0.1, "2": 0.5, "3": 0.4},
            "problem": {"none": 0.7, "tone": 0.1, "hallucination": 0.2},
        }
    )
    assert reward is not None
    assert reward.mean == pytest.approx(0.8 * (0.8 + 0.3 * 0.65))
    assert (composed.low, composed.high, composed.middle) == (0.0, 1.3, 0.65)
    assert reward.above(composed.middle) == pytest.approx(0.8 * 0.8)


def test_what_is_vetoed_is_worth_the_least_whatever_else_it_is() -> None:
    composed = Reward.read({"helpful": {"yes": 1, "no": -2}, "veto": {"problem": "tone"}}).on(
        QUESTIONS
    )
    reward = composed.of({"helpful": {"yes": 1.0, "no": 0.0}, "problem": {"tone": 1.0}})
    assert reward is not None
    assert reward.mean == composed.low == -2


def test_labels_of_which_several_hold_are_worth_their_sum() -> None:
    written = {"topics": {"on": 1.0, "off": -0.5}, "veto": {"problem": ["tone", "hallucination"]}}
    composed = Reward.read(written).on(QUESTIONS)
    reward = composed.of(
        {"topics": {"on": 0.9, "off": 0.2, "rude": 0.5}, "problem": {"tone": 0.25, "none": 0.75}}
    )
    assert reward is not None
    assert reward.mean == pytest.approx(0.75 * (0.9 - 0.1) + 0.25 * -0.5)
    vetoed = Reward.read({"helpful": 1, "veto": {"topics": ["off", "rude"]}}).on(QUESTIONS)
    both = vetoed.of({"helpful": {"yes": 1.0}, "topics": {"on": 1.0, "off": 0.5, "rude": 0.5}})
    assert both is not None
    assert both.mean == pytest.approx(0.25)


def test_without_a_posterior_there_is_no_reward() -> None:
    assert Reward.read({"helpful": 1}).on(QUESTIONS).of({"helpful": {}}) is None


SHARES = st.dictionaries(st.integers(-3, 3).map(float), st.floats(0.01, 1), min_size=1)


@given(SHARES, SHARES)
def test_to_be_better_is_counted_over_all_pairs_of_values(
    one: dict[float, float], other: dict[float, float]
) -> None:
    a, b = Distribution.of(one), Distribution.of(other)
    pairs = list(
        product(zip(a.values, a.shares, strict=True), zip(b.values, b.shares, strict=True))
    )
    slow = sum(p * q * ((v > w) + (v == w) / 2) for (v, p), (w, q) in pairs)
    assert a.beats(b) == pytest.approx(slow)
    assert a.beats(b) + b.beats(a) == pytest.approx(1)
    assert a.plus(b).mean == pytest.approx(a.mean + b.mean)


def test_a_reward_of_very_many_values_stays_small_and_keeps_its_mean() -> None:
    many = Distribution.of({n / 7919: 1.0 for n in range(7919)})
    assert len(many.values) <= MAX_ATOMS + 1
    assert many.mean == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({}, "needs a question"),
        ({"veto": {"problem": "tone"}}, "needs a question"),
        ({"helpful": "yes"}, "helpful must be a number"),
        ({"helpful": True}, "helpful must be a number"),
        ({"helpful": float("nan")}, "helpful must be a number"),
        ({"problem": {"tone": "bad"}}, "problem.tone must be a number"),
        ({"helpful": 1, "veto": "tone"}, "veto is a table"),
        ({"helpful": 1, "veto": {"problem": 3}}, "veto.problem must be a label"),
        ({"problem": {"none": 1}, "veto": {"problem": "tone"}}, "is rewarded and a veto"),
        ({"helpfull": 1}, "no question helpfull (did you mean helpful?)"),
        ({"helpful": 1, "veto": {"problems": "tone"}}, "did you mean problem?"),
        ({"helpful": 1, "veto": {"problem": "halucination"}}, "did you mean hallucination?"),
        ({"helpful": {"ja": 1}}, "helpful has no label ja; there are yes, no"),
        ({"problem": 1}, 'say what each label is worth: problem = { "none" = 0.0'),
        ({"topics": 1}, "say what each label is worth"),
        ({"politeness": {"1": 1}}, "is a rating: it is rewarded by a number"),
        ({"rewritten": 1}, "is a text question"),
        ({"helpful": 1, "veto": {"politeness": "1"}}, "only a label can be a veto"),
    ],
)
def test_a_reward_that_cannot_be_is_refused_with_what_was_meant(
    written: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidReward) as refused:
        Reward.read(written).on(QUESTIONS)
    assert why in str(refused.value)


def test_a_reward_is_stored_as_it_is_written() -> None:
    reward = Reward.read(WRITTEN)
    assert Reward.read(reward.written) == reward
