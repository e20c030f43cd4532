"""What votes neither say nor imply is never decided, by whatever strategy: values of several parts.

Single values: `test_given_values`. Where a few who are known to be good overrule many is each
type's own test.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.composite.ranking.implied import implied
from argilla_distill.workers.engine.composite.ranking.order import MAX_EXACT, grouped
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, Span, Value
from argilla_distill.workers.engine.contract.strategy import Strategy

NAMES = ["majority", "dawid_skene", "learned"]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def fitted(name: str, question: Question, *values: Value, records: int = 1) -> Strategy:
    """One value by each annotator, the same on every record."""
    facts = [
        Vote(f"r{i}", f"ann{j}", value) for i in range(records) for j, value in enumerate(values)
    ]
    return registry.create(name, question).fit(facts)


def decided(name: str, question: Question, *values: Value, records: int = 1) -> Decision:
    return fitted(name, question, *values, records=records).decide(["r0"])[0]


# Spans

PLACES = Question("span", ("PER", "ORG"))


def marked(*starts: int, label: str = "PER") -> Value:
    return tuple(Span(start, start + 4, label) for start in starts)


@pytest.mark.parametrize("labels", [(), ("PER",), ("PER", "ORG", "LOC", "NP", "X")])
@pytest.mark.parametrize("overlapping", [False, True])
def test_where_everybody_marks_nothing_nothing_is_marked(
    name: str, labels: tuple[str, ...], overlapping: bool
) -> None:
    """Used to end in a traceback: there was no stretch to judge anybody by."""
    question = Question("span", labels, overlapping=overlapping)
    model = fitted(name, question, (), (), (), records=12)
    for decision in model.decide([f"r{i}" for i in range(12)]):
        assert (decision.value, decision.scores) == ((), ())
        assert 0.5 < decision.confidence < 1
    for i in range(12):
        model.learn(Adjudication(f"r{i}", ()))
    assert len(model.moved(0.01)) == 12
    assert model.refit().decide(["r3"])[0].value == ()
    assert all(np.isfinite(each.accuracy) for each in model.annotators())


@pytest.mark.parametrize("n_labels", [1, 2, 3, 4, 5, 8, 14])
@pytest.mark.parametrize("n_annotators", [2, 3])
def test_any_number_of_labels_leaves_rates_between_0_and_1(
    n_labels: int, n_annotators: int
) -> None:
    """From four labels on, a rate of 1.09 was drawn from the prior alone, and its log was NaN."""
    labels = tuple(f"L{i}" for i in range(n_labels))
    votes = [
        Vote(f"r{i}", f"ann{j}", marked(0, label=label))
        for i, label in enumerate(labels)
        for j in range(n_annotators)
    ]
    for strategy in NAMES:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model = registry.create(strategy, Question("span", labels)).fit(votes)
            found = model.decide([f"r{i}" for i in range(n_labels)])
        assert [d.value for d in found] == [marked(0, label=label) for label in labels]


@pytest.mark.parametrize("records", [1, 2, 6, 40])
@pytest.mark.parametrize("starts", [(0, 10), (0, 10, 20), (0, 10, 20, 30, 40)])
def test_who_all_mark_something_else_did_not_say_that_nothing_is_to_be_marked(
    name: str, starts: tuple[int, ...], records: int
) -> None:
    decision = decided(name, PLACES, *map(marked, starts), records=records)
    assert decision.value is None
    assert decision.abstention is not None
    assert decision.abstention.startswith("tie between PER 0-4")
    assert decision.confidence <= 0.5


@pytest.mark.parametrize("records", [1, 6, 60])
@pytest.mark.parametrize(("n_marking", "n_empty"), [(1, 2), (2, 3), (1, 4), (3, 5)])
def test_a_majority_that_marks_nothing_is_not_overruled_without_evidence(
    name: str, n_marking: int, n_empty: int, records: int
) -> None:
    """Whoever marks alone on every record either sees more than all others, or makes it up."""
    values = [marked(0)] * n_marking + [()] * n_empty
    if n_marking > 1:  # on further records they would bear each other out
        records = 1
    decision = decided(name, PLACES, *values, records=records)
    assert decision.value in ((), None)
    assert decision.posterior["PER 0-4"] < 0.5


def test_who_was_borne_out_elsewhere_may_be_alone() -> None:
    votes = [Vote(f"r{i}", who, marked(0, 10, 20)) for i in range(40) for who in ("ann", "ben")]
    votes += [Vote(f"r{i}", who, marked(20)) for i in range(40) for who in ("cas", "dan")]
    votes += [Vote("new", "ann", marked(5)), Vote("new", "cas", ()), Vote("new", "dan", ())]
    for strategy in ("dawid_skene", "learned"):
        [decision] = registry.create(strategy, PLACES).fit(votes).decide(["new"])
        assert decision.value == marked(5)
    assert registry.create("majority", PLACES).fit(votes).decide(["new"])[0].value == ()


def test_nothing_wins_where_more_say_so_than_mark_any_one_place(name: str) -> None:
    assert decided(name, PLACES, (), (), marked(0), marked(10)).value == ()
    assert decided(name, PLACES, (), marked(0), marked(10)).value is None
    assert decided(name, PLACES, (), marked(0), marked(10), marked(20)).value is None


def test_what_two_of_three_mark_is_marked_whatever_else_they_do(name: str) -> None:
    decision = decided(name, PLACES, marked(0, 10), marked(0, 20), ())
    assert decision.value == marked(0)


@pytest.mark.parametrize("strategy", NAMES)
@pytest.mark.parametrize("overlapping", [False, True])
def test_time_grows_with_the_number_of_spans_and_no_faster(
    strategy: str, overlapping: bool
) -> None:
    """It was quadratic: 50 s for 2,000 spans of three people."""
    question = Question("span", ("PER", "ORG"), overlapping=overlapping)

    def seconds(n: int) -> float:
        wide = [tuple(Span(10 * i, 10 * i + 5 + j % 2, "PER") for i in range(n)) for j in range(3)]
        start = time.process_time()
        decision = decided(strategy, question, *wide)
        assert decision.leader is not None
        assert len(decision.leader) == n
        return time.process_time() - start

    few, many = min(seconds(250) for _ in range(3)), seconds(2000)
    assert many < 20 * few + 0.5


def test_time_grows_with_the_number_of_names_within_names_and_no_faster() -> None:
    """It was quadratic: each span that is within another was compared with all that are found."""
    question = Question("span", ("PER", "ORG"), overlapping=True)

    def seconds(n: int) -> float:
        nested = [
            (Span(10 * i, 10 * i + 8, "PER"), Span(10 * i + 2, 10 * i + 5, "PER")) for i in range(n)
        ]
        start = time.process_time()
        decision = decided("majority", question, *[tuple(sum(nested, ()))] * 3)
        assert decision.leader is not None
        assert len(decision.leader) == 2 * n
        return time.process_time() - start

    few, many = min(seconds(125) for _ in range(3)), seconds(1000)
    assert many < 20 * few + 0.5


# Multi-label

ABC = Question("multi_label", ("a", "b", "c"))


@pytest.mark.parametrize("labels", [(), ("a",), ("a", "b", "c")])
def test_where_everybody_chooses_none_none_is_chosen(name: str, labels: tuple[str, ...]) -> None:
    model = fitted(name, Question("multi_label", labels), (), (), (), records=12)
    for decision in model.decide([f"r{i}" for i in range(12)]):
        assert (decision.value, decision.abstention) == ((), None)
        assert 0.5 < decision.confidence <= 1
    for i in range(12):
        model.learn(Adjudication(f"r{i}", ()))
    model.moved(0.01)
    assert model.refit().decide(["r3"])[0].value == ()


@pytest.mark.parametrize("records", [1, 6, 60])
def test_a_majority_that_chooses_none_is_not_overruled_without_evidence(
    name: str, records: int
) -> None:
    assert decided(name, ABC, (), (), ("a",), records=records).value == ()
    assert decided(name, ABC, (), (), ("a",), ("b",), records=records).value == ()


@pytest.mark.parametrize("records", [1, 6, 60])
def test_who_all_choose_something_else_did_not_say_that_none_holds(name: str, records: int) -> None:
    for values in ([("a",), ("b",)], [("a",), ("b",), ("c",)]):
        decision = decided(name, ABC, *values, records=records)
        assert decision.value is None
        assert "tie between" in str(decision.abstention)


@pytest.mark.parametrize("records", [1, 6, 60])
def test_once_somebody_chose_none_a_label_has_to_be_more_probable_than_not(
    name: str, records: int
) -> None:
    assert decided(name, ABC, (), ("a",), ("b",), records=records).value == ()
    assert decided(name, ABC, (), ("a",), ("a",), records=records).value == ("a",)


# Rankings

ANY = Question("ranking")


def order(text: str) -> Value:
    """a>b=c."""
    return tuple(tuple(group.split("=")) for group in text.split(">"))


@pytest.mark.parametrize("records", [1, 7])
@pytest.mark.parametrize(
    "values",
    [
        ("a>b>c", "b>c>a", "c>a>b"),
        ("a>b", "b>c", "c>a"),
        ("a>b", "b>c", "c>d", "d>a"),
        ("a>b>c>d", "b>c>d>a", "c>d>a>b", "d>a>b>c"),
    ],
)
def test_a_perfect_cycle_has_no_order(name: str, values: Sequence[str], records: int) -> None:
    decision = decided(name, ANY, *map(order, values), records=records)
    assert decision.value is None
    assert "tie between a, b" in str(decision.abstention)
    assert decision.confidence < 0.5


def test_one_annotator_alone_may_go_round_in_a_circle(name: str) -> None:
    assert decided(name, ANY, (order("a>b>c"), order("c>a"))).value is None


def test_a_cycle_in_which_one_order_is_better_is_ordered(name: str) -> None:
    values = ["a>b>c"] * 4 + ["b>c>a"] * 3 + ["c>a>b"] * 2
    assert decided(name, ANY, *map(order, values)).value == order("a>b>c")


def test_items_round_a_cycle_keep_their_places(name: str) -> None:
    """Nothing tells a, b and c apart; all are before z, and nobody doubts it."""
    decision = decided(name, ANY, order("a>b>c>z"), order("b>c>a>z"), order("c>a>b>z"))
    assert decision.value == order("a=b=c>z")
    assert decision.confidence < 0.6


@pytest.mark.parametrize("names", list(permutations("abcd"))[::5])
def test_what_follows_from_what_nobody_contradicts_is_decided(
    name: str, names: tuple[str, ...]
) -> None:
    """It was a>b>d>c: cas, the only one to compare c and d, was thought to mean the reverse."""
    a, b, c, d = names
    facts = [
        Vote("r", "ann", order(f"{a}>{b}")),
        Vote("r", "ben", order(f"{b}>{c}")),
        Vote("r", "cas", order(f"{c}>{d}")),
        Vote("s", "ann", order(f"{a}>{b}>{c}>{d}")),
        Vote("s", "ben", order(f"{a}>{b}")),
        Vote("s", "cas", order(f"{d}>{c}")),
    ]
    [decision] = registry.create(name, ANY).fit(facts).decide(["r"])
    assert decision.value == order(f"{a}>{b}>{c}>{d}")
    for first, second in [(a, b), (b, c), (c, d), (a, d)]:
        key, swapped = f"{first} > {second}", first > second
        chance = decision.posterior[f"{second} > {first}" if swapped else key]
        assert chance <= 0.5 if swapped else chance >= 0.45


def test_level_items_carry_an_order_on() -> None:
    over, level = np.zeros((3, 3)), np.zeros((3, 3))
    over[1, 2] = level[0, 1] = level[1, 0] = 1  # a = b > c
    assert implied(over, level).tolist() == [[0, 0, 1], [0, 0, 1], [0, 0, 0]]


def test_one_comparison_against_a_majority_path_implies_nothing() -> None:
    """One says that c is before d; but three of four have d before x, and x before c."""
    over = np.zeros((3, 3))
    c, d, x = range(3)
    over[c, d] = 1
    over[d, x] = over[x, c] = 3
    over[x, d] = over[c, x] = 1
    assert not implied(over, np.zeros((3, 3))).any()


@pytest.mark.parametrize("n", [3, 5, MAX_EXACT, MAX_EXACT + 3])
def test_the_order_does_not_depend_on_the_numbers_of_the_items(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(20):
        p = rng.integers(0, 4, (n, n)) / 3  # many ties, many circles
        before = np.triu(p, 1) + np.tril(1 - p.T, -1)
        if n > MAX_EXACT:
            before = np.where(rng.random((n, n)) < 2, np.triu(rng.random((n, n)), 1), 0.0)
            before += np.tril(1 - before.T, -1)
        nothing = np.zeros((n, n), bool)
        plain = grouped(before, np.zeros((n, n)), nothing).groups
        turn = rng.permutation(n)
        turned = grouped(before[np.ix_(turn, turn)], np.zeros((n, n)), nothing).groups
        assert [sorted(int(turn[i]) for i in group) for group in turned] == plain


def test_an_even_split_never_follows_the_alphabet(name: str) -> None:
    for values in (("a>b>c", "c>b>a"), ("a>b", "b>a"), ("a>b>c", "a>c>b", "b>c>a", "c>b>a")):
        one = decided(name, ANY, *map(order, values))
        other = decided(
            name, ANY, *(order(v.translate(str.maketrans("abc", "cba"))) for v in values)
        )
        assert one.value is None or one.value == turned_back(other.value)


def turned_back(value: Value) -> Value:
    return tuple(
        tuple(sorted(item.translate(str.maketrans("abc", "cba")) for item in group))
        for group in value
    )


# All of them


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (ABC, ("a", "c"), ("b",)),
        (PLACES, marked(0, 10), marked(20)),
        (Question("ranking", ("a", "b", "c")), order("a>b>c"), order("c>b>a")),
    ],
    ids=["multi_label", "span", "ranking"],
)
def test_thousands_of_votes_on_one_record(
    name: str, question: Question, one: Value, other: Value
) -> None:
    def facts(n: int) -> list[Fact]:
        return [Vote("r", f"ann{j}", one if j < n else other) for j in range(3_000)]

    [decision] = registry.create(name, question).fit(facts(1_650)).decide(["r"])
    assert decision.value == one
    assert all(np.isfinite(p) for p in decision.posterior.values())
    assert registry.create(name, question).fit(facts(1_500)).decide(["r"])[0].value is None
