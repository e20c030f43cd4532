"""Who votes like whom, beyond what skill explains."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label.learned import Learned
from argilla_distill.workers.engine.label.votes.votes import Votes
from argilla_distill.workers.engine.label.weights.jury import FEWEST, NO_JURY, jury

Said = dict[str, NDArray[np.intp]]


def judged(said: Said) -> Votes:
    return Votes.of(("a", "b"), votes(said))


def votes(said: Said) -> list[Vote]:
    return [Vote(f"r{i}", who, "ab"[x]) for who, its in said.items() for i, x in enumerate(its)]


def alone(rng: np.random.Generator, true: NDArray[np.intp], *skills: float) -> Said:
    """Who err on their own, each right as often as said."""
    return {
        f"own{j}": np.where(rng.random(len(true)) < skill, true, 1 - true)
        for j, skill in enumerate(skills)
    }


def family(rng: np.random.Generator, true: NDArray[np.intp], n: int, name: str = "kin") -> Said:
    """Who think alike: they say what one mind does in four of five cases, and it is right in 6 of 10."""
    mind = np.where(rng.random(len(true)) < 0.6, true, 1 - true)
    return {
        f"{name}{j}": np.where(rng.random(len(true)) < 0.8, mind, rng.integers(0, 2, len(true)))
        for j in range(n)
    }


@pytest.mark.parametrize("seed", range(5))
def test_experts_who_agree_because_they_are_right_are_no_family(seed: int) -> None:
    rng = np.random.default_rng(seed)
    said = alone(rng, rng.integers(0, 2, 400), 0.95, 0.9, 0.9, 0.7, 0.6, 0.6, 0.5, 0.5)
    found = jury(judged(said))
    assert found.unexplained < 0.1
    assert not len(found.worth)


def families(rng: np.random.Generator) -> Said:
    """Three who err on their own, and two families of three."""
    true = rng.integers(0, 2, 400)
    said = alone(rng, true, 0.7, 0.7, 0.7)
    return said | family(rng, true, 3) | family(rng, true, 3, "clan")


@pytest.mark.parametrize("seed", range(5))
def test_judges_of_one_family_count_less_than_those_who_err_on_their_own(seed: int) -> None:
    found = jury(judged(families(np.random.default_rng(seed))))
    assert found.unexplained > 0.05
    assert found.worth.mean() == pytest.approx(1)
    assert found.worth[:3].min() > 1 > found.worth[3:].mean()


def test_a_family_that_is_nearly_the_majority_wins_less_often() -> None:
    """Four of nine judges think alike; the others are right more often, each on their own."""
    rng = np.random.default_rng(1)
    true = rng.integers(0, 2, 400)
    said = alone(rng, true, 0.7, 0.7, 0.7, 0.7, 0.7) | family(rng, true, 4)
    model = Learned(label_question("a", "b")).fit(votes(said))
    decided = model.decide([f"r{i}" for i in range(400)])
    worth = [decision.independent_votes for decision in decided]
    assert max(each for each in worth if each is not None) < 3  # nine judges
    for decision in decided[:20]:
        odds = np.log(decision.posterior["a"] / decision.posterior["b"])
        told = decision.prior_log_odds + sum(each.log_odds for each in decision.contributions)
        assert abs(odds) == pytest.approx(told)


def test_in_a_jury_it_counts_less_whom_one_agrees_with_until_adjudications_tell_more() -> None:
    """Two families of three, and three who err on their own."""
    said = votes(families(np.random.default_rng(0)))
    model = Learned(label_question("a", "b")).fit(said)
    found = model.model.worth.jury_.unexplained
    assert model.model.weigher.alike_ == found > 0.05
    again = Learned.from_state(model.state())
    assert again.model.weigher.alike_ == found
    told = model.fit([*said, *(Adjudication(f"r{i}", "a") for i in range(30))])
    assert told.model.weigher.alike_ == pytest.approx(found / 4)


def test_who_is_called_what_and_in_which_order_votes_came_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    said = families(rng)
    one = jury(judged(said))
    shuffled = votes(said)
    rng.shuffle(shuffled)
    again = Votes.of(("a", "b"), shuffled)
    other = jury(again)
    assert other.unexplained == pytest.approx(one.unexplained)
    place = [again.annotators.index(who) for who in said]
    np.testing.assert_allclose(other.worth[place], one.worth, atol=1e-8)


def test_too_few_annotators_or_records_tell_nothing() -> None:
    rng = np.random.default_rng(3)
    true = rng.integers(0, 2, 12)
    assert jury(judged(alone(rng, true, *[0.7] * 6))) == NO_JURY
    assert jury(judged(alone(rng, rng.integers(0, 2, 300), *[0.7] * (FEWEST - 1)))) == NO_JURY
    assert jury(Votes(("a", "b"))) == NO_JURY
