"""What every strategy keeps, whatever it computes. One test body, all registered strategies."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import NotCurrent, UnknownLabel, UnknownStrategy
from tests.workers.engine import refit_gap
from tests.workers.engine.crowds import crowd
from tests.workers.engine.refit_gap import EVERY, Path

NAMES = ["dawid_skene", "learned", "majority"]
LABELS = ("a", "b", "c")
QUESTION = label_question(*LABELS)

votes_of = st.builds(
    Vote,
    st.sampled_from([f"r{i}" for i in range(6)]),
    st.sampled_from([f"ann{j}" for j in range(4)]),
    st.sampled_from(LABELS),
    weight=st.sampled_from([1.0, 0.5, 0.125]),
)


def test_the_list_under_test_is_complete_and_not_empty() -> None:
    able = {each.name for each in registry.CLASSES if "label" in each.types}
    assert sorted(able) == NAMES


def test_an_unknown_strategy_is_refused_with_the_known_names() -> None:
    with pytest.raises(UnknownStrategy, match="'best'; known are alignment, dawid_skene"):
        registry.create("best", QUESTION)
    with pytest.raises(UnknownStrategy):
        registry.restore({"question": {"type": "label", "labels": ["a"]}})


@pytest.fixture(params=NAMES)
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return registry.create(request.param, QUESTION)


def records_of(votes: list[Vote]) -> list[str]:
    return sorted({vote.record for vote in votes})


def posteriors(decisions: list[Decision]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([list(decision.posterior.values()) for decision in decisions])


def assert_same(one: list[Decision], other: list[Decision], within: float = 1e-9) -> None:
    assert [d.record for d in one] == [d.record for d in other]
    assert [d.value for d in one] == [d.value for d in other]
    assert [d.leader for d in one] == [d.leader for d in other]
    np.testing.assert_allclose(posteriors(one), posteriors(other), atol=within)


def test_neither_the_order_of_votes_nor_names_matter(strategy: Strategy) -> None:
    votes, _ = crowd(1)
    names = {f"ann{j}": f"{9 - j}-someone" for j in range(5)}
    records = records_of(votes)
    other = {record: f"x{i * 7 % 41}" for i, record in enumerate(records)}
    renamed = [Vote(other[r], names[a], label) for r, a, label, *_ in reversed(votes)]
    first = strategy.fit(votes).decide(records)
    second = registry.create(strategy.name, QUESTION).fit(renamed).decide(other[r] for r in records)
    np.testing.assert_allclose(posteriors(first), posteriors(second), atol=1e-9)
    assert [d.value for d in first] == [d.value for d in second]


@pytest.mark.parametrize("n_annotators", [2, 3, 4])
def test_the_names_of_labels_and_annotators_decide_nothing(
    strategy: Strategy, n_annotators: int
) -> None:
    """Small crowds, so that there are many ties; also with the labels in another order."""
    other = dict(zip(LABELS, LABELS[::-1], strict=True))
    for seed in range(10):
        votes, _ = crowd(seed)
        records = records_of(votes)[:6]
        votes = [v for v in votes if v.record in records and int(v.annotator[3:]) < n_annotators]
        new = [v._replace(annotator=v.annotator[::-1], value=other[v.value]) for v in votes]
        plain = registry.create(strategy.name, QUESTION).fit(votes).decide(records)
        for labels in (LABELS, LABELS[::-1]):
            model = registry.create(strategy.name, label_question(*labels)).fit(new[::-1])
            for one, turned in zip(plain, model.decide(records), strict=True):
                assert one.value == (turned.value and other[turned.value])
                assert one.confidence == pytest.approx(turned.confidence, abs=1e-6)


def test_the_order_of_labels_is_only_the_order_of_the_posterior(strategy: Strategy) -> None:
    votes, _ = crowd(2)
    records = records_of(votes)
    turned = (
        registry.create(strategy.name, label_question(*LABELS[::-1])).fit(votes).decide(records)
    )
    straight = strategy.fit(votes).decide(records)
    np.testing.assert_allclose(posteriors(straight), posteriors(turned)[:, ::-1], atol=1e-9)
    assert [d.value for d in straight] == [d.value for d in turned]


def test_asking_changes_nothing_and_inputs_are_not_mutated(strategy: Strategy) -> None:
    votes, _ = crowd(3)
    given = list(votes)
    strategy.fit(votes)
    before = snapshot.pack(strategy.state())
    strategy.decide([*records_of(votes), "never seen"], floor=0.9)
    strategy.annotators()
    assert votes == given
    assert snapshot.pack(strategy.state()) == before


def test_posteriors_sum_to_one_and_reasons_add_up(strategy: Strategy) -> None:
    votes, _ = crowd(4, n_records=60)
    for decision in strategy.fit(votes).decide([*records_of(votes), "never seen"]):
        p = decision.posterior
        assert sum(p.values()) == pytest.approx(1)
        assert decision.confidence == max(p.values())
        total = decision.prior_log_odds + sum(c.log_odds for c in decision.contributions)
        if decision.leader is None:
            continue
        runner_up = decision.runner_up
        assert runner_up is not None
        assert total == pytest.approx(np.log(p[decision.leader] / p[runner_up]), abs=1e-9)
        assert all(0 <= c.reliability <= 1 for c in decision.contributions)


def test_a_tie_has_no_leader_and_no_value_and_its_reasons_cancel(strategy: Strategy) -> None:
    [decision] = strategy.fit([Vote("r", "ann", "b"), Vote("r", "ben", "c")]).decide(["r"])
    assert decision.value is None
    assert decision.leader is None
    assert decision.runner_up is None
    assert decision.abstention == "tie between b and c"
    assert sum(c.log_odds for c in decision.contributions) == pytest.approx(0)


def test_two_who_always_contradict_each_other_leave_only_ties(strategy: Strategy) -> None:
    """EM used to blow the last bit of a float up to a decision here."""
    votes = [Vote(f"r{i}", "ann", "ab"[i % 2]) for i in range(50)]
    votes += [Vote(f"r{i}", "ben", "ba"[i % 2]) for i in range(50)]
    two = registry.create(strategy.name, label_question("a", "b")).fit(votes)
    assert {d.abstention for d in two.decide(records_of(votes))} == {"tie between a and b"}


def test_no_votes_and_low_confidence_abstain_and_say_so(strategy: Strategy) -> None:
    strategy.fit([Vote("r", "ann", "a")])
    [sure, unknown] = strategy.decide(["r", "other"], floor=0.99)
    assert sure.leader == "a"
    assert sure.value is None
    assert str(sure.abstention).endswith("is below 0.99")
    assert (unknown.value, unknown.leader, unknown.abstention) == (None, None, "no votes")


@pytest.mark.parametrize("labels", [("a",), ("a", "b"), tuple(f"l{i}" for i in range(30))])
def test_small_crowds_are_met_with_modesty(strategy: Strategy, labels: tuple[str, ...]) -> None:
    model = registry.create(strategy.name, label_question(*labels))
    assert model.fit([]).decide(["r"])[0].abstention == "no votes"
    assert model.annotators() == []
    model.learn(Vote("r", "ann", labels[0]))
    assert model.moved(0.01) == ["r"]
    [decision] = model.decide(["r"])
    assert decision.value == labels[0]
    assert decision.confidence < 0.9 or len(labels) == 1


@pytest.mark.parametrize("n", [1, 3])
def test_a_unanimous_crowd_that_was_hardly_seen_is_not_certain(strategy: Strategy, n: int) -> None:
    votes = [Vote(f"r{i}", who, "ab"[i % 2]) for i in range(n) for who in ("ann", "ben")]
    for decision in strategy.fit(votes).decide(records_of(votes)):
        assert decision.value is not None
        assert 0.6 < decision.confidence < 0.96


def test_an_unknown_label_is_refused_and_nothing_changes(strategy: Strategy) -> None:
    votes, _ = crowd(5)
    strategy.fit(votes)
    before = snapshot.pack(strategy.state())
    with pytest.raises(UnknownLabel, match=r"unknown label 'd'; this question has a, b, c"):
        strategy.learn(Vote("new", "ann0", "d"))
    with pytest.raises(NotCurrent):
        strategy.revert(Vote("new", "ann0", "a"))
    standing = votes[0]
    wrong = next(label for label in LABELS if label != standing.value)
    with pytest.raises(NotCurrent, match="the current value is"):
        strategy.revert(standing._replace(value=wrong))
    assert snapshot.pack(strategy.state()) == before


def test_learn_then_revert_is_the_identity(strategy: Strategy) -> None:
    votes, _ = crowd(6)
    strategy.fit(votes[:-1]).moved(0.0)
    before = strategy.decide(records_of(votes[:-1]))
    n = strategy.n_votes
    strategy.learn(votes[-1])
    strategy.revert(votes[-1])
    assert strategy.n_votes == n
    assert_same(strategy.decide(records_of(votes[:-1])), before, within=1e-3)
    assert_same(strategy.refit().decide(records_of(votes[:-1])), before)


def test_the_last_of_an_annotators_votes_on_a_record_stands(strategy: Strategy) -> None:
    strategy.fit([Vote("r", "ann", "a"), Vote("r", "ann", "b")])
    assert (strategy.n_votes, strategy.decide(["r"])[0].leader) == (1, "b")
    strategy.learn(Vote("r", "ann", "c"))
    assert (strategy.n_votes, strategy.decide(["r"])[0].leader) == (1, "c")


def test_moved_reports_each_change_once(strategy: Strategy) -> None:
    votes, _ = crowd(7)
    strategy.fit(votes)
    assert sorted(strategy.moved(0.01)) == records_of(votes)
    assert strategy.moved(0.01) == []
    assert strategy.refit().moved(0.01) == []
    strategy.learn(Vote("new", "ann0", "a"))
    assert "new" in strategy.moved(0.01)
    strategy.revert(Vote("new", "ann0", "a"))
    assert "new" in strategy.moved(0.01)
    assert strategy.moved(0.01) == []


def test_what_moved_does_not_report_has_not_moved(strategy: Strategy) -> None:
    """Within the tolerance, that is; a leader by less than that may change unreported."""
    votes, _ = crowd(8, n_records=400)
    records = records_of(votes)
    strategy.fit(votes[:1400]).moved(0.01)
    told = {d.record: d for d in strategy.decide(records)}
    for vote in votes[1400:1440]:
        strategy.learn(vote)
        for record in strategy.moved(0.01):
            told[record] = strategy.decide([record])[0]
        now = strategy.decide(records)
        before = [told[d.record] for d in now]
        np.testing.assert_allclose(posteriors(now), posteriors(before), atol=0.025)
        for d, b in zip(now, before, strict=True):
            ranked = sorted(d.posterior.values())
            assert d.leader == b.leader or ranked[-1] - ranked[-2] < 0.05


def test_staleness_is_the_share_of_votes_changed_since_the_fit(strategy: Strategy) -> None:
    votes, _ = crowd(9)
    strategy.fit(votes[:100])
    assert strategy.staleness == 0
    strategy.learn(votes[100])
    strategy.revert(votes[0])
    assert strategy.staleness == pytest.approx(0.02)
    assert strategy.refit().staleness == 0


def test_reliabilities_are_rates_with_an_interval_and_a_confusion_matrix(
    strategy: Strategy,
) -> None:
    votes, _ = crowd(10, n_records=300, accuracies=(0.95, 0.85, 0.75, 0.6, 0.4))
    found = {one.annotator: one for one in strategy.fit(votes).annotators()}
    assert sorted(found) == [f"ann{j}" for j in range(5)]
    for one in found.values():
        assert 0 <= one.low < one.accuracy < one.high <= 1
        assert one.n_votes == sum(vote.annotator == one.annotator for vote in votes)
        assert one.confusion is not None
        np.testing.assert_allclose(one.confusion.sum(axis=1), 1)
    assert found["ann0"].accuracy > found["ann2"].accuracy > found["ann4"].accuracy


def test_state_survives_the_round_trip_through_bytes(strategy: Strategy) -> None:
    votes, _ = crowd(11)
    records = [*records_of(votes), "new"]
    strategy.fit(votes[:-3]).moved(0.01)
    strategy.learn(Vote("new", "somebody new", "b"))
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


facts_of = st.one_of(
    votes_of,
    st.builds(Adjudication, st.sampled_from([f"r{i}" for i in range(6)]), st.sampled_from(LABELS)),
    st.builds(Source, st.sampled_from(["ann0", "ann1"]), st.sampled_from(["person", "model"])),
    st.builds(
        Content, st.sampled_from(["r0", "r1", "r2"]), st.sampled_from(["some text", "another"])
    ),
)


def place(fact: Fact) -> tuple[str, ...]:
    """Where the fact stands: what takes its place is another one of the same place."""
    if isinstance(fact, Vote):
        return ("vote", fact.record, fact.annotator)
    return (type(fact).__name__, str(fact[0]))


@pytest.mark.parametrize("name", NAMES)
@given(history=st.lists(st.tuples(st.booleans(), facts_of), max_size=40), data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_small_history_ends_where_a_fresh_fit_does(
    name: str, history: list[tuple[bool, Fact]], data: st.DataObject
) -> None:
    """Votes, adjudications, sources and texts, learned, edited and taken back in any order."""
    model = registry.create(name, QUESTION).fit([])
    standing: dict[tuple[str, ...], Fact] = {}
    for asks, fact in history:
        if asks and standing:
            gone = standing.pop(data.draw(st.sampled_from(sorted(standing))))
            model.revert(gone)
        else:
            model.learn(fact)
            standing[place(fact)] = fact
        if asks:
            model.moved(0.01)
    model.moved(0.01)
    records = [f"r{i}" for i in range(6)]
    fresh = registry.create(name, QUESTION).fit(standing.values())
    assert model.n_votes == sum(isinstance(fact, Vote) for fact in standing.values())
    ours = model.decide(records)
    assert_same(ours, fresh.decide(records), within=1e-6)
    for decision in ours:
        told = standing.get(("Adjudication", decision.record))
        assert decision.adjudicated == (told is not None)
        assert not isinstance(told, Adjudication) or decision.value == told.value


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 10_000), n_changes=st.integers(1, 60), every=EVERY)
@example(seed=199, n_changes=25, every=1)
@settings(max_examples=3, deadline=None)
def test_incremental_equals_a_refit_within_the_stated_tolerance(
    name: str, seed: int, n_changes: int, every: int
) -> None:
    """See `refit_gap`: posteriors within 0.02 on average, leaders equal where the margin exceeds 0.1."""
    assert not refit_gap.of_labels(name, Path(seed, n_changes, every)).word


def test_every_vote_is_explained_once(strategy: Strategy) -> None:
    votes, _ = crowd(12)
    said: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for record, annotator, label, *_ in votes:
        said[record].add((annotator, label))
    for d in strategy.fit(votes).decide(records_of(votes)):
        assert [(c.annotator, c.value) for c in d.contributions] == sorted(said[d.record])


def test_a_text_is_known_exactly_if_learning_it_would_change_nothing(strategy: Strategy) -> None:
    votes, _ = crowd(5)
    texts = [Content(record, f"about {record}") for record in records_of(votes)]
    strategy.fit([*votes, *texts[1:]])
    for content in (texts[0], Content(texts[1].record, "something else"), texts[2]):
        before, known = snapshot.pack(strategy.state()), strategy.knows(content)
        strategy.learn(content)
        assert known == (snapshot.pack(strategy.state()) == before)
        assert strategy.knows(content)


def changes_of(
    history: list[tuple[bool, Fact]], draw: st.DataObject
) -> tuple[list[tuple[Fact, bool]], dict[tuple[str, ...], Fact]]:
    """Facts that come, are replaced and are taken back; among them some that never were. And what stands."""
    standing: dict[tuple[str, ...], Fact] = {}
    changes: list[tuple[Fact, bool]] = []
    for takes_back, fact in history:
        if takes_back and standing:
            fact = standing.pop(draw.draw(st.sampled_from(sorted(standing))))
            changes.append((fact, False))
        elif takes_back:
            changes.append((Vote("nobody's", "ann0", "a"), False))
        else:
            standing[place(fact)] = fact
            changes.append((fact, True))
    return changes, standing


@pytest.mark.parametrize("name", NAMES)
@given(history=st.lists(st.tuples(st.booleans(), facts_of), max_size=40), data=st.data())
@settings(max_examples=25, deadline=None)
def test_many_changes_at_once_come_to_the_same_as_one_by_one(
    name: str, history: list[tuple[bool, Fact]], data: st.DataObject
) -> None:
    changes, standing = changes_of(history, data)
    at_once, one_by_one = (registry.create(name, QUESTION).fit([]) for _ in range(2))
    taken = at_once.learn_all(iter(changes))
    assert taken == Strategy.learn_all(one_by_one, changes)
    assert taken == sum(fact[0] != "nobody's" for fact, _ in changes)
    assert at_once.staleness == one_by_one.staleness
    records, n_votes = (
        [f"r{i}" for i in range(6)],
        sum(isinstance(f, Vote) for f in standing.values()),
    )
    assert at_once.n_votes == one_by_one.n_votes == n_votes
    at_once.moved(0.01)
    one_by_one.moved(0.01)
    assert_same(at_once.decide(records), one_by_one.decide(records))
    fresh = registry.create(name, QUESTION).fit(standing.values())
    assert_same(at_once.decide(records), fresh.decide(records), within=1e-6)


@pytest.mark.parametrize("every", [7, 50])
def test_a_backlog_learned_at_once_is_as_near_to_a_fit_as_answer_by_answer(
    strategy: Strategy, every: int
) -> None:
    """More votes than are always fitted anew, so the incremental path decides."""
    votes, _ = crowd(13, n_records=1600)
    strategy.fit(votes[:6000]).moved(0.01)
    for start in range(6000, len(votes), every):
        strategy.learn_all((vote, True) for vote in votes[start : start + every])
        strategy.moved(0.01)
    fresh = registry.create(strategy.name, QUESTION).fit(votes)
    records = records_of(votes)
    assert strategy.n_votes == len(votes) > 6000
    gap = np.abs(posteriors(strategy.decide(records)) - posteriors(fresh.decide(records)))
    assert gap.mean() < refit_gap.MEAN


def test_one_change_of_many_that_is_refused_leaves_votes_as_they_were(strategy: Strategy) -> None:
    votes, _ = crowd(5)
    strategy.fit(votes)
    before = snapshot.pack(strategy.state())
    with pytest.raises(UnknownLabel, match="unknown label 'd'"):
        strategy.learn_all([(Vote("new", "ann0", "a"), True), (Vote("new", "ann1", "d"), True)])
    assert snapshot.pack(strategy.state()) == before
