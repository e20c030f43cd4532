"""What records say is known to the models as surely as their votes, whatever happens to a worker."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.use_cases.distilling import distil as distilling
from argilla_distill.workers.use_cases.distilling.refit import refit
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, D, Row
from tests.workers.conftest import Build
from tests.workers.service_in_memory import Town
from tests.workers.use_cases.test_backlog import asked

WORDS = {"yes": ["good", "kind", "patient", "warm"], "no": ["rude", "cold", "hasty", "late"]}


class Killed(BaseException):
    """The end of a process."""


def add(town: Town, name: str, n: int, seed: int = 1) -> list[str]:
    """So many records whose words tell their label, each answered by two people."""
    draw, ids = random.Random(seed), [f"{name}{i}" for i in range(n)]
    for record in ids:
        label = draw.choice(["yes", "no"])
        said = " ".join(draw.choice(WORDS[label]) for _ in range(6))
        town.argilla.rows[D][record] = Row(fields={"text": f"{said} {record}"})
        for who in draw.sample(["ann", "ben", "cas", "dan", "eve"], 2):
            other = "no" if label == "yes" else "yes"
            town.answer(who, record, helpful=label if draw.random() < 0.7 else other)
    return ids


@pytest.fixture
def town(build: Build) -> Town:
    town = build(strategy="learned")
    town.argilla.sets[D] = replace(CHAT, questions=(HELPFUL, NOTE))
    town.argilla.rows[D].clear()
    return town


def kept(town: Town) -> set[str]:
    """The records whose texts the saved model holds."""
    dataset = town.argilla.dataset(D)
    models = Models.load(town.store, dataset, town.world.plan(dataset.full_name))
    strategy: Any = models.by_question["helpful"].strategy
    return {strategy.votes_.records[row] for row in strategy.texts_.words}


def killed_before_it_saves(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(work: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(distilling._Work, "_idle", dies)
        with pytest.raises(Killed):
            town.distil()
    assert town.store.dirty.sizes(D)[0] == 0  # nothing tells that these were not finished


def test_a_worker_killed_between_a_batch_and_the_snapshot_loses_no_text(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add(town, "t", 80)
    killed_before_it_saves(town, monkeypatch)
    town.settle()
    assert kept(town) == set(ids)
    assert town.store.texts.unsaved(D) == []
    assert town.values() == town.fresh().values()


def test_a_model_saved_by_somebody_who_read_nothing_does_not_hide_them(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add(town, "t", 80)
    killed_before_it_saves(town, monkeypatch)
    refit(town.world, D)
    town.settle()
    assert kept(town) == set(ids)


def test_texts_learned_since_a_snapshot_that_is_too_dear_to_write_at_once_are_read_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "unsaved", lambda models: [])
    first = add(town, "t", 4)
    town.settle()
    assert kept(town) == set()
    assert set(town.store.texts.unsaved(D)) == set(first)
    looks = asked(town)
    more = add(town, "u", 2)
    town.settle()
    assert sorted(looks[0]) == sorted(first)
    monkeypatch.setattr(distilling, "MAX_TEXTS", 3)
    town.mark(more[0])
    town.settle()
    assert kept(town) == {*first, *more}
    assert town.store.texts.unsaved(D) == []


def test_a_model_fitted_anew_reads_all_texts_again(town: Town) -> None:
    """As after an upgrade whose snapshots are of another format."""
    ids = add(town, "t", 60)
    town.settle()
    town.store.redis.delete(f"{town.store.datasets._keys.prefix}:{D}:model")
    town.mark(ids[0])
    town.settle()
    assert kept(town) == set(ids)
    assert town.values() == town.fresh().values()


def test_what_is_read_anyway_is_not_read_twice(town: Town) -> None:
    ids = add(town, "t", 60)
    looks = asked(town)
    town.distil()
    assert sorted(looks[0]) == sorted(ids)
    assert len([i for i in ids if i in looks[0]]) == len(ids)
