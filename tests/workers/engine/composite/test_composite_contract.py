"""What the strategies for values of several parts keep: `test_contract`, of these types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.decision import ADJUDICATED, REVIEW, Decision
from argilla_distill.workers.engine.contract.facts import (
    Adjudication,
    Change,
    Content,
    Source,
    Vote,
)
from argilla_distill.workers.engine.contract.question import Span, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import BadValue, NotCurrent, UnknownLabel
from tests.workers.engine import refit_gap
from tests.workers.engine.crowds_of_parts import MAKERS, QUESTIONS, crowd
from tests.workers.engine.refit_gap import EVERY, Path

NAMES = ["majority", "dawid_skene", "learned"]

CASES = [(name, case) for case in QUESTIONS for name in NAMES]
ids = "{0[0]} of {0[1]}".format


def fresh(case: tuple[str, str]) -> Strategy:
    return registry.create(case[0], QUESTIONS[case[1]])


@pytest.fixture(params=CASES, ids=ids)
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


def records_of(votes: list[Vote]) -> list[str]:
    return sorted({vote.record for vote in votes})


def assert_same(one: list[Decision], other: list[Decision], within: float = 1e-9) -> None:
    assert [d.record for d in one] == [d.record for d in other]
    for a, b in zip(one, other, strict=True):
        assert a.posterior.keys() == b.posterior.keys()
        for key, p in a.posterior.items():
            assert p == pytest.approx(b.posterior[key], abs=within)
        assert a.confidence == pytest.approx(b.confidence, abs=within)
        assert a.leader == b.leader


def test_every_type_has_every_strategy() -> None:
    for question in QUESTIONS.values():
        for name in NAMES:
            assert registry.create(name, question).name == name


def test_neither_the_order_of_votes_nor_names_matter(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 1)
    records = records_of(votes)
    new = {record: f"x{i * 7 % 31}" for i, record in enumerate(records)}
    renamed = [Vote(new[r], f"{9 - int(a[-1])}-someone", v) for r, a, v, *_ in reversed(votes)]
    first = fresh(case).fit(votes).decide(records)
    second = fresh(case).fit(renamed).decide(new[record] for record in records)
    for one, other in zip(first, second, strict=True):
        assert one.leader == other.leader
        assert one.posterior == pytest.approx(other.posterior, abs=1e-6)
        assert one.confidence == pytest.approx(other.confidence, abs=1e-6)


def turned(case: str, value: Value) -> Value:
    """The value with every label or item renamed: d for a, c for b, and so on."""
    other = str.maketrans("abcdxy", "dcbayx")
    if value is None:
        return None
    if case == "ranking":
        return tuple(tuple(sorted(item.translate(other) for item in group)) for group in value)
    if case == "multi_label":
        return tuple(label for label in "abcd" if label.translate(other) in value)
    return tuple(sorted(Span(a, b, label.translate(other)) for a, b, label in value))


@pytest.mark.parametrize("n_annotators", [2, 3, 4])
def test_the_names_and_the_order_of_labels_and_items_decide_nothing(
    case: tuple[str, str], n_annotators: int
) -> None:
    """Small crowds, so that there are many ties, by annotators of names in either order."""
    name, kind = case
    question, known = QUESTIONS[kind], ("ann0", "ann2", "ann3", "ann4")[:n_annotators]
    for seed in range(3):
        votes, _ = crowd(kind, seed, n_records=4)
        votes = [vote for vote in votes if vote.annotator in known]
        renamed = [
            v._replace(annotator=v.annotator[::-1], value=turned(kind, v.value)) for v in votes
        ]
        records = records_of(votes)
        one = registry.create(name, question).fit(votes).decide(records)
        for labels in (question.labels, question.labels[::-1]):
            mirror = registry.create(name, replace(question, labels=labels)).fit(renamed[::-1])
            for plain, mirrored in zip(one, mirror.decide(records), strict=True):
                assert plain.value == turned(kind, mirrored.value)
                assert plain.confidence == pytest.approx(mirrored.confidence, abs=1e-6)


def test_nothing_is_decided_only_where_somebody_said_so(case: tuple[str, str]) -> None:
    for seed in range(12):
        votes, _ = crowd(case[1], seed, n_records=6)
        votes = [vote for vote in votes if vote.value]
        for decision in fresh(case).fit(votes).decide(records_of(votes)):
            assert decision.value != ()


def test_no_part_is_decided_that_nobody_gave(case: tuple[str, str]) -> None:
    for seed in range(8):
        votes, _ = crowd(case[1], seed, n_records=10)
        for decision in fresh(case).fit(votes).decide(records_of(votes)):
            said = [vote.value for vote in votes if vote.record == decision.record]
            if case[1] == "multi_label":
                assert set(decision.value or ()) <= {label for value in said for label in value}
            elif case[1] != "ranking":
                spans = [span for value in said for span in value]
                for start, end, label in decision.value or ():
                    assert any(span[::2] == (start, label) for span in spans)
                    assert any(span[1:] == (end, label) for span in spans)


def test_asking_changes_nothing_and_inputs_are_not_mutated(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 2)
    given = list(votes)
    strategy = fresh(case).fit(votes)
    before = snapshot.pack(strategy.state())
    strategy.decide([*records_of(votes), "never seen"], floor=0.9)
    strategy.annotators()
    assert votes == given
    assert snapshot.pack(strategy.state()) == before


def test_probabilities_are_probabilities_and_every_part_has_one(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 3)
    for d in fresh(case).fit(votes).decide(records_of(votes)):
        assert all(0 <= p <= 1 for p in d.posterior.values())
        assert 0 <= d.confidence <= 1
        if d.leader is not None:
            parts = sum(map(len, d.leader)) if case[1] == "ranking" else len(d.leader)
            assert d.scores is not None
            assert len(d.scores) == parts
            assert all(0 <= score <= 1 for score in d.scores)
            if d.scores:
                assert d.confidence == pytest.approx(np.mean(d.scores))


def test_reasons_are_every_vote_once_and_add_up(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 4)
    said = {record: {} for record in records_of(votes)}  # type: dict[str, dict[str, Value]]
    for record, annotator, value, *_ in votes:
        said[record][annotator] = value
    alone = 0
    for d in fresh(case).fit(votes).decide(said):
        assert {c.annotator: c.value for c in d.contributions} == said[d.record]
        assert [c.annotator for c in d.contributions] == sorted(said[d.record])
        assert all(0 <= c.reliability <= 1 for c in d.contributions)
        assert d.log_odds == pytest.approx(
            d.prior_log_odds + sum(c.log_odds for c in d.contributions)
        )
        if d.leader is None:
            assert d.log_odds == pytest.approx(0, abs=1e-9)
        elif d.runner_up is not None and case[1] == "multi_label":
            (part,) = set(d.leader) ^ set(d.runner_up)
            p = d.posterior[part] if part in d.leader else 1 - d.posterior[part]
            assert d.log_odds == pytest.approx(np.log(p / (1 - p)), abs=1e-6)
            alone += 1
        elif d.runner_up is not None:
            assert np.isfinite(d.log_odds)
            alone += d.runner_up != d.leader
    assert alone > 10


def test_no_votes_and_low_confidence_abstain_and_say_so(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 5)
    one = next(vote for vote in votes if vote.value)
    strategy = fresh(case).fit([one])
    [sure, unknown] = strategy.decide([one.record, "other"], floor=0.999)
    assert sure.leader == one.value
    assert sure.value is None
    assert str(sure.abstention).endswith("is below 0.999")
    assert (unknown.value, unknown.leader, unknown.abstention) == (None, None, "no votes")
    assert fresh(case).fit([]).decide(["r"])[0].abstention == "no votes"
    assert fresh(case).fit([]).annotators() == []


def test_what_all_say_is_decided(case: tuple[str, str]) -> None:
    _, truth = crowd(case[1], 6)
    votes = [Vote(r, f"ann{j}", value) for r, value in truth.items() for j in range(4)]
    for d in fresh(case).fit(votes).decide(truth):
        assert d.value == truth[d.record]


def test_good_annotators_outvote_a_careless_majority_in_the_end(case: tuple[str, str]) -> None:
    votes, truth = crowd(case[1], 7, n_records=120)
    decisions = fresh(case).fit(votes).decide(truth)
    right = np.mean([d.leader == truth[d.record] for d in decisions])
    single = np.mean([vote.value == truth[vote.record] for vote in votes])
    assert right > single


def test_bad_values_are_refused_and_nothing_changes(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 8)
    strategy = fresh(case).fit(votes)
    before = snapshot.pack(strategy.state())
    wrong: dict[str, Any] = {
        "multi_label": ("a", "e"),
        "ranking": (("a",), ("e",)),
        "span": (Span(0, 4, "z"),),
    }
    kind = QUESTIONS[case[1]].type
    with pytest.raises(UnknownLabel):
        strategy.learn(Vote("new", "ann0", wrong[kind]))
    with pytest.raises(BadValue):
        strategy.learn(Vote("new", "ann0", 7))
    with pytest.raises(NotCurrent):
        strategy.revert(Vote("new", "ann0", votes[0].value))
    with pytest.raises(NotCurrent):
        strategy.revert(Adjudication(votes[0].record, votes[0].value))
    other = next(vote.value for vote in votes if vote.value != votes[0].value)
    with pytest.raises(NotCurrent, match="the current value is"):
        strategy.revert(votes[0]._replace(value=other))
    assert snapshot.pack(strategy.state()) == before


def test_facts_that_are_of_no_use_are_ignored(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 8)
    strategy = fresh(case).fit([*votes, Source("ann0", "model"), Content("r0", "Some text.")])
    strategy.learn(Content("r1", "More text."))
    strategy.revert(Content("r1", "More text."))
    assert_same(
        strategy.decide(records_of(votes)), fresh(case).fit(votes).decide(records_of(votes))
    )


def test_learn_then_revert_is_the_identity(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 9)
    strategy = fresh(case).fit(votes[:-1])
    strategy.moved(0.0)
    records, n = records_of(votes[:-1]), strategy.n_votes
    before = strategy.decide(records)
    strategy.learn(votes[-1])
    assert strategy.n_votes == n + 1
    strategy.revert(votes[-1])
    assert strategy.n_votes == n
    strategy.moved(0.0)
    assert_same(strategy.decide(records), before, within=1e-6)


def test_the_last_of_an_annotators_votes_on_a_record_stands(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 10)
    a, b = votes[0], next(vote for vote in votes if vote.value not in (votes[0].value, ()))
    strategy = fresh(case).fit([a, a._replace(value=b.value)])
    assert (strategy.n_votes, strategy.decide([a.record])[0].leader) == (1, b.value)
    strategy.learn(a)
    strategy.learn(a._replace(value=b.value))
    assert (strategy.n_votes, strategy.decide([a.record])[0].leader) == (1, b.value)


def test_an_adjudication_decides_until_it_is_taken_back(case: tuple[str, str]) -> None:
    votes, truth = crowd(case[1], 11)
    strategy = fresh(case).fit(votes)
    strategy.moved(0.01)
    before = strategy.decide(["r0"])
    value = next(value for value in truth.values() if value and value != before[0].leader)
    strategy.learn(Adjudication("r0", value))
    assert "r0" in strategy.moved(0.01)
    [d] = strategy.decide(["r0"])
    assert (d.value, d.leader, d.adjudicated) == (value, value, True)
    assert d.confidence == pytest.approx(ADJUDICATED)
    assert set(d.scores or ()) == {ADJUDICATED}
    assert d.contributions[-1].annotator == REVIEW
    strategy.learn(Adjudication("unheard of", value))
    assert strategy.decide(["unheard of"])[0].value == value
    strategy.revert(Adjudication("unheard of", value))
    strategy.revert(Adjudication("r0", value))
    assert "r0" in strategy.moved(0.01)
    assert strategy.decide(["unheard of"])[0].abstention == "no votes"
    assert_same(strategy.decide(["r0"]), before, within=1e-6)


def test_adjudications_judge_the_annotators() -> None:
    """Not where everybody weighs the same; there they only decide."""
    for name in NAMES[1:]:
        for kind, make in MAKERS.items():
            rng = np.random.default_rng(12)
            good, bad = [make(rng) for _ in range(20)], [make(rng) for _ in range(20)]
            votes = [Vote(f"r{i}", "good", good[i]) for i in range(20)]
            votes += [Vote(f"r{i}", "bad", bad[i]) for i in range(20)]
            verdicts = [Adjudication(f"r{i}", good[i]) for i in range(20)]
            model = registry.create(name, QUESTIONS[kind]).fit([*votes, *verdicts])
            found = {one.annotator: one.accuracy for one in model.annotators()}
            assert found["good"] > found["bad"] + 0.1


def test_moved_reports_each_change_once(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 13)
    strategy = fresh(case).fit(votes)
    assert sorted(strategy.moved(0.01)) == records_of(votes)
    assert strategy.moved(0.01) == []
    assert strategy.refit().moved(0.01) == []
    new = Vote("new", "ann0", next(vote.value for vote in votes if vote.value))
    strategy.learn(new)
    assert "new" in strategy.moved(0.01)
    strategy.revert(new)
    assert "new" in strategy.moved(0.01)
    assert strategy.moved(0.01) == []


def test_staleness_is_the_share_of_votes_changed_since_the_fit(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 14)
    strategy = fresh(case).fit(votes[:100])
    assert strategy.staleness == 0
    strategy.learn(votes[100])
    strategy.revert(votes[0])
    assert strategy.staleness == pytest.approx(0.02)
    assert strategy.refit().staleness == 0


def test_reliabilities_are_rates_with_an_interval(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 15, n_records=100)
    found = {one.annotator: one for one in fresh(case).fit(votes).annotators()}
    assert sorted(found) == [f"ann{j}" for j in range(5)]
    for one in found.values():
        assert 0 <= one.low < one.accuracy < one.high <= 1
        assert one.n_votes == sum(vote.annotator == one.annotator for vote in votes)
    assert found["ann0"].accuracy > found["ann2"].accuracy > found["ann4"].accuracy


def test_state_survives_the_round_trip_through_bytes(case: tuple[str, str]) -> None:
    votes, _ = crowd(case[1], 16)
    records = [*records_of(votes), "new"]
    strategy = fresh(case).fit([*votes[:-3], Adjudication("r1", votes[0].value)])
    strategy.moved(0.01)
    strategy.learn(Vote("new", "somebody new", votes[0].value, 0.5))
    again = registry.restore(snapshot.unpack(snapshot.pack(strategy.state())))
    assert type(again) is type(strategy)
    assert_same(again.decide(records), strategy.decide(records))
    assert (again.n_votes, again.staleness) == (strategy.n_votes, strategy.staleness)
    assert again.moved(0.01) == strategy.moved(0.01)
    for vote in votes[-3:]:
        again.learn(vote)
        strategy.learn(vote)
    assert sorted(again.moved(0.01)) == sorted(strategy.moved(0.01))
    assert_same(again.decide(records), strategy.decide(records))


@pytest.mark.parametrize("case", CASES, ids=ids)
@given(seed=st.integers(0, 10_000), n_changes=st.integers(1, 40))
@settings(max_examples=3, deadline=None)
def test_any_small_history_ends_where_a_fresh_fit_does(
    case: tuple[str, str], seed: int, n_changes: int
) -> None:
    rng = np.random.default_rng(seed)
    make = MAKERS[case[1]]
    model = fresh(case).fit([])
    standing: dict[tuple[str, str], Vote] = {}
    verdicts: dict[str, Adjudication] = {}
    for _ in range(n_changes):
        record = f"r{rng.integers(5)}"
        what = rng.random()
        if what < 0.25 and standing:
            model.revert(standing.pop(list(standing)[rng.integers(len(standing))]))
        elif what < 0.35:
            model.learn(verdicts.setdefault(record, Adjudication(record, make(rng))))
        elif what < 0.42 and verdicts:
            model.revert(verdicts.pop(next(iter(verdicts))))
        else:
            vote = Vote(record, f"ann{rng.integers(4)}", make(rng))
            model.learn(vote)
            standing[vote.record, vote.annotator] = vote
        if what < 0.5:
            model.moved(0.01)
    model.moved(0.01)
    records = [f"r{i}" for i in range(5)]
    other = fresh(case).fit([*standing.values(), *verdicts.values()])
    assert model.n_votes == len(standing)
    for one, two in zip(model.decide(records), other.decide(records), strict=True):
        assert one.posterior == pytest.approx(two.posterior, abs=1e-3)


def test_many_changes_at_once_come_to_the_same_as_one_by_one(case: tuple[str, str]) -> None:
    rng, make = np.random.default_rng(3), MAKERS[case[1]]
    votes = [Vote(f"r{n % 9}", f"ann{n % 4}", make(rng)) for n in range(60)]
    verdict = Adjudication("r3", make(rng))
    never = Vote("nobody's", "ann0", votes[0].value)
    said: list[Change] = [(vote, True) for vote in votes]
    said += [(never, False), (verdict, True), (votes[-1], False)]
    at_once, one_by_one = fresh(case).fit([]), fresh(case).fit([])
    assert at_once.learn_all(iter(said)) == len(said) - 1
    for fact, holds in said:
        if holds:
            one_by_one.learn(fact)
        elif fact is not never:
            one_by_one.revert(fact)
    assert at_once.n_votes == one_by_one.n_votes
    assert at_once.staleness == one_by_one.staleness
    assert sorted(at_once.moved(0.01)) == sorted(one_by_one.moved(0.01))
    records = sorted({vote.record for vote in votes})
    for one, other in zip(at_once.decide(records), one_by_one.decide(records), strict=True):
        assert one.value == other.value
        assert one.posterior == pytest.approx(other.posterior, abs=1e-9)


@pytest.mark.parametrize("case", CASES, ids=ids)
@given(seed=st.integers(0, 10_000), n_changes=st.integers(1, 30), every=EVERY)
@settings(max_examples=2, deadline=None)
def test_incremental_equals_a_refit_within_the_stated_tolerance(
    case: tuple[str, str], seed: int, n_changes: int, every: int
) -> None:
    """See `refit_gap`: probabilities within 0.02 on average."""
    assert not refit_gap.of_parts(*case, Path(seed, n_changes, every), n_records=80).word
