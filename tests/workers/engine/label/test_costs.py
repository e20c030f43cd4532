"""Labels decided by expected cost: what leads, why, what moved, and what a review changes of it."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.decision import COSTS, REVIEW, Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question, label_question
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.contract.terms import Terms
from argilla_distill.workers.engine.errors import UnsuitedTerms
from tests.workers.engine.crowds import crowd

ASKED = label_question("no", "yes")
DEAR = Terms({"no->yes": 5.0})
NAMES = ("majority", "dawid_skene", "learned")
THREE = Terms({"a->b": 4.0, "a -> c": 2.5, "c->b": 0.5})


def told(decision: Decision) -> dict[str, float]:
    return {c.annotator: c.log_odds for c in decision.contributions}


def test_one_credible_yes_outweighs_two_noes_and_says_why() -> None:
    votes = [Vote("r", "ann", "yes"), Vote("r", "ben", "no"), Vote("r", "cas", "no")]
    [plain] = registry.create("majority", ASKED).fit(votes).decide(["r"])
    [dear] = registry.create("majority", ASKED, DEAR).fit(votes).decide(["r"])
    assert (plain.value, dear.value, dear.runner_up) == ("no", "yes", "no")
    # (1 + 1/2) / (3 + 1): how probable it is to be right stays what it is
    assert dear.confidence == dear.posterior["yes"] == 0.375
    assert told(dear)[COSTS] == pytest.approx(np.log(5))
    assert dear.log_odds == pytest.approx(np.log(5 * 0.375 / 0.625))


@pytest.mark.parametrize("name", NAMES)
def test_the_least_expected_cost_leads_and_its_reasons_add_up(name: str) -> None:
    votes, _ = crowd(3, n_records=60)
    strategy = registry.create(name, label_question("a", "b", "c"), THREE).fit(votes)
    costs = np.array([[0, 4.0, 2.5], [1, 0, 1], [1, 0.5, 0]])
    records = sorted({v.record for v in votes})
    otherwise = 0
    for decision in strategy.decide(records):
        p = np.array(list(decision.posterior.values()))
        expected = dict(zip("abc", costs @ p, strict=True))
        if decision.leader is None:
            continue
        assert decision.leader == min(expected, key=lambda label: expected[label])
        assert decision.confidence == decision.posterior[decision.leader]
        ratio = expected[str(decision.runner_up)] / expected[decision.leader]
        assert decision.log_odds == pytest.approx(np.log(ratio))
        otherwise += decision.leader != "abc"[int(p.argmax())]
    assert otherwise > 0


def test_what_costs_the_same_is_a_tie_whose_reasons_cancel() -> None:
    votes = [Vote("r", "ann", "yes"), Vote("r", "ben", "no")]
    same = Terms({"no->yes": 2.0, "yes->no": 2.0})
    [decision] = registry.create("majority", ASKED, same).fit(votes).decide(["r"])
    assert (decision.value, decision.abstention) == (None, "tie between no and yes")
    assert decision.log_odds == pytest.approx(0)


def test_a_reviewer_decides_whatever_mistakes_cost() -> None:
    votes = [Vote("r", "ann", "yes"), Vote("r", "ben", "yes")]
    strategy = registry.create("learned", ASKED, Terms({"no->yes": 1e6})).fit(votes)
    strategy.moved(0.02)
    strategy.learn(Adjudication("r", "no"))
    assert strategy.moved(0.02) == ["r"]
    [decision] = strategy.decide(["r"])
    assert decision.value == "no"
    assert REVIEW in told(decision)
    assert COSTS not in told(decision)


def test_the_probability_has_to_reach_the_floor_all_the_same() -> None:
    votes = [Vote("r", "ann", "yes"), Vote("r", "ben", "no"), Vote("r", "cas", "no")]
    [decision] = registry.create("majority", ASKED, DEAR).fit(votes).decide(["r"], 0.5)
    assert (decision.value, decision.leader) == (None, "yes")
    assert decision.abstention == "confidence 0.38 is below 0.5"


@pytest.mark.parametrize("name", NAMES)
def test_a_leader_that_changes_by_less_than_the_tolerance_is_reported(name: str) -> None:
    """The same decisions after any path, also across a snapshot: by `moved` alone they are known."""
    votes, _ = crowd(5, n_records=30, labels=("no", "yes"))
    strategy: Strategy = registry.create(name, ASKED, DEAR).fit(votes[:60])
    records = sorted({v.record for v in votes})
    known: dict[str, Decision] = {}
    for n, vote in enumerate(votes[60:]):
        strategy.learn(vote)
        moved = strategy.moved(0.3)
        known |= {d.record: d for d in strategy.decide(moved)}
        if n == 20:
            strategy = registry.restore(snapshot.unpack(snapshot.pack(strategy.state())))
    fresh = registry.create(name, ASKED, DEAR).fit(votes)
    for now, again in zip(strategy.decide(records), fresh.decide(records), strict=True):
        assert known[now.record].leader == now.leader == again.leader


@pytest.mark.parametrize(
    ("name", "asked", "terms", "why"),
    [
        ("learned", ASKED, Terms({"nope->yes": 2}), 'costs: "nope->yes" is not "said->right"'),
        ("learned", ASKED, Terms({"yes->yes": 2}), "of two labels among no, yes"),
        ("learned", Question("rating", scale=(1, 2)), DEAR, "label questions only"),
        ("majority", Question("multi_label", ("no", "yes")), DEAR, "label questions only"),
    ],
)
def test_costs_that_nothing_can_keep_to_are_refused(
    name: str, asked: Question, terms: Terms, why: str
) -> None:
    with pytest.raises(UnsuitedTerms, match=why):
        registry.create(name, asked, terms)
