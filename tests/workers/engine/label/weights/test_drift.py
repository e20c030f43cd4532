"""Which records a change of weights concerns, and that they are told once."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.label.votes.votes import Votes
from argilla_distill.workers.engine.label.weights.drift import Drift


def votes() -> Votes:
    """Ann says a of r0 and b of r1; ben says b of r1 and of r2."""
    said = [("r0", "ann", "a"), ("r1", "ann", "b"), ("r1", "ben", "b"), ("r2", "ben", "b")]
    return Votes.of(("a", "b"), [Vote(*each) for each in said])


def test_only_records_where_the_drifted_label_was_given_are_concerned() -> None:
    drift, now = Drift(np.zeros((4, 2)), {0, 1}), np.zeros((4, 2))
    now[3, 1] = 0.4  # ben's b
    assert drift.settle(now, votes(), 0.3).tolist() == [1, 2]
    assert drift.settle(now, votes(), 0.3).tolist() == []


def test_small_steps_add_up_until_they_concern_somebody() -> None:
    drift, now = Drift(np.zeros((4, 2)), {0}), np.zeros((4, 2))
    told = []
    for step in range(1, 7):
        now[0, 0] = 0.1 * step
        told.append(drift.settle(now, votes(), 0.25).tolist())
    assert told == [[], [], [0], [], [], [0]]


def test_what_all_labels_gain_alike_concerns_nobody() -> None:
    drift = Drift(np.zeros((4, 2)), {0, 1})
    assert drift.settle(np.full((4, 2), 3.0), votes(), 0.1).tolist() == []


def test_only_annotators_who_may_have_changed_are_looked_at() -> None:
    drift, now = Drift(np.zeros((4, 2)), {0}), np.zeros((4, 2))
    now[3, 1] = 1.0
    assert drift.settle(now, votes(), 0.1).tolist() == []


def test_an_annotator_who_came_later_has_settled() -> None:
    drift = Drift(np.zeros((2, 2)), {0, 1})
    now = np.zeros((4, 2))
    now[3, 1] = 1.0
    drift.make_room(now)
    assert drift.settle(now, votes(), 0.1).tolist() == []
