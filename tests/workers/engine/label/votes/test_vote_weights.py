"""How much each vote counts: kept by slot, whatever votes come, go and change place."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.label.votes.votes import Votes


def by_voter(votes: Votes) -> dict[tuple[str, str], float]:
    """Record and annotator → the vote's weight."""
    record, annotator, _ = votes.columns()
    weight = np.ones(len(votes)) if votes.weight is None else votes.weight
    return {
        (votes.records[i], votes.annotators[j]): float(w)
        for i, j, w in zip(record, annotator, weight, strict=True)
    }


def test_nothing_is_held_while_all_votes_count_wholly() -> None:
    votes = Votes(("a", "b"))
    votes.put(Vote("r1", "ann", "a"))
    assert votes.weight is None
    assert votes.weights.times(None, np.array([0])) is None


def test_a_weight_stays_with_its_vote_when_another_is_dropped_and_columns_grow() -> None:
    votes = Votes(("a", "b"))
    said = [Vote(f"r{n}", "ann", "a", weight=1.0 if n % 3 else 0.5) for n in range(40)]
    for vote in said:
        votes.put(vote)
    for n in range(0, 40, 4):
        votes.drop(f"r{n}", "ann")
    left = {(vote.record, "ann"): vote.weight for n, vote in enumerate(said) if n % 4}
    assert by_voter(votes) == left


def test_a_vote_that_is_given_again_counts_by_its_new_weight() -> None:
    votes = Votes(("a", "b"))
    votes.put(Vote("r1", "ann", "a", weight=0.25))
    votes.put(Vote("r1", "ann", "b"))
    assert by_voter(votes) == {("r1", "ann"): 1.0}


def test_what_votes_are_worth_is_multiplied_by_their_weights() -> None:
    votes = Votes.of(("a", "b"), [Vote("r1", "ann", "a"), Vote("r1", "ben", "b", weight=0.5)])
    worth = votes.weights.times(np.array([0.8, 0.8]), np.array([1, 0]))
    assert worth is not None
    assert worth.tolist() == [0.4, 0.8]
