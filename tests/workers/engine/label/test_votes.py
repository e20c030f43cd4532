"""The standing votes: against a plain dictionary, over random histories."""

from __future__ import annotations

import sys
from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.errors import EngineError, UnknownLabel
from argilla_distill.workers.engine.label.votes.vote_matrix import blocks, counted, majority
from argilla_distill.workers.engine.label.votes.votes import Votes

LABELS = ("a", "b", "c")
votes_of = st.builds(
    Vote,
    st.sampled_from([f"r{i}" for i in range(7)]),
    st.sampled_from([f"ann{j}" for j in range(5)]),
    st.sampled_from(LABELS),
    weight=st.sampled_from([1.0, 0.5, 0.125]),
)


def assert_consistent(votes: Votes, expected: dict[tuple[str, str], str]) -> None:
    assert {(r, a): label for r, a, label, *_ in votes} == expected
    assert len(votes) == len(expected)
    record, annotator, label = votes.columns()
    rows = np.arange(len(votes.records))
    where, slots = votes.of_records(rows)
    assert sorted(slots) == list(range(len(votes)))
    np.testing.assert_array_equal(record[slots], rows[where])
    np.testing.assert_array_equal(votes.degree, np.bincount(record, minlength=len(rows)))
    for j in range(len(votes.annotators)):
        assert sorted(votes.of_annotator(j)) == np.flatnonzero(annotator == j).tolist()
        assert votes.n_votes_of(j) == len(votes.of_annotator(j))
    dense = np.zeros((len(rows), len(votes.annotators) * len(LABELS)))
    dense[record, annotator * len(LABELS) + label] = 1
    for size in (2, 50_000):
        parts = blocks(votes, size=size)
        found = np.concatenate([block.votes.toarray() for block in parts])
        np.testing.assert_array_equal(found, dense)
        shares = (
            dense.reshape(len(rows), len(votes.annotators), len(LABELS)).sum(axis=1) + 1 / 3
        ) / (dense.sum(axis=1, keepdims=True) + 1)
        np.testing.assert_allclose(majority(parts, len(rows), len(LABELS)), shares)
        np.testing.assert_allclose(counted(parts, shares), dense.T @ shares)


@given(start=st.lists(votes_of, max_size=30), steps=st.lists(st.tuples(st.booleans(), votes_of)))
@settings(max_examples=60, deadline=None)
def test_any_history_leaves_what_a_dictionary_would_hold(
    start: list[Vote], steps: list[tuple[bool, Vote]]
) -> None:
    votes = Votes.of(LABELS, start)
    expected = {(vote.record, vote.annotator): vote.value for vote in start}
    assert_consistent(votes, expected)
    for puts, vote in steps:
        place = vote.record, vote.annotator
        assert votes.get(*place) == expected.get(place)
        if puts:
            assert votes.put(vote) == expected.get(place)
            expected[place] = vote.value
        else:
            assert votes.drop(*place) == expected.pop(place, None)
        assert votes.get(*place) == expected.get(place)
    assert_consistent(votes, expected)
    again = Votes.of_columns(LABELS, votes.records, votes.annotators, *votes.columns(), votes.sure)
    assert_consistent(again, expected)


@pytest.mark.parametrize("label", ["d", "", None, ["a"], 1])
def test_an_unknown_label_is_refused_by_name(label: object) -> None:
    votes = Votes(LABELS)
    with pytest.raises(UnknownLabel, match="this question has a, b, c") as caught:
        votes.put(Vote("r", "ann", label))
    assert isinstance(caught.value, EngineError)
    assert isinstance(caught.value, ValueError)
    assert votes.records == []
    with pytest.raises(UnknownLabel):
        Votes.of(LABELS, [Vote("r", "ann", label)])


def test_a_vote_that_is_not_there_cannot_be_dropped() -> None:
    votes = Votes.of(LABELS, [Vote("r", "ann", "a")])
    assert votes.drop("r", "ben") is None
    assert votes.drop("s", "ann") is None
    assert len(votes) == 1


def test_a_dropped_slot_is_used_again() -> None:
    votes = Votes.of(LABELS, [Vote(f"r{i}", "ann", "a") for i in range(100)])
    room = votes.columns()[0].base
    for i in range(100):
        votes.drop(f"r{i}", "ann")
        votes.put(Vote(f"r{i}", "ben", "b"))
    assert votes.columns()[0].base is room


def test_a_vote_costs_some_bytes_only() -> None:
    n = 20_000
    votes = Votes(LABELS)
    for i in range(n):
        votes.put(Vote(f"r{i // 5}", f"ann{i % 5}", "a"))
    fixed = sum(each.nbytes for each in vars(votes).values() if isinstance(each, np.ndarray))
    lists = (each for each in vars(votes).values() if isinstance(each, list))
    growing = (each for part in lists for each in part if isinstance(each, array))
    size = fixed + sum(map(sys.getsizeof, growing))
    assert size / n < 40
