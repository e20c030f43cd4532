"""The contract of `test_contract`, for strategies whose values are ratings or texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.decision import ADJUDICATED, REVIEW, Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source, Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import BadValue, NotCurrent
from tests.workers.engine import refit_gap
from tests.workers.engine.crowds_of_values import NUMBERS, STARS, TEXT, crowd, other_value
from tests.workers.engine.refit_gap import EVERY, Path

CASES = [
    (name, question)
    for name in registry.names()
    for question in (STARS, NUMBERS, TEXT)
    if any(each.name == name and question.type in each.types for each in registry.CLASSES)
]
IDS = [f"{name}-{'stars' if question.scale else question.type}" for name, question in CASES]


@pytest.fixture(params=CASES, ids=IDS)
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return registry.create(*request.param)


def question_of(strategy: Strategy) -> Question:
    question: Question = strategy.question  # type: ignore[attr-defined]
    return question


def records_of(votes: Sequence[Vote]) -> list[str]:
    return sorted({vote.record for vote in votes})


def assert_same(one: list[Decision], other: list[Decision], within: float = 1e-9) -> None:
    assert [d.record for d in one] == [d.record for d in other]
    assert [d.value for d in one] == [d.value for d in other]
    assert [d.leader for d in one] == [d.leader for d in other]
    for a, b in zip(one, other, strict=True):
        assert dict(a.posterior) == pytest.approx(dict(b.posterior), abs=within)
        assert a.confidence == pytest.approx(b.confidence, abs=within)


def test_every_type_of_value_has_the_learned_strategy_and_the_yardstick() -> None:
    assert {("learned", STARS), ("majority", STARS), ("learned", NUMBERS)} <= set(CASES)
    assert {("learned", TEXT), ("majority", TEXT), ("alignment", TEXT)} <= set(CASES)


def test_neither_the_order_of_votes_nor_names_matter(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 1)
    names = {f"ann{j}": f"{9 - j}-someone" for j in range(6)}
    records = records_of(votes)
    other = {record: f"x{i * 7 % 41}" for i, record in enumerate(records)}
    renamed = [Vote(other[r], names[a], value) for r, a, value, *_ in reversed(votes)]
    first = strategy.fit(votes).decide(records)
    fresh = registry.create(strategy.name, question_of(strategy)).fit(renamed)
    second = fresh.decide(other[record] for record in records)
    for a, b in zip(first, second, strict=True):
        assert dict(a.posterior) == pytest.approx(dict(b.posterior), abs=1e-6)
        assert a.value == b.value


@pytest.mark.parametrize("n_annotators", [2, 3, 4])
def test_the_names_of_annotators_and_the_order_of_rows_decide_nothing(
    strategy: Strategy, n_annotators: int
) -> None:
    """Small crowds, so that there are many ties."""
    question = question_of(strategy)
    for seed in range(8):
        votes = crowd(question, seed, n_records=5, n=n_annotators)
        records = records_of(votes)
        renamed = [vote._replace(annotator=vote.annotator[::-1]) for vote in votes]
        one = registry.create(strategy.name, question).fit(votes).decide(records)
        other = registry.create(strategy.name, question).fit(renamed[::-1]).decide(records)
        for plain, turned in zip(one, other, strict=True):
            assert plain.value == turned.value
            assert plain.confidence == pytest.approx(turned.confidence, abs=1e-6)


def test_a_mirrored_scale_mirrors_the_ratings(strategy: Strategy) -> None:
    """Neither end of a scale has the benefit of the doubt."""
    question = question_of(strategy)
    if question.type != "rating":
        pytest.skip("texts have no other side")
    for seed in range(8):
        votes = crowd(question, seed, n_records=5, n=2 + seed % 3)
        mirrored = [vote._replace(value=6 - vote.value) for vote in votes]
        records = records_of(votes)
        one = registry.create(strategy.name, question).fit(votes).decide(records)
        other = registry.create(strategy.name, question).fit(mirrored).decide(records)
        for plain, turned in zip(one, other, strict=True):
            assert (plain.value is None) == (turned.value is None)
            if plain.value is not None:
                assert plain.value == pytest.approx(6 - turned.value, abs=0.011)


def test_no_value_is_decided_beyond_all_that_were_given(strategy: Strategy) -> None:
    question = question_of(strategy)
    for seed in range(8):
        votes = crowd(question, seed, n_records=12, n=3)
        for decision in strategy.fit(votes).decide(records_of(votes)):
            said = [vote.value for vote in votes if vote.record == decision.record]
            if decision.value is None or strategy.name == "alignment":
                continue
            if question.type == "text":
                assert decision.value in said
            elif not question.scale:
                assert min(said) <= decision.value <= max(said)


def test_asking_changes_nothing_and_inputs_are_not_mutated(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 3)
    given = list(votes)
    strategy.fit(votes)
    before = snapshot.pack(strategy.state())
    strategy.decide([*records_of(votes), "never seen"], floor=0.9)
    strategy.annotators()
    assert votes == given
    assert snapshot.pack(strategy.state()) == before


def test_posteriors_sum_to_one_and_reasons_add_up(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 4, n_records=60)
    facts: list[Fact] = [*votes, Adjudication("r1", votes[0].value)]
    led = 0
    for decision in strategy.fit(facts).decide([*records_of(votes), "never seen"]):
        p = decision.posterior
        if p:
            assert sum(p.values()) == pytest.approx(1)
        assert 0 <= decision.confidence <= 1
        assert all(0 <= c.reliability <= 1 for c in decision.contributions)
        if decision.leader is None or decision.runner_up is None:
            continue
        odds = np.log(p[str(decision.leader)] / p[str(decision.runner_up)])
        assert decision.log_odds == pytest.approx(odds, abs=1e-9)
        led += 1
    assert led > 20


def test_every_vote_is_explained_once(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 12)
    said: dict[str, set[tuple[str, Value]]] = defaultdict(set)
    for record, annotator, value, *_ in votes:
        said[record].add((annotator, value))
    for d in strategy.fit(votes).decide(records_of(votes)):
        assert [(c.annotator, c.value) for c in d.contributions] == sorted(said[d.record])


def test_no_votes_and_low_confidence_abstain_and_say_so(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 5)
    strategy.fit(votes)
    [sure, unknown] = strategy.decide(["r3", "other"], floor=0.9999)
    assert sure.value is None
    assert sure.abstention is not None
    assert "below 0.9999" in sure.abstention or "tie" in sure.abstention
    assert (unknown.value, unknown.leader, unknown.abstention) == (None, None, "no votes")


def test_small_crowds_are_met_with_modesty(strategy: Strategy) -> None:
    assert strategy.fit([]).decide(["r"])[0].abstention == "no votes"
    assert strategy.annotators() == []
    value = other_value(question_of(strategy), np.random.default_rng(0))
    strategy.learn(Vote("r", "ann", value))
    assert strategy.moved(0.01) == ["r"]
    [decision] = strategy.decide(["r"])
    assert decision.value == value
    assert 0.2 < decision.confidence < 0.9
    strategy.learn(Vote("r", "ben", value))
    assert 0.2 < strategy.decide(["r"])[0].confidence < 0.96


def test_an_adjudicated_record_is_decided_by_its_adjudication(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 6)
    value = other_value(question_of(strategy), np.random.default_rng(1))
    strategy.fit(votes).moved(0.01)
    for record in ("r1", "unheard of"):
        strategy.learn(Adjudication(record, value))
        assert record in strategy.moved(0.01)
        [decision] = strategy.decide([record])
        assert (decision.value, decision.adjudicated) == (value, True)
        assert decision.confidence == ADJUDICATED
        assert decision.contributions[-1].annotator == REVIEW
        strategy.revert(Adjudication(record, value))
        assert record in strategy.moved(0.01)
    assert strategy.decide(["unheard of"])[0].abstention == "no votes"
    assert_same(strategy.refit().decide(["r1"]), strategy.fit(votes).decide(["r1"]))


def test_what_does_not_stand_cannot_be_reverted_and_nothing_changes(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 7)
    strategy.fit(votes)
    before = snapshot.pack(strategy.state())
    with pytest.raises(NotCurrent):
        strategy.revert(votes[0]._replace(record="new"))
    rng = np.random.default_rng(0)
    values = (other_value(question_of(strategy), rng) for _ in range(20))
    other = next(value for value in values if value != votes[0].value)
    with pytest.raises(NotCurrent, match="the current value is"):
        strategy.revert(votes[0]._replace(value=other))
    with pytest.raises(NotCurrent):
        strategy.revert(Adjudication("r1", other))
    with pytest.raises(BadValue):
        strategy.learn(Vote("new", "ann0", ("a",)))
    assert snapshot.pack(strategy.state()) == before


def test_learn_then_revert_is_the_identity(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 8)
    strategy.fit(votes[:-1]).moved(0.0)
    records, n = records_of(votes[:-1]), strategy.n_votes
    before = strategy.decide(records)
    strategy.learn(votes[-1])
    strategy.revert(votes[-1])
    assert strategy.n_votes == n
    assert_same(strategy.decide(records), before, within=1e-4)
    assert_same(strategy.refit().decide(records), before)


def test_the_last_of_an_annotators_votes_on_a_record_stands(strategy: Strategy) -> None:
    rng = np.random.default_rng(3)
    one, two, three = (other_value(question_of(strategy), rng) for _ in range(3))
    strategy.fit([Vote("r", "ann", one), Vote("r", "ann", two)])
    assert (strategy.n_votes, strategy.decide(["r"])[0].leader) == (1, two)
    strategy.learn(Vote("r", "ann", three))
    assert (strategy.n_votes, strategy.decide(["r"])[0].leader) == (1, three)


def test_facts_without_use_are_ignored(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 9)
    plain = strategy.fit(votes).decide(records_of(votes))
    extra: list[Fact] = [Content("r1", "the cat sat"), Source("ann0", "model")]
    fresh = registry.create(strategy.name, question_of(strategy)).fit([*votes, *extra])
    for fact in extra:
        fresh.learn(fact)
        fresh.revert(fact)
    assert_same(fresh.decide(records_of(votes)), plain)


def test_moved_reports_each_change_once(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 10)
    strategy.fit(votes)
    assert sorted(strategy.moved(0.01)) == records_of(votes)
    assert strategy.moved(0.01) == []
    assert strategy.refit().moved(0.01) == []
    new = votes[0]._replace(record="new")
    strategy.learn(new)
    assert "new" in strategy.moved(0.01)
    strategy.revert(new)
    assert "new" in strategy.moved(0.01)
    assert strategy.moved(0.01) == []


def test_staleness_is_the_share_of_votes_changed_since_the_fit(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 11)
    strategy.fit(votes[:100])
    assert strategy.staleness == 0
    strategy.learn(votes[100])
    strategy.revert(votes[0])
    assert strategy.staleness == pytest.approx(0.02)
    assert strategy.refit().staleness == 0


def test_reliabilities_are_rates_with_an_interval(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 13, n_records=200)
    found = {one.annotator: one for one in strategy.fit(votes).annotators()}
    assert sorted(found) == [f"ann{j}" for j in range(6)]
    for one in found.values():
        assert 0 <= one.low < one.accuracy < one.high <= 1
        assert one.n_votes == sum(vote.annotator == one.annotator for vote in votes)
        assert one.confusion is None
    assert found["ann0"].accuracy > found["ann3"].accuracy > found["ann5"].accuracy


def test_state_survives_the_round_trip_through_bytes(strategy: Strategy) -> None:
    votes = crowd(question_of(strategy), 14)
    records = [*records_of(votes), "new"]
    strategy.fit([*votes[:-3], Adjudication("r1", votes[0].value)]).moved(0.01)
    strategy.learn(votes[0]._replace(record="new", annotator="somebody new"))
    again = registry.restore(snapshot.unpack(snapshot.pack(strategy.state())))
    assert type(again) is type(strategy)
    assert_same(again.decide(records), strategy.decide(records))
    assert (again.n_votes, again.staleness) == (strategy.n_votes, strategy.staleness)
    assert again.training == strategy.training
    assert again.moved(0.01) == strategy.moved(0.01)
    for vote in votes[-3:]:
        again.learn(vote)
        strategy.learn(vote)
    assert again.moved(0.01) == strategy.moved(0.01)
    assert_same(again.decide(records), strategy.decide(records))


@pytest.mark.parametrize(("name", "question"), CASES, ids=IDS)
@given(data=st.data(), seed=st.integers(0, 1000), n_changes=st.integers(1, 30))
@settings(max_examples=10, deadline=None)
def test_any_small_history_ends_where_a_fresh_fit_does(
    name: str, question: Question, data: st.DataObject, seed: int, n_changes: int
) -> None:
    rng = np.random.default_rng(seed)
    model = registry.create(name, question).fit([])
    standing: dict[tuple[str, str], Vote] = {}
    reviewed: dict[str, Adjudication] = {}
    for _ in range(n_changes):
        value = other_value(question, rng)
        what = data.draw(st.sampled_from(["vote", "vote", "vote", "revert", "review", "withdraw"]))
        record, annotator = f"r{rng.integers(5)}", f"ann{rng.integers(4)}"
        if what == "vote":
            model.learn(vote := Vote(record, annotator, value))
            standing[record, annotator] = vote
        elif what == "revert" and standing:
            model.revert(standing.pop(data.draw(st.sampled_from(sorted(standing)))))
        elif what == "review":
            model.learn(review := Adjudication(record, value))
            reviewed[record] = review
        elif what == "withdraw" and reviewed:
            model.revert(reviewed.pop(data.draw(st.sampled_from(sorted(reviewed)))))
        if data.draw(st.booleans()):
            model.moved(0.01)
    model.moved(0.01)
    records = [f"r{i}" for i in range(5)]
    fresh = registry.create(name, question).fit([*standing.values(), *reviewed.values()])
    assert model.n_votes == len(standing)
    assert_same(model.decide(records), fresh.decide(records), within=1e-6)


@pytest.mark.parametrize(("name", "question"), CASES, ids=IDS)
@given(seed=st.integers(0, 10_000), n_changes=st.integers(1, 40), every=EVERY)
@settings(max_examples=2, deadline=None)
def test_incremental_equals_a_refit_within_the_stated_tolerance(
    name: str, question: Question, seed: int, n_changes: int, every: int
) -> None:
    """See `refit_gap`: within 0.02 on average; values without a scale within 0.02 of their range."""
    n_records = 150 if question is TEXT else 300
    assert not refit_gap.of_values(name, question, Path(seed, n_changes, every), n_records).word
