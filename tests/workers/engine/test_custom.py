"""A team's own strategy on the base class keeps the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.decision import ADJUDICATED, REVIEW
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Source, Vote
from argilla_distill.workers.engine.contract.question import Question, label_question
from argilla_distill.workers.engine.custom import Custom
from argilla_distill.workers.engine.errors import NotCurrent, UnknownLabel
from tests.workers.engine.crowds import crowd


class Louder(Custom):
    """A model's vote is worth half a person's."""

    name = "louder"

    def posterior(self, votes: Sequence[Vote]) -> Mapping[str, float]:
        shares = dict.fromkeys(self.question.labels, 0.1)
        for vote in votes:
            model = self.facts.sources.get(vote.annotator) == "model"
            shares[vote.value] += 0.5 if model else 1.0
        return shares


class Longest(Custom):
    name = "longest"
    types = frozenset({"text"})

    def posterior(self, votes: Sequence[Vote]) -> Mapping[str, float]:
        return {vote.value: len(vote.value) for vote in votes}


QUESTION = label_question("a", "b", "c")


def test_the_posterior_is_the_subclass_its_own_and_reasons_add_up() -> None:
    votes, _ = crowd(1)
    records = sorted({vote.record for vote in votes})
    led = 0
    for decision in Louder(QUESTION).fit(votes).decide([*records, "never seen"]):
        assert sum(decision.posterior.values()) == pytest.approx(1)
        said = [c.value for c in decision.contributions]
        for label, p in decision.posterior.items():
            assert p == pytest.approx((said.count(label) + 0.1) / (len(said) + 0.3))
        if decision.leader is None:
            continue
        led += 1
        odds = decision.posterior[decision.leader] / decision.posterior[str(decision.runner_up)]
        assert decision.log_odds == pytest.approx(np.log(odds))
    assert led > 30


def test_ties_no_votes_and_low_confidence_abstain() -> None:
    model = Louder(QUESTION).fit([Vote("r", "ann", "a"), Vote("r", "ben", "b")])
    tie, unknown = model.decide(["r", "new"])
    assert (tie.value, tie.leader, tie.abstention) == (None, None, "tie between a and b")
    assert (unknown.value, unknown.abstention) == (None, "no votes")
    model.revert(Vote("r", "ben", "b"))
    [unsure] = model.decide(["r"], floor=0.9)
    assert (unsure.value, unsure.leader) == (None, "a")
    assert str(unsure.abstention).endswith("is below 0.9")


def test_what_else_stands_is_there_to_be_looked_up_and_moves_the_records_it_concerns() -> None:
    votes = [Vote("r", "gpt", "a"), Vote("r", "ben", "b"), Vote("other", "ben", "b")]
    model = Louder(QUESTION).fit(votes)
    assert model.moved(0.01) == ["other", "r"]
    model.learn(Source("gpt", "model"))
    assert model.moved(0.01) == ["r"]
    assert model.decide(["r"])[0].value == "b"
    model.revert(Source("gpt", "model"))
    assert model.moved(0.01) == ["r"]
    model.learn(Content("r", "a text"))
    assert model.facts.contents == {"r": "a text"}
    assert model.standing_ is model.facts  # its name in the last release
    assert model.moved(0.01) == []


def test_an_adjudication_decides() -> None:
    model = Louder(QUESTION).fit([Vote("r", "ann", "a")])
    model.learn(Adjudication("r", "c"))
    [decision] = model.decide(["r"])
    assert (decision.value, decision.confidence, decision.adjudicated) == ("c", ADJUDICATED, True)
    assert decision.contributions[-1].annotator == REVIEW
    assert decision.log_odds == pytest.approx(np.log(ADJUDICATED / decision.posterior["a"]))


def test_history_state_and_order_do_not_show() -> None:
    votes, _ = crowd(2)
    records = sorted({vote.record for vote in votes})
    model = Louder(QUESTION).fit(votes[:-5])
    for vote in votes[-5:]:
        model.learn(vote)
    model.learn(Vote("r1", "ann0", "c"))
    model.revert(Vote("r1", "ann0", "c"))
    last = [vote for vote in votes if (vote.record, vote.annotator) != ("r1", "ann0")]
    fresh = Louder(QUESTION).fit(reversed(last))
    assert model.refit().decide(records) == fresh.decide(records)
    before = snapshot.pack(model.state())
    model.decide(records, floor=0.9)
    model.annotators()
    assert snapshot.pack(model.state()) == before
    again = Louder.from_state(snapshot.unpack(before))
    assert again.decide(records) == model.decide(records)
    assert again.moved(0.01) == model.moved(0.01) == records
    assert again.moved(0.01) == []


def test_annotators_are_known_by_their_agreement_with_the_decisions() -> None:
    votes, _ = crowd(3, n_records=200, accuracies=(0.95, 0.9, 0.8, 0.4))
    found = {one.annotator: one for one in Louder(QUESTION).fit(votes).annotators()}
    for one in found.values():
        assert 0 <= one.low < one.accuracy < one.high <= 1
        assert one.n_votes == sum(vote.annotator == one.annotator for vote in votes)
    assert found["ann0"].accuracy > found["ann2"].accuracy > found["ann3"].accuracy


def test_bad_facts_are_refused_and_change_nothing() -> None:
    votes, _ = crowd(4)
    model = Louder(QUESTION).fit(votes)
    before = snapshot.pack(model.state())
    with pytest.raises(UnknownLabel, match="unknown label 'd'; this question has a, b, c"):
        model.learn(Vote("r1", "ann0", "d"))
    for fact in (Vote("new", "ann0", "a"), Adjudication("r1", "a"), Content("r1", "a")):
        with pytest.raises(NotCurrent):
            model.revert(fact)
    assert snapshot.pack(model.state()) == before


def test_values_of_other_types_are_chosen_among_those_given() -> None:
    votes = [Vote("r", "ann", "short"), Vote("r", "ben", "a longer text")]
    [decision] = Longest(Question("text")).fit(votes).decide(["r"])
    assert (decision.value, decision.runner_up) == ("a longer text", "short")
    assert decision.confidence == pytest.approx(13 / 18)
