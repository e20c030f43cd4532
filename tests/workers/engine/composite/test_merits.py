"""Merits of items, and how sharply annotators tell them apart, against an oracle and made-up crowds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_expit

from argilla_distill.workers.engine.composite.ranking.discrimination import discrimination
from argilla_distill.workers.engine.composite.ranking.merits import PairVotes, posterior_merits
from argilla_distill.workers.engine.composite.ranking.pair_context import ItemMerits
from argilla_distill.workers.engine.composite.ranking.ranking import (
    RankingDawidSkene,
    RankingLearned,
)
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Question

ITEMS = ("a", "b", "c", "d", "e")
QUESTION = Question("ranking", ITEMS)


def crowd(sharp: list[float], n_records: int, seed: int) -> tuple[list[Vote], Ints]:
    """Everybody ranks all records' items by Thurstone's model; and the true orders."""
    rng = np.random.default_rng(seed)
    votes, orders = list[Vote](), []
    for record in range(n_records):
        merit = rng.normal(size=len(ITEMS))
        orders.append(np.argsort(-merit))
        for j, each in enumerate(sharp):
            seen = each * merit + rng.normal(size=len(ITEMS))
            votes.append(Vote(f"r{record}", f"u{j}", tuple((ITEMS[i],) for i in np.argsort(-seen))))
    return votes, np.array(orders)


def sharpness(facts: list[Fact]) -> dict[str, float]:
    context = RankingLearned(QUESTION).fit(facts).context
    assert isinstance(context, ItemMerits)
    return context.sharp_


def _slope(function: Callable[[Floats], float], at: Floats) -> Floats:
    sides = [(function(at + h), function(at - h)) for h in 1e-3 * np.eye(len(at))]
    return np.array([(up - down) / 2e-3 for up, down in sides])


def test_merits_are_what_an_optimiser_of_its_own_finds() -> None:
    rng = np.random.default_rng(0)
    n, first, second = 4, *np.triu_indices(4, 1)
    pair, whose = rng.integers(6, size=15), rng.integers(3, size=15)
    said = PairVotes.of(1, n, pair, whose, rng.choice([0.0, 0.5, 1.0], 15))
    beta = np.array([2.0, 0.7, -0.5])[whose]

    def loss(s: Floats) -> float:
        d = beta * (s[first] - s[second])[pair]
        right = said.first * log_expit(d) + (1 - said.first) * log_expit(-d)
        return float((s**2).sum() / 2 - (said.weight * right).sum())

    found = posterior_merits(said, beta)
    best = minimize(loss, np.zeros(n), tol=1e-10).x
    np.testing.assert_allclose(found.mean[0], best, atol=1e-4)
    step = 1e-3 * np.eye(n)
    bend = [(_slope(loss, best + h) - _slope(loss, best - h)) / 2e-3 for h in step]
    np.testing.assert_allclose(found.covariance[0], np.linalg.inv(np.array(bend)), atol=1e-3)


def test_records_of_other_sizes_teach_of_the_same_annotators() -> None:
    """u1 is right where three items are ranked, and is believed where it is four, too."""
    three = PairVotes.of(60, 3, np.tile(np.arange(180), 3), np.repeat([0, 1, 2], 180), np.ones(540))
    told = np.concatenate([np.ones(60), np.zeros(60)])
    four = PairVotes.of(10, 4, np.tile(np.arange(60), 2), np.repeat([1, 3], 60), told)
    sharp, _ = discrimination([three, four], 4)
    assert sharp[0] > 2 > 0 > sharp[3]


def test_who_ranks_the_wrong_way_round_is_told_from_who_guesses() -> None:
    votes, _ = crowd([2.0, 2.0, 1.0, 0.0, -2.0], 40, 1)
    sharp = sharpness([*votes])
    assert sharp["u0"] > sharp["u2"] > 0.5
    assert abs(sharp["u3"]) < 0.4
    assert sharp["u4"] < -1


def test_reviews_tell_who_is_right_where_two_contradict_each_other() -> None:
    votes, orders = crowd([2.0, -2.0], 12, 2)
    reviews = [
        Adjudication(f"r{i}", tuple((ITEMS[at],) for at in order))
        for i, order in enumerate(orders.tolist())
    ]
    untold, told = sharpness([*votes]), sharpness([*votes, *reviews])
    assert untold["u0"] - untold["u1"] < told["u0"] - told["u1"]
    assert told["u0"] > 1 > 0 > told["u1"]


def test_the_votes_explain_wholly_what_of_a_ranking_is_the_least_sure() -> None:
    votes, _ = crowd([2.0, 1.0, 1.0, 0.5, -1.0], 12, 3)
    model = RankingDawidSkene(QUESTION).fit(votes)
    for decision in model.decide([f"r{i}" for i in range(12)]):
        assert decision.prior_log_odds == pytest.approx(0, abs=1e-6)
        assert any(each.log_odds for each in decision.contributions)


def test_pairs_are_right_as_often_as_they_are_said_to_be() -> None:
    said, right = [], []
    for seed in range(2):
        votes, orders = crowd([1.0, 0.7, 0.5, 0.0, 0.0], 12, 10 + seed)
        decided = RankingLearned(QUESTION).fit(votes).decide([f"r{i}" for i in range(12)])
        for decision, order in zip(decided, orders, strict=True):
            place = {ITEMS[item]: at for at, item in enumerate(order)}
            for pair, p in decision.posterior.items():
                a, b = pair.split(" > ")
                said.append(max(p, 1 - p))
                right.append((p > 0.5) == (place[a] < place[b]))
    assert np.mean(said) == pytest.approx(np.mean(right), abs=0.02)
