"""The facts that stand."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.workers.engine.contract.current_facts import Standing
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source, Vote
from argilla_distill.workers.engine.contract.question import Span
from argilla_distill.workers.engine.errors import NotStanding

FACTS: list[Fact] = [
    Vote("r", "ann", 3),
    Adjudication("r", 4),
    Content("r", "a text"),
    Source("ann", "model"),
]
votes = st.builds(Vote, st.sampled_from("rst"), st.sampled_from(["ann", "ben"]), st.integers(1, 3))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_what_is_learned_can_be_reverted_once(fact: Fact) -> None:
    standing = Standing([fact])
    standing.must_stand(fact)
    standing.revert(fact)
    with pytest.raises(NotStanding, match="nothing stands there"):
        standing.revert(fact)
    assert standing.state() == Standing().state()


def test_of_each_kind_the_last_fact_stands_and_only_it_can_be_reverted() -> None:
    later: list[Fact] = [
        Vote("r", "ann", 5),
        Adjudication("r", 1),
        Content("r", "another"),
        Source("ann", "template"),
    ]
    standing = Standing([*FACTS, *later])
    assert len(standing) == 1
    assert standing.of("r") == [later[0]]
    assert (standing.adjudications, standing.contents) == ({"r": 1}, {"r": "another"})
    assert standing.sources == {"ann": "template"}
    for earlier in FACTS:
        with pytest.raises(NotStanding, match="stands there"):
            standing.revert(earlier)
    for fact in later:
        standing.revert(fact)
    assert standing.heard() == []


def test_votes_are_found_by_record_and_by_annotator() -> None:
    standing = Standing([Vote("r", "ben", 1), Vote("r", "ann", 2), Vote("s", "ann", 3)])
    standing.learn(Adjudication("t", 3))
    assert [vote.annotator for vote in standing.of("r")] == ["ann", "ben"]
    assert list(standing.records["ann"]) == ["r", "s"]
    assert standing.heard() == ["r", "s", "t"]
    standing.revert(Vote("s", "ann", 3))
    assert (list(standing.votes), list(standing.records["ann"])) == (["r"], ["r"])


def test_a_value_that_counts_as_false_stands_as_well() -> None:
    standing = Standing([Vote("r", "ann", 0), Adjudication("r", 0)])
    standing.revert(Adjudication("r", 0))
    standing.revert(Vote("r", "ann", 0))
    assert len(standing) == 0


@given(st.lists(votes, max_size=20))
def test_it_holds_what_a_dictionary_would(history: list[Vote]) -> None:
    standing = Standing()
    expected: dict[tuple[str, str], Vote] = {}
    for vote in history:
        if expected.get((vote.record, vote.annotator)) == vote:
            standing.revert(expected.pop((vote.record, vote.annotator)))
        else:
            standing.learn(vote)
            expected[vote.record, vote.annotator] = vote
    assert len(standing) == len(expected)
    found = {(v.record, v.annotator): v for record in "rst" for v in standing.of(record)}
    assert found == expected


def test_state_survives_json_with_values_of_every_type() -> None:
    facts = [*FACTS, Vote("s", "ann", ("a", "b"), 0.5), Vote("t", "ann", (("b",), ("a", "c")))]
    standing = Standing(facts)
    again = Standing.of_state(json.loads(json.dumps(standing.state())))
    assert (again.votes, again.records) == (standing.votes, standing.records)
    assert again.state() == standing.state()
    spans = Standing([Vote("r", "ann", (Span(0, 4, "name"),)), Adjudication("r", ())])
    again = Standing.of_state(json.loads(json.dumps(spans.state())), spans=True)
    assert again.of("r")[0].value[0].label == "name"
    assert again.adjudications == {"r": ()}
