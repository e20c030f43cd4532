"""Multi-label answers, where one can check them by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from argilla_distill.workers.engine.composite.multi_label.multi_label import (
    MultiLabelDawidSkene,
    MultiLabelMajority,
)
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question

ABC = Question("multi_label", ("a", "b", "c"))


def votes(record: str, *said: str) -> list[Vote]:
    return [Vote(record, f"ann{j}", tuple(labels)) for j, labels in enumerate(said)]


@pytest.fixture(params=[MultiLabelMajority, MultiLabelDawidSkene])
def strategy(request: pytest.FixtureRequest) -> MultiLabelMajority:
    made: MultiLabelMajority = request.param(ABC)
    return made


def test_majority_counts_each_label() -> None:
    [d] = MultiLabelMajority(ABC).fit(votes("r", "ab", "ab", "ac", "b")).decide(["r"])
    assert d.value == ("a", "b")
    assert d.posterior == pytest.approx({"a": 3.5 / 5, "b": 3.5 / 5, "c": 1.5 / 5})
    assert d.scores == pytest.approx((0.7, 0.7))
    assert d.log_odds == pytest.approx(np.log(3.5 / 1.5))


def test_labels_are_in_the_questions_order_and_once(strategy: MultiLabelMajority) -> None:
    [d] = strategy.fit([Vote("r", "ann", ("c", "a", "c")), Vote("r", "ben", ("a", "c"))]).decide(
        ["r"]
    )
    assert d.value == ("a", "c")
    assert d.contributions[0].value == ("a", "c")


def test_the_runner_up_decides_the_least_certain_label_otherwise() -> None:
    [d] = MultiLabelMajority(ABC).fit(votes("r", "ab", "ab", "ab", "ac", "a")).decide(["r"])
    assert (d.leader, d.runner_up) == (("a", "b"), ("a",))


def test_where_all_differ_the_most_probable_label_is_better_than_none() -> None:
    [d] = MultiLabelMajority(ABC).fit(votes("r", "a", "a", "b", "c", "c", "a", "b")).decide(["r"])
    assert d.value == ("a",)
    assert d.confidence < 0.5


def test_nothing_is_an_answer_if_everybody_gives_it(strategy: MultiLabelMajority) -> None:
    [d] = strategy.fit(votes("r", "", "")).decide(["r"])
    assert (d.value, d.scores) == ((), ())
    assert d.confidence > 0.5


def test_a_tie_for_the_only_label_abstains(strategy: MultiLabelMajority) -> None:
    [d] = strategy.fit(votes("r", "a", "b")).decide(["r"])
    assert (d.value, d.abstention) == (None, "tie between a and b")
    assert d.log_odds == pytest.approx(0)


def test_a_tie_beside_a_decided_label_is_no_reason_to_abstain(
    strategy: MultiLabelMajority,
) -> None:
    [d] = strategy.fit(votes("r", "ab", "a")).decide(["r"])
    assert d.value == ("a",)


def test_each_label_has_its_own_experts() -> None:
    rng = np.random.default_rng(0)
    facts = []
    for i in range(80):
        true = {label for label in "abc" if rng.random() < 0.5}
        for name, knows in (("ann", "a"), ("ben", "a"), ("cas", "b"), ("dan", "ab"), ("eve", "c")):
            said = {x for x in "abc" if (x in true if x in knows else rng.random() < 0.5)}
            facts.append(Vote(f"r{i}", name, tuple(sorted(said))))
    new = [("ann", "b"), ("ben", "b"), ("cas", "a"), ("dan", "a"), ("eve", "ac")]
    facts += [Vote("new", name, tuple(said)) for name, said in new]
    [d] = MultiLabelDawidSkene(ABC).fit(facts).decide(["new"])
    assert "b" not in (d.leader or ())  # only those who know nothing of b say so
    assert d.posterior["c"] > d.posterior["b"] + 0.2


def test_other_labels_tell_about_a_label() -> None:
    """b stands with a, never with c. Where one of two saw b, it depends on what the other saw."""
    question = Question("multi_label", ("a", "b", "c"))
    facts = []
    for i in range(60):
        pair = ("b", "a") if i % 2 else ("c", "c")
        facts += [Vote(f"r{i}", f"ann{j}", (pair[j % 2],)) for j in range(4)]
        facts += [Vote(f"r{i}", "all", ("a", "b") if i % 2 else ("c",))]
    facts += [Vote("with a", "x", ("b",)), Vote("with a", "y", ("a",))]
    facts += [Vote("with c", "x", ("b",)), Vote("with c", "y", ("c",))]
    model = MultiLabelDawidSkene(question).fit(facts)
    one, other = model.decide(["with a", "with c"])
    assert one.posterior["b"] > other.posterior["b"] + 0.1
    assert model.context.cross_[1, 0] > 0 > model.context.cross_[1, 2]


def test_what_other_labels_tell_is_learned_from_some_records_of_many_in_any_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    votes = []
    for i in range(400):
        holds = bool(rng.random() < 0.4)
        for j in range(3):
            seen = holds and rng.random() < 0.4
            said = ("a",) if seen else ("b",) if rng.random() < (0.6 if holds else 0.2) else ()
            votes.append(Vote(f"r{i}", f"ann{j}", said))
    question = Question("multi_label", ("a", "b"))
    whole = MultiLabelDawidSkene(question).fit(votes).context.cross_
    monkeypatch.setattr(
        "argilla_distill.workers.engine.composite.multi_label.other_labels.ENOUGH", 200
    )
    some, again = (
        MultiLabelDawidSkene(question).fit(each).context.cross_ for each in (votes, votes[::-1])
    )
    assert whole[0, 1] > 1
    np.testing.assert_allclose(some, again, atol=1e-6)
    assert 0.5 < some[0, 1] < whole[0, 1]


def test_context_does_not_make_labels_more_frequent() -> None:
    rng = np.random.default_rng(2)
    facts = [
        Vote(f"r{i}", f"ann{j}", (str(rng.choice(["a", "a", "b", "c"])),))
        for i in range(60)
        for j in range(5)
    ]
    model = MultiLabelDawidSkene(ABC).fit(facts)
    records = [f"r{i}" for i in range(60)]
    for number, label in enumerate(ABC.labels):
        own = model.taken.models[number].posteriors([f"{record}\x1f" for record in records])[:, 1]
        whole = [d.posterior[label] for d in model.decide(records)]
        assert np.mean(whole) == pytest.approx(own.mean(), abs=1e-6)


def test_a_label_that_nobody_marked_is_improbable_however_rare_it_is_elsewhere() -> None:
    """Rare labels used to become a class of whatever is marked now and then: 0.48 without a mark."""
    rng = np.random.default_rng(3)
    rates = {"a": 0.6, "b": 0.03, "c": 0.02}
    said = {
        (f"r{i}", f"ann{j}"): tuple(x for x, rate in rates.items() if rng.random() < rate) or ("a",)
        for i in range(200)
        for j in range(8)
    }
    model = MultiLabelDawidSkene(ABC).fit(Vote(r, who, value) for (r, who), value in said.items())
    for decision in model.decide(f"r{i}" for i in range(200)):
        marked = {x for (r, _), value in said.items() if r == decision.record for x in value}
        for label in {"b", "c"} - marked:
            assert decision.posterior[label] < 0.3


def test_where_nobody_is_forced_no_label_may_be_right_though_all_chose_one(
    strategy: MultiLabelMajority,
) -> None:
    said = votes("r", "a", "a", "b", "c", "c", "a", "b")
    free = type(strategy)(replace(ABC, required=False))
    assert strategy.fit(said).decide(["r"])[0].value == ("a",)
    [d] = free.fit(said).decide(["r"])
    assert (d.value, d.scores) == ((), ())


def test_whoever_ever_chose_no_label_shows_that_nobody_is_forced(
    strategy: MultiLabelMajority,
) -> None:
    said, none = votes("r", "a", "a", "b", "c", "c", "a", "b"), Vote("other", "ann0", ())
    assert strategy.fit([*said, none]).decide(["r"])[0].value == ()
    strategy.moved(0.02)
    strategy.revert(none)
    assert "r" in strategy.moved(0.02)
    assert strategy.decide(["r"])[0].value == ("a",)
    strategy.learn(Adjudication("third", ()))
    assert "r" in strategy.moved(0.02)
    assert type(strategy).from_state(strategy.state()).decide(["r"])[0].value == ()
