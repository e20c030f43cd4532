"""Spans, where one can check them by hand, and a made-up crowd that overlooks much."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine.composite.span.boundaries import Boundaries
from argilla_distill.workers.engine.composite.span.span import SpanDawidSkene, SpanMajority
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, Span, Value
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import BadValue

QUESTION = Question("span", ("name", "place"))


def spans(*parts: tuple[int, int, str]) -> Value:
    return tuple(Span(*part) for part in parts)


def votes(record: str, *values: Value) -> list[Vote]:
    return [Vote(record, f"ann{j}", value) for j, value in enumerate(values)]


def test_a_span_that_most_mark_is_decided_and_one_that_few_mark_is_not() -> None:
    one, two = (0, 4, "name"), (10, 15, "place")
    facts = votes("r", spans(one), spans(one), spans(one, two))
    [d] = SpanMajority(QUESTION).fit(facts).decide(["r"])
    assert d.value == spans(one)
    assert d.posterior.keys() == {"name 0-4", "place 10-15"}
    assert d.posterior["name 0-4"] > 0.5 > d.posterior["place 10-15"]


def test_who_overlooked_a_span_has_no_say_in_where_it_begins() -> None:
    """Three of five saw something at 4-8; two of these three say that it begins at 0."""
    long, short = spans((0, 8, "name")), spans((4, 8, "name"))
    [d] = SpanMajority(QUESTION).fit(votes("r", long, long, short, (), ())).decide(["r"])
    assert d.value == long


def test_boundaries_are_those_that_somebody_set() -> None:
    facts = votes("r", spans((0, 8, "name")), spans((4, 12, "name")), spans((2, 10, "name")))
    [d] = SpanMajority(QUESTION).fit(facts).decide(["r"])
    assert d.value is not None
    [found] = d.value
    assert found.start in (0, 2, 4)
    assert found.end in (8, 10, 12)


def test_neighbours_of_one_label_stay_two_spans() -> None:
    two = spans((0, 4, "name"), (4, 8, "name"))
    [d] = SpanMajority(QUESTION).fit(votes("r", two, two, spans((0, 8, "name")))).decide(["r"])
    assert d.value == two


def test_the_label_of_a_span_is_voted_on_too() -> None:
    name, place = spans((0, 4, "name")), spans((0, 4, "place"))
    [d] = SpanMajority(QUESTION).fit(votes("r", name, name, place)).decide(["r"])
    assert d.value == name
    [d] = SpanMajority(QUESTION).fit(votes("r", name, place)).decide(["r"])
    assert d.abstention == "tie between name 0-4 and place 0-4"


def test_half_of_the_crowd_is_not_enough_and_for_nothing_else_is_said_so() -> None:
    name = spans((0, 4, "name"))
    [d] = SpanMajority(QUESTION).fit(votes("r", name, ())).decide(["r"])
    assert d.abstention == "tie between nothing 0-4 and name 0-4"


def test_nothing_is_an_answer() -> None:
    for strategy in (SpanMajority(QUESTION), SpanDawidSkene(QUESTION)):
        one, many = strategy.fit(votes("r", ()) + votes("s", (), (), ())).decide(["r", "s"])
        assert (one.value, one.scores) == ((), ())
        assert many.confidence > one.confidence > 0.5


def test_overlapping_spans_are_decided_label_by_label() -> None:
    question = Question("span", ("name", "place"), overlapping=True)
    both = spans((0, 8, "name"), (4, 12, "place"))
    for strategy in (SpanMajority(question), SpanDawidSkene(question)):
        [d] = strategy.fit(votes("r", both, both, spans((0, 8, "name")))).decide(["r"])
        assert d.value == both


NESTED = spans((0, 8, "name"), (2, 6, "name"))
CROSSING = spans((0, 4, "name"), (2, 6, "name"))
THREE = spans((0, 9, "name"), (0, 3, "name"), (0, 6, "name"))


@pytest.mark.parametrize("value", [NESTED, CROSSING, THREE], ids=["nested", "crossing", "three"])
@pytest.mark.parametrize("strategy", [SpanMajority, SpanDawidSkene])
def test_what_all_mark_is_decided_also_where_a_label_is_within_itself(
    value: Value, strategy: type[Strategy]
) -> None:
    question = Question("span", ("name", "place"), overlapping=True)
    [d] = strategy(question).fit(votes("r", value, value, value)).decide(["r"])
    assert d.value == tuple(sorted(value))
    assert d.scores == (3.5 / 4,) * len(value)


def test_a_name_within_a_name_takes_most_of_the_annotators_and_no_mere_boundary() -> None:
    question = Question("span", ("name", "place"), overlapping=True)
    outer, inner = spans((0, 8, "name")), spans((2, 6, "name"))
    for said, value in (
        ((NESTED, NESTED, outer), NESTED),
        ((NESTED, outer, outer), outer),
        ((NESTED, NESTED, outer, outer), outer),
        ((outer, outer, inner), outer),  # where the name ends, and no second name
    ):
        [d] = SpanMajority(question).fit(votes("r", *said)).decide(["r"])
        assert d.value == value


@pytest.mark.parametrize("value", [7, ((0, 4),), ((4, 4, "name"),), ((-1, 4, "name"),), "ab"])
def test_what_is_no_list_of_spans_is_refused(value: Value) -> None:
    with pytest.raises(BadValue):
        SpanMajority(QUESTION).fit([Vote("r", "ann", value)])


def test_an_edit_that_cuts_anew_leaves_nothing_behind() -> None:
    model = SpanDawidSkene(QUESTION).fit(votes("r", spans((0, 8, "name")), spans((0, 8, "name"))))
    cut = Vote("r", "cas", spans((3, 5, "place")))
    model.learn(cut)
    assert len(model.taken.models[0].votes_) == 9  # three stretches, three annotators
    model.revert(cut)
    assert len(model.taken.models[0].votes_) == 2


def crowd(seed: int) -> tuple[list[Vote], dict[str, Value]]:
    """Twelve annotators overlook a tenth to two thirds of the names, and seldom make one up."""
    rng = np.random.default_rng(seed)
    recall = np.linspace(0.35, 0.9, 12)
    facts, truth = [], {}
    for i in range(120):
        starts = np.flatnonzero(rng.random(20) < 0.25) * 10
        true = [Span(int(s), int(s) + int(rng.integers(3, 9)), "name") for s in starts]
        truth[f"r{i}"] = tuple(true)
        for j in rng.choice(12, 5, replace=False):
            said = [span for span in true if rng.random() < recall[j]]
            said = [s._replace(start=s.start + (rng.random() < 0.1)) for s in said]
            if rng.random() < 0.1:
                at = int(rng.integers(20)) * 10
                if at not in starts:
                    said.append(Span(at, at + 4, "place"))
            facts.append(Vote(f"r{i}", f"ann{j}", tuple(sorted(said))))
    return facts, truth


def test_marks_are_rarer_than_misses_and_weigh_more() -> None:
    """A rare label used to take half of a frequent one's spans over in the fit."""
    facts, truth = crowd(0)
    found = {}
    for strategy in (SpanMajority(QUESTION), SpanDawidSkene(QUESTION)):
        hits = given = 0
        for d in strategy.fit(facts).decide(truth):
            hits += len(set(d.leader or ()) & set(truth[d.record]))
            given += len(d.leader or ())
        found[strategy.name] = 2 * hits / (given + sum(map(len, truth.values())))
    assert found["dawid_skene"] > found["majority"] + 0.05
    assert found["dawid_skene"] > 0.9


def test_what_a_count_of_votes_adds_is_told_of_the_voters() -> None:
    """One against two, borne out nowhere: the two decide, and their parts add up to the odds."""
    facts = votes("r", spans((0, 4, "name")), (), ())
    [d] = SpanDawidSkene(QUESTION).fit(facts).decide(["r"])
    told = {c.annotator: c.log_odds for c in d.contributions}
    assert told["ann0"] < 0 < told["ann1"] == pytest.approx(told["ann2"])
    assert d.prior_log_odds == pytest.approx(0.0, abs=1e-6)
    assert d.log_odds == pytest.approx(np.log((2 + 1 / 3) / (1 + 1 / 3)))


@pytest.mark.parametrize("names", ["abc", "bac", "cba", "zma"])
def test_what_labels_are_called_has_no_say_in_the_confidence_of_what_is_tied(names: str) -> None:
    """Of labels that are tied on a stretch, the one that was named first had the say in it."""
    marks = [
        [(0, 3, "b")],
        [(0, 2, "c"), (4, 5, "a"), (6, 8, "a"), (9, 11, "c")],
        [(0, 4, "c"), (4, 6, "a"), (8, 10, "a")],
        [(1, 5, "b"), (6, 10, "c")],
        [],
    ]
    values = [
        spans(*((start, end, names["abc".index(label)]) for start, end, label in each))
        for each in marks
    ]
    question = Question("span", tuple(sorted(names)))
    [d] = SpanMajority(question).fit(votes("r", *values)).decide(["r"])
    assert d.abstention
    assert d.confidence == pytest.approx(0.231681756)


def cut_short(n: int) -> list[Vote]:
    """Of n spans ann and ben set the same boundaries, and dan ends each too early."""
    whole, short = spans((0, 9, "name")), spans((0, 6, "name"))
    said = {"ann": whole, "ben": whole, "dan": short}
    return [Vote(f"r{i}", who, value) for i in range(n) for who, value in said.items()]


@pytest.mark.parametrize("late", ["dan", "zoe"])
def test_of_two_boundaries_it_is_that_of_whoever_sets_those_of_others(late: str) -> None:
    """A count takes the earlier end of the two."""
    facts = [
        Vote(v.record, late if v.annotator == "dan" else v.annotator, v.value)
        for v in cut_short(20)
    ]
    facts += [Vote("two", "ann", spans((3, 9, "name"))), Vote("two", late, spans((3, 6, "name")))]
    [d] = SpanDawidSkene(QUESTION).fit(facts).decide(["two"])
    assert d.value == spans((3, 9, "name"))
    [d] = SpanMajority(QUESTION).fit(facts).decide(["two"])
    assert d.value == spans((3, 6, "name"))


def test_what_reviewers_decide_tells_whose_boundaries_are_right_against_those_who_agree() -> None:
    facts: list[Fact] = [*cut_short(20)]
    facts += [Adjudication(f"r{i}", spans((0, 6, "name"))) for i in range(15)]
    facts += [Vote("two", "ann", spans((3, 9, "name"))), Vote("two", "dan", spans((3, 6, "name")))]
    model = SpanDawidSkene(QUESTION).fit(facts)
    assert model.decide(["two"])[0].value == spans((3, 6, "name"))
    boundaries = Boundaries(QUESTION)
    boundaries.restore(model.state())
    assert boundaries.weight("dan") > 1 > boundaries.weight("ann")


def test_boundaries_of_labels_that_may_overlap_are_compared_with_their_own_label_only() -> None:
    boundaries = Boundaries(Question("span", ("name", "place"), (), True))
    said = {"ann": spans((0, 9, "name")), "ben": spans((0, 9, "name"), (0, 4, "place"))}
    alone = {"ann": spans((0, 9, "name")), "cas": spans((0, 4, "place"))}
    votes = [{who: Vote("r", who, value) for who, value in each.items()} for each in (said, alone)]
    boundaries.learn((each, None) for each in votes)
    assert boundaries.weight_["ann"] == boundaries.weight_["ben"] > boundaries.weight_["cas"]


def test_whoever_was_never_compared_counts_as_all_do_and_so_does_everybody_in_an_old_snapshot() -> (
    None
):
    boundaries = Boundaries(QUESTION)
    boundaries.restore({"borne_out": {}})
    assert boundaries.weight("ann") == 1
    boundaries.learn([])
    assert boundaries.state() == {"boundaries": {}}
