"""The current facts: the latest of each kind."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source, Vote
from argilla_distill.workers.engine.contract.question import Span
from argilla_distill.workers.engine.errors import NotCurrent

FACTS: list[Fact] = [
    Vote("r", "ann", 3),
    Adjudication("r", 4),
    Content("r", "a text"),
    Source("ann", "model"),
]
votes = st.builds(Vote, st.sampled_from("rst"), st.sampled_from(["ann", "ben"]), st.integers(1, 3))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_what_is_learned_can_be_reverted_once(fact: Fact) -> None:
    facts = CurrentFacts([fact])
    facts.require(fact)
    facts.revert(fact)
    with pytest.raises(NotCurrent, match="there is none"):
        facts.revert(fact)
    assert facts.state() == CurrentFacts().state()


def test_of_each_kind_the_last_fact_is_current_and_only_it_can_be_reverted() -> None:
    later: list[Fact] = [
        Vote("r", "ann", 5),
        Adjudication("r", 1),
        Content("r", "another"),
        Source("ann", "template"),
    ]
    facts = CurrentFacts([*FACTS, *later])
    assert len(facts) == 1
    assert facts.of("r") == [later[0]]
    assert (facts.adjudications, facts.contents) == ({"r": 1}, {"r": "another"})
    assert facts.sources == {"ann": "template"}
    for earlier in FACTS:
        with pytest.raises(NotCurrent, match="the current value is"):
            facts.revert(earlier)
    for fact in later:
        facts.revert(fact)
    assert facts.heard() == []


def test_votes_are_found_by_record_and_by_annotator() -> None:
    facts = CurrentFacts([Vote("r", "ben", 1), Vote("r", "ann", 2), Vote("s", "ann", 3)])
    facts.learn(Adjudication("t", 3))
    assert [vote.annotator for vote in facts.of("r")] == ["ann", "ben"]
    assert list(facts.records["ann"]) == ["r", "s"]
    assert facts.heard() == ["r", "s", "t"]
    facts.revert(Vote("s", "ann", 3))
    assert (list(facts.votes), list(facts.records["ann"])) == (["r"], ["r"])


def test_a_value_that_counts_as_false_is_a_fact_as_well() -> None:
    facts = CurrentFacts([Vote("r", "ann", 0), Adjudication("r", 0)])
    facts.revert(Adjudication("r", 0))
    facts.revert(Vote("r", "ann", 0))
    assert len(facts) == 0


@given(st.lists(votes, max_size=20))
def test_it_holds_what_a_dictionary_would(history: list[Vote]) -> None:
    facts = CurrentFacts()
    expected: dict[tuple[str, str], Vote] = {}
    for vote in history:
        if expected.get((vote.record, vote.annotator)) == vote:
            facts.revert(expected.pop((vote.record, vote.annotator)))
        else:
            facts.learn(vote)
            expected[vote.record, vote.annotator] = vote
    assert len(facts) == len(expected)
    found = {(v.record, v.annotator): v for record in "rst" for v in facts.of(record)}
    assert found == expected


def test_state_survives_json_with_values_of_every_type() -> None:
    given = [*FACTS, Vote("s", "ann", ("a", "b"), 0.5), Vote("t", "ann", (("b",), ("a", "c")))]
    current = CurrentFacts(given)
    again = CurrentFacts.of_state(json.loads(json.dumps(current.state())))
    assert (again.votes, again.records) == (current.votes, current.records)
    assert again.state() == current.state()
    spans = CurrentFacts([Vote("r", "ann", (Span(0, 4, "name"),)), Adjudication("r", ())])
    again = CurrentFacts.of_state(json.loads(json.dumps(spans.state())), spans=True)
    assert again.of("r")[0].value[0].label == "name"
    assert again.adjudications == {"r": ()}
