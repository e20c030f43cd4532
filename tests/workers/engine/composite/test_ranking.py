"""Rankings, where one can check them by hand."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from argilla_distill.workers.engine.composite.ranking.ranking import (
    RankingDawidSkene,
    RankingMajority,
)
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.errors import BadValue

ANY = Question("ranking")


def order(text: str) -> Value:
    """a>b=c."""
    return tuple(tuple(group.split("=")) for group in text.split(">"))


def votes(record: str, *texts: str) -> list[Vote]:
    return [Vote(record, f"ann{j}", order(text)) for j, text in enumerate(texts)]


@pytest.fixture(params=[RankingMajority, RankingDawidSkene])
def strategy(request: pytest.FixtureRequest) -> RankingMajority:
    made: RankingMajority = request.param(ANY)
    return made


def test_the_order_that_most_pairs_agree_with_wins(strategy: RankingMajority) -> None:
    """Nobody else's order than ann's; and each pair has two of three behind it."""
    [d] = strategy.fit(votes("r", "a>b>c", "b>a>c", "a>c>b")).decide(["r"])
    assert d.value == order("a>b>c")
    assert d.posterior.keys() == {"a > b", "a > c", "b > c"}
    assert d.posterior["a > c"] > d.posterior["a > b"] > 0.5
    assert d.runner_up in (order("b>a>c"), order("a>c>b"))


def test_majority_counts_pairs() -> None:
    [d] = RankingMajority(ANY).fit(votes("r", "a>b", "a>b", "b>a")).decide(["r"])
    assert d.posterior["a > b"] == pytest.approx((2 + 1 / 3) / 4)
    assert d.scores == pytest.approx(((2 + 1 / 3) / 4,) * 2)


def test_two_who_contradict_each_other_leave_a_tie(strategy: RankingMajority) -> None:
    [d] = strategy.fit(votes("r", "a>b", "b>a")).decide(["r"])
    assert (d.value, d.leader, d.abstention) == (None, None, "tie between a and b")


def test_items_stand_level_where_annotators_say_so(strategy: RankingMajority) -> None:
    [d] = strategy.fit(votes("r", "a=b>c", "a=b>c", "a>b>c")).decide(["r"])
    assert d.value == order("a=b>c")
    [d] = strategy.fit(votes("r", "a=b>c", "a>b>c", "a>b>c")).decide(["r"])
    assert d.value == order("a>b>c")


def test_all_level_is_an_answer_and_no_tie(strategy: RankingMajority) -> None:
    [d] = strategy.fit(votes("r", "a=b=c", "a=b=c")).decide(["r"])
    assert (d.value, d.abstention) == (order("a=b=c"), None)


def test_undecided_orders_never_become_level_items() -> None:
    """EM used to call every pair level on which annotators were of two minds."""
    rng = np.random.default_rng(0)
    many = [
        Vote(f"r{i}", f"ann{j}", tuple((str(x),) for x in rng.permutation(list("abcd"))))
        for i in range(20)
        for j in range(25)
    ]
    for d in RankingDawidSkene(ANY).fit(many).decide([f"r{i}" for i in range(20)]):
        assert d.leader is not None
        assert len(d.leader) == 4


def test_single_pairs_make_a_whole_order(strategy: RankingMajority) -> None:
    """One annotator may give several, whether or not they make one order of their own."""
    pairs = (order("a>b"), order("c>d"))
    facts = [
        Vote("r", "ann", pairs),
        Vote("r", "ben", order("b>c")),
        Vote("r", "cas", order("a>d")),
    ]
    [d] = strategy.fit(facts).decide(["r"])
    assert d.value == order("a>b>c>d")
    assert d.contributions[0].value == pairs


def test_a_pair_that_nobody_compared_follows_from_the_others() -> None:
    model = RankingDawidSkene(ANY).fit(votes("r", "a>b", "b>c", "c>d"))
    [d] = model.decide(["r"])
    assert d.posterior["a > d"] > d.posterior["a > c"] > 0.5


def test_the_names_of_items_do_not_lean_the_order() -> None:
    """A pair is written in the order of the alphabet; which way round must not matter."""
    shapes = ["abc", "abc", "bac", "acb", "cab"]
    found = set()
    for names in permutations("xyz"):
        new = dict(zip("abc", names, strict=True))
        facts = votes("r", *(">".join(new[item] for item in shape) for shape in shapes))
        [d] = RankingDawidSkene(ANY).fit(facts).decide(["r"])
        assert d.leader == tuple((new[item],) for item in "abc")
        found.add(round(d.confidence, 9))
    assert len(found) == 1


def test_ability_carries_over_from_list_to_list() -> None:
    """Two careless annotators agree with each other by chance; the three good ones are elsewhere."""
    rng = np.random.default_rng(1)
    facts = []
    for i in range(30):
        true = [f"i{x}" for x in rng.permutation(6)]
        facts += [Vote(f"r{i}", f"good{j}", tuple((x,) for x in true)) for j in range(3)]
        for j in range(2):
            facts.append(Vote(f"r{i}", f"bad{j}", tuple((x,) for x in rng.permutation(true))))
    facts += [
        Vote("new", "good0", order("a>b")),
        *(Vote("new", f"bad{j}", order("b>a")) for j in range(2)),
    ]
    model = RankingDawidSkene(ANY).fit(facts)
    assert model.decide(["new"])[0].value == order("a>b")
    rates = {one.annotator: one.accuracy for one in model.annotators()}
    assert rates["good0"] > 0.9 > 0.6 > rates["bad0"]


def test_one_item_is_ranked_without_ado(strategy: RankingMajority) -> None:
    [d] = strategy.fit([Vote("r", "ann", (("a",),))]).decide(["r"])
    assert (d.value, d.scores) == ((("a",),), (1.0,))


@pytest.mark.parametrize("value", [(), ((),), (("a",), ("a",)), (("a", "a"),), "ab", ((1,),)])
def test_what_is_no_ranking_is_refused(value: Value) -> None:
    with pytest.raises(BadValue):
        RankingMajority(ANY).fit([Vote("r", "ann", value)])
