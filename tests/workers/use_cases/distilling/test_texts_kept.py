"""What records say is known to the models as surely as their votes, whatever happens to a worker."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.workers.engine.label.texts import texts
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.models.kept_texts import KeptTexts
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.use_cases.distilling import saving, time_slice
from argilla_distill.workers.use_cases.distilling.fitting.refit import refit
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, D, Row
from tests.workers.interruptions import Killed, killed
from tests.workers.recorded_calls import asked
from tests.workers.service_in_memory import Build, ServiceInMemory

WORDS = {"yes": ["good", "kind", "patient", "warm"], "no": ["rude", "cold", "hasty", "late"]}


def add(service: ServiceInMemory, name: str, n: int, seed: int = 1) -> list[str]:
    """So many records whose words tell their label, each answered by two people."""
    draw, ids = random.Random(seed), [f"{name}{i}" for i in range(n)]
    for record in ids:
        label = draw.choice(["yes", "no"])
        said = " ".join(draw.choice(WORDS[label]) for _ in range(6))
        service.argilla.rows[D][record] = Row(fields={"text": f"{said} {record}"})
        for who in draw.sample(["ann", "ben", "cas", "dan", "eve"], 2):
            other = "no" if label == "yes" else "yes"
            service.answer(who, record, helpful=label if draw.random() < 0.7 else other)
    return ids


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    service = build(strategy="learned")
    service.argilla.sets[D] = replace(CHAT, questions=(HELPFUL, NOTE))
    service.argilla.rows[D].clear()
    return service


def kept(service: ServiceInMemory) -> set[str]:
    """The records whose texts the saved model holds."""
    dataset = service.argilla.dataset(D)
    models = Models.load(service.store, dataset, service.world.plan(dataset.full_name))
    strategy: Any = models.by_question["helpful"].strategy
    return {strategy.votes_.records[row] for row in strategy.model.text.rows()}


def killed_before_it_saves(service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(time_slice.TimeSlice, "_idle", killed)
        with pytest.raises(Killed):
            service.distil()
    assert service.store.dirty.sizes(D)[0] == 0  # nothing tells that these were not finished


def test_a_worker_killed_between_a_batch_and_the_snapshot_loses_no_text(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add(service, "t", 80)
    killed_before_it_saves(service, monkeypatch)
    service.settle()
    assert kept(service) == set(ids)
    assert service.store.texts.unsaved(D) == []
    assert service.values() == service.fresh().values()


def test_a_model_saved_by_somebody_who_read_nothing_does_not_hide_them(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add(service, "t", 80)
    killed_before_it_saves(service, monkeypatch)
    refit(service.world, D)
    service.settle()
    assert kept(service) == set(ids)


def test_texts_learned_since_a_snapshot_that_is_too_dear_to_write_at_once_are_read_again(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Models, "unsaved", lambda models: [])
    first = add(service, "t", 4)
    service.settle()
    assert kept(service) == set()
    assert set(service.store.texts.unsaved(D)) == set(first)
    looks = asked(service)
    more = add(service, "u", 2)
    service.settle()
    assert sorted(looks[0]) == sorted(first)
    monkeypatch.setattr(saving, "MAX_TEXTS", 3)
    service.mark(more[0])
    service.settle()
    assert kept(service) == {*first, *more}
    assert service.store.texts.unsaved(D) == []


def test_a_model_fitted_anew_reads_all_texts_again(service: ServiceInMemory) -> None:
    """As after an upgrade whose snapshots are of another format, which starts the workers anew."""
    ids = add(service, "t", 60)
    service.settle()
    service.store.redis.delete(f"{service.store.keys.prefix}:{D}:model")
    service.turns = itertools.repeat(KeptModels())  # keeps nothing
    service.mark(ids[0])
    service.settle()
    assert kept(service) == set(ids)
    assert service.values() == service.fresh().values()


def test_what_is_read_anyway_is_not_read_twice(service: ServiceInMemory) -> None:
    ids = add(service, "t", 60)
    looks = asked(service)
    service.distil()
    assert sorted([*looks[0], *looks[1]]) == sorted(ids)  # in two batches


def saved(service: ServiceInMemory) -> str:
    """The mark of the models as they are saved."""
    return service.store.model_copies.saved(D)


def test_a_job_without_news_saves_no_models(service: ServiceInMemory) -> None:
    """It used to save them whenever it read a record, whose text it knew."""
    ids = add(service, "t", 4)
    service.settle()
    before = saved(service)
    service.mark(ids[0])
    service.settle()
    assert saved(service) == before
    assert service.store.texts.unsaved(D) == []
    service.argilla.rows[D][ids[0]].fields = {"text": "rude and cold"}
    service.mark(ids[0])
    service.settle()
    assert saved(service) != before


def test_texts_of_which_no_strategy_makes_anything_are_not_noted(build: Build) -> None:
    service = build(strategy="majority")
    service.answer("ann", "r1", helpful="yes")
    service.store.texts.note(D, ["r1", "r2"])  # as an earlier release did
    service.settle()
    assert service.store.texts.unsaved(D) == []


def test_words_are_kept_apart_from_the_snapshot_and_a_fit_reads_them_again(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "SET_APART", 20)
    ids = add(service, "t", 60)
    service.settle()
    info = service.store.models.all(D)["helpful"]
    assert info.text_blocks
    before = service.store.text_blocks.others(D, "helpful", "")
    service.turns = itertools.repeat(KeptModels())  # every job loads the models
    refit(service.world, D)
    more = add(service, "u", 5, seed=2)
    service.settle()
    assert kept(service) == {*ids, *more}
    assert set(before) <= set(service.store.text_blocks.others(D, "helpful", ""))
    assert service.values() == service.fresh().values()


def test_a_model_whose_words_are_lost_is_folded_anew_and_reads_all_texts_again(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "SET_APART", 20)
    ids = add(service, "t", 60)
    service.settle()
    service.store.redis.delete(service.store.keys.of(D, "text_blocks"))
    service.turns = itertools.repeat(KeptModels())
    service.mark(ids[0])
    service.settle()
    assert kept(service) == set(ids)
    assert service.store.models.all(D)["helpful"].text_blocks
    assert service.values() == service.fresh().values()


def test_a_worker_killed_while_it_saves_leaves_the_words_of_the_snapshot_before(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "SET_APART", 20)
    ids = add(service, "t", 60)
    service.settle()
    more = add(service, "u", 30, seed=3)

    def dies(model: Model) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Model, "info", dies)  # in the middle of the transaction
        with pytest.raises(Killed):
            service.distil()
    service.turns = itertools.repeat(KeptModels())
    service.settle()
    assert kept(service) == {*ids, *more}
    assert service.values() == service.fresh().values()


def test_what_redis_keeps_of_words_does_not_grow_with_edits(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "SET_APART", 4)
    monkeypatch.setattr(texts, "BLOCK", 8)
    store, said, most = service.store, texts.Texts(), 0
    blocks = said.blocks = KeptTexts(store, D, "helpful")
    for edit in range(30):
        said.put(range(12), [f"record {row} in its edition {edit}" for row in range(12)])
        said.set_apart()
        said.compact()
        with store.redis.pipeline() as pipe:
            blocks.write(pipe)
            pipe.execute()
        blocks.written()
        most = max(most, len(store.text_blocks.others(D, "helpful", "")))
    assert most <= 8
    again = texts.Texts.from_state(said.state())
    again.blocks = KeptTexts(store, D, "helpful", blocks.series, blocks.n)
    assert again.blocks.complete()
    found = [row for rows, _ in again.counts(again.rows()) for row in rows.tolist()]
    assert sorted(found) == list(range(12))
