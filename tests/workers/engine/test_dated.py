"""Votes that fade, and votes that give way to those of newer guidelines: whatever the path, one result."""

from __future__ import annotations

import random

import numpy as np
import pytest

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, NewGuidelines, Vote
from argilla_distill.workers.engine.contract.question import Question, label_question
from argilla_distill.workers.engine.contract.terms import Terms
from argilla_distill.workers.engine.dated import DAY_MS, Dated
from argilla_distill.workers.engine.errors import NotCurrent, UnknownLabel, UnsuitedTerms
from tests.workers.engine.crowds import crowd

ASKED = label_question("a", "b")
FADING = Terms(half_life_days=10)
LATEST = Terms(guidelines="latest")
BOTH = Terms({"a->b": 2.0}, half_life_days=20, guidelines="latest")
NAMES = ("majority", "dawid_skene", "learned")


def dated_crowd(seed: int) -> list[Fact]:
    """Votes of a hundred days, two editions of guidelines, and some reviews."""
    votes, truth = crowd(seed, n_records=30, labels=("a", "b"))
    rng = np.random.default_rng(seed)
    facts: list[Fact] = [v._replace(at=int(rng.integers(0, 100)) * DAY_MS) for v in votes]
    facts += [NewGuidelines(0), NewGuidelines(55 * DAY_MS)]
    return facts + [Adjudication(f"r{i}", truth[f"r{i}"]) for i in range(12)]


def records_of(facts: list[Fact]) -> list[str]:
    return sorted({fact.record for fact in facts if isinstance(fact, Vote)})


def test_of_a_records_votes_the_older_count_less_by_half_for_each_half_life() -> None:
    votes = [Vote("r", "ann", "a", at=0), Vote("r", "ben", "b", at=10 * DAY_MS)]
    [decision] = registry.create("majority", ASKED, FADING).fit(votes).decide(["r"])
    assert decision.value == "b"
    # (1 + 1/2) / (1 + 1/2 + 1)
    assert decision.confidence == pytest.approx(0.6)
    assert decision.log_odds == pytest.approx(np.log(0.6 / 0.4))


def test_a_vote_of_six_half_lives_does_not_count() -> None:
    votes = [Vote("r", "ann", "a", at=0), Vote("r", "ben", "b", at=61 * DAY_MS)]
    strategy = registry.create("majority", ASKED, FADING).fit(votes)
    assert [c.annotator for c in strategy.decide(["r"])[0].contributions] == ["ben"]
    assert strategy.n_votes == 1


def test_time_alone_changes_nothing() -> None:
    """Votes are compared with those on their own record: another record's newer ones fade none."""
    votes = [Vote("r", "ann", "a", at=0), Vote("r", "ben", "a", at=DAY_MS)]
    strategy = registry.create("majority", ASKED, FADING).fit(votes)
    before = strategy.decide(["r"])[0].posterior
    strategy.learn(Vote("s", "ann", "b", at=500 * DAY_MS))
    assert strategy.decide(["r"])[0].posterior == before


def test_votes_under_older_guidelines_give_way_once_somebody_answered_under_newer_ones() -> None:
    old = [Vote("r", who, "a", at=DAY_MS) for who in ("ann", "ben", "cas")]
    strategy = registry.create("majority", ASKED, LATEST).fit([NewGuidelines(0), *old])
    strategy.learn(NewGuidelines(2 * DAY_MS))
    assert strategy.decide(["r"])[0].value == "a"  # as long as nobody says anything newer
    strategy.moved(0.02)
    strategy.learn(Vote("r", "dan", "b", at=3 * DAY_MS))
    assert strategy.moved(0.02) == ["r"]
    assert strategy.decide(["r"])[0].value == "b"
    strategy.revert(Vote("r", "dan", "b"))
    [decision] = strategy.decide(["r"])
    assert (decision.value, len(decision.contributions)) == ("a", 3)


def test_guidelines_that_are_noticed_late_count_from_when_they_were_in_force() -> None:
    votes = [Vote("r", "ann", "a", at=DAY_MS), Vote("r", "ben", "b", at=3 * DAY_MS)]
    strategy = registry.create("majority", ASKED, LATEST).fit([NewGuidelines(0), *votes])
    assert strategy.decide(["r"])[0].value is None
    strategy.learn(NewGuidelines(2 * DAY_MS))
    assert strategy.decide(["r"])[0].value == "b"
    strategy.revert(NewGuidelines(2 * DAY_MS))
    assert strategy.decide(["r"])[0].value is None
    with pytest.raises(NotCurrent):
        strategy.revert(NewGuidelines(2 * DAY_MS))


@pytest.mark.parametrize("terms", [FADING, LATEST, BOTH])
@pytest.mark.parametrize("name", NAMES)
def test_any_path_ends_where_a_fresh_fit_does_also_across_a_snapshot(
    name: str, terms: Terms
) -> None:
    for seed in range(3):
        facts = dated_crowd(seed)
        path = facts.copy()
        random.Random(seed).shuffle(path)
        strategy = registry.create(name, ASKED, terms).fit([])
        for n, fact in enumerate(path):
            strategy.learn(fact)
            if n % 7 == 0:  # edited, and taken back again
                strategy.revert(fact)
                strategy.learn(fact)
            if n == 60:
                strategy = registry.restore(snapshot.unpack(snapshot.pack(strategy.state())))
                assert isinstance(strategy, Dated)
        strategy.moved(0.01)
        fresh = registry.create(name, ASKED, terms).fit(facts)
        records = records_of(facts)
        for one, other in zip(strategy.decide(records), fresh.decide(records), strict=True):
            assert (one.value, one.leader) == (other.value, other.leader)
            assert one.confidence == pytest.approx(other.confidence, abs=1e-6)
        assert strategy.n_votes == fresh.n_votes


@pytest.mark.parametrize("name", NAMES)
def test_reasons_add_up_where_votes_count_in_part(name: str) -> None:
    facts = dated_crowd(4)
    strategy = registry.create(name, ASKED, FADING).fit(facts)
    for decision in strategy.decide(records_of(facts)):
        if decision.leader is not None:
            p = decision.posterior
            ratio = p[decision.leader] / p[str(decision.runner_up)]
            assert decision.log_odds == pytest.approx(np.log(ratio), abs=1e-9)


def test_guidelines_hold_for_questions_of_every_type() -> None:
    asked = Question("multi_label", ("a", "b"))
    old, new = Vote("r", "ann", ("a",), at=DAY_MS), Vote("r", "ben", ("b",), at=3 * DAY_MS)
    facts: list[Fact] = [NewGuidelines(0), NewGuidelines(2 * DAY_MS), old, new]
    for name in NAMES:
        strategy = registry.create(name, asked, LATEST).fit(facts)
        again = registry.restore(snapshot.unpack(snapshot.pack(strategy.state())))
        assert again.decide(["r"])[0].value == ("b",)
        again.revert(new)
        again.moved(0.01)
        assert again.decide(["r"])[0].value == ("a",)


def test_a_vote_that_is_refused_changes_nothing() -> None:
    strategy = registry.create("learned", ASKED, FADING).fit([Vote("r", "ann", "a", at=DAY_MS)])
    before = snapshot.pack(strategy.state())
    with pytest.raises(UnknownLabel):
        strategy.learn(Vote("r", "ben", "c", at=9 * DAY_MS))
    assert snapshot.pack(strategy.state()) == before


@pytest.mark.parametrize("kind", ["multi_label", "text"])
def test_where_votes_cannot_fade_the_setting_is_refused(kind: str) -> None:
    asked = Question("text") if kind == "text" else Question("multi_label", ("a", "b"))
    with pytest.raises(UnsuitedTerms, match="half_life_days needs a strategy that weighs votes"):
        registry.create("learned", asked, FADING)
