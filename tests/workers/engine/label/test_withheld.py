"""Adjudications are withheld from those who are asked what they make of the records."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.label import withheld as room
from argilla_distill.workers.engine.label.learned import Learned
from argilla_distill.workers.engine.label.weights.left_out import left_out
from argilla_distill.workers.engine.label.withheld import Unaware, withheld

REVIEWED = 24


def votes() -> list[Vote]:
    """Few votes of each annotator, so that an adjudication says much of their other records."""
    rng = np.random.default_rng(3)
    true = rng.integers(0, 2, 60)
    said = np.where(rng.random((60, 3)) < 0.65, true[:, None], 1 - true[:, None])
    return [
        Vote(f"r{i:02d}", f"ann{(i * 3 + j) % 20}", "ab"[said[i, j]])
        for i in range(60)
        for j in range(3)
    ]


def taught(flipped: int | None = None) -> Learned:
    reviews = [
        Adjudication(f"r{i:02d}", "ab"[(i % 3 == 0) != (i == flipped)]) for i in range(REVIEWED)
    ]
    return Learned(label_question("a", "b")).fit([*votes(), *reviews])


def rows_of(model: Learned) -> np.ndarray:
    found = [model.votes_.find_row(f"r{i:02d}") for i in range(REVIEWED)]
    return np.array([row for row in found if row is not None], np.intp)


def evidence(model: Learned, asked: list[Unaware], place: int) -> np.ndarray:
    """What is made of one of the records by who is asked about it, shape (n_labels,)."""
    [one] = [each for each in asked if place in each.places]
    [left] = left_out(one.weigher, rows_of(model)[[place]], one.second)
    return np.asarray(one.log_prior + left.weights.sum(axis=0))


def asked_of(model: Learned) -> list[Unaware]:
    return list(withheld(model.model.votes, model.model.weigher, rows_of(model)))


def test_what_a_record_was_adjudicated_as_is_never_heard_in_what_is_made_of_it() -> None:
    one, other = taught(), taught(flipped=5)
    echo = [
        Unaware(np.arange(REVIEWED), m.model.weigher, m.model.votes.second, m.model.votes.log_prior)
        for m in (one, other)
    ]
    assert np.array_equal(evidence(one, asked_of(one), 5), evidence(other, asked_of(other), 5))
    still = [evidence(m, [each], 5) for m, each in zip((one, other), echo, strict=True)]
    assert np.abs(still[0] - still[1]).max() > 0.01  # to leave the record out is not enough


def test_adjudications_of_the_other_folds_are_heard() -> None:
    """A record's own fold hears nothing of it; nearly all of the others do."""
    one, other = taught(), taught(flipped=5)
    asked = [asked_of(model) for model in (one, other)]
    heard = [
        np.abs(evidence(one, asked[0], place) - evidence(other, asked[1], place)).max() > 1e-6
        for place in range(REVIEWED)
    ]
    [own] = [each.places for each in asked[0] if 5 in each.places]
    assert not any(heard[place] for place in own)
    assert sum(heard) > REVIEWED / 2


def test_every_record_is_asked_about_once_and_the_model_stays_as_it_was() -> None:
    model = taught()
    before = {name: np.copy(value) for name, value in model.state().items() if name != "training"}
    places = np.concatenate([each.places for each in asked_of(model)])
    assert sorted(places.tolist()) == list(range(REVIEWED))
    after = model.state()
    assert all(np.array_equal(value, after[name]) for name, value in before.items())


def test_a_model_of_many_votes_is_asked_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    model = taught()
    monkeypatch.setattr(room, "MOST", 100)
    [asked] = asked_of(model)
    assert asked.weigher is model.model.weigher
    assert asked.places.tolist() == list(range(REVIEWED))
