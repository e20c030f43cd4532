"""Models that a process keeps: never wrong, used again only while nothing but the history is new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.plugin.store.work import model_copies
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.use_cases.distilling.distil import distil
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import Build, ServiceInMemory

MUCH = 10**9


def work(service: ServiceInMemory, kept: KeptModels) -> None:
    """One job, in the process that keeps these."""
    assert distil(replace(service.world, kept=kept), D).status == "done"


def taken(service: ServiceInMemory, kept: KeptModels) -> Models | None:
    """What the process would go on with; it is put back."""
    found = looked_at(service, kept)
    return None if found is None else found[0]


def looked_at(service: ServiceInMemory, kept: KeptModels) -> tuple[Models, list[str]] | None:
    """The same, and the records that it would look at since others have decided them."""
    dataset = service.world.gateway.dataset(D)
    people = service.store.datasets.annotators(D)
    found = kept.take(service.store, dataset, service.world.plan(dataset.full_name), people)
    if found is not None:
        kept.put(found[0])
    return found


def test_a_process_goes_on_with_what_it_kept(service: ServiceInMemory) -> None:
    kept = KeptModels(MUCH)
    service.answer("ann", "r1", helpful="yes")
    work(service, kept)
    first = taken(service, kept)
    service.answer("ben", "r1", helpful="no")
    work(service, kept)
    assert first is not None
    assert taken(service, kept) is first
    assert first.by_question["helpful"].strategy.n_votes == 2


def test_what_it_decided_itself_it_need_not_look_at_again(service: ServiceInMemory) -> None:
    kept = KeptModels(MUCH)
    for record in ("r1", "r2", "r3"):
        service.answer("ann", record, helpful="yes")
        work(service, kept)
        found = looked_at(service, kept)
        assert found is not None
        assert found[1] == []


def test_it_is_not_used_after_another_process_saved_the_models(service: ServiceInMemory) -> None:
    kept, other = KeptModels(MUCH), KeptModels(MUCH)
    service.answer("ann", "r1", helpful="yes")
    work(service, kept)
    service.answer("ben", "r2", helpful="no")
    work(service, other)
    assert taken(service, kept) is None
    assert taken(service, other) is not None


def never_worth_it(service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no process saves what it learned, as after few answers in a large dataset."""
    monkeypatch.setattr(Models, "unsaved", lambda models: [])


def test_it_reads_what_others_learned_and_looks_at_what_they_decided(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = build(publish="always")
    kept, other = KeptModels(MUCH), KeptModels(MUCH)
    service.answer("ann", "r1", helpful="yes")
    work(service, kept)
    never_worth_it(service, monkeypatch)
    service.answer("ben", "r1", helpful="no")
    service.answer("ben", "r2", helpful="no")
    work(service, other)
    found = looked_at(service, kept)
    assert found is not None
    models, decided = found
    assert models.by_question["helpful"].strategy.n_votes == 3
    assert sorted(decided) == ["r1", "r2"]
    assert looked_at(service, kept) == (models, [])


def test_it_is_not_used_where_redis_lost_what_it_has_learned(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that was taken back meanwhile stayed a vote for good, for no entry speaks of it."""
    kept, other, redis = KeptModels(MUCH), KeptModels(MUCH), service.store.redis
    service.answer("ann", "r1", helpful="yes")
    work(service, kept)
    never_worth_it(service, monkeypatch)
    before = {key: redis.dump(key) for key in redis.keys(f"{service.store.keys.prefix}:*")}
    service.answer("ben", "r1", helpful="no")
    work(service, kept)
    for key in redis.keys(f"{service.store.keys.prefix}:*"):
        redis.delete(key)
    for key, value in before.items():
        redis.restore(key, 0, value)
    service.argilla.retract("ben", "r1")
    service.mark("r1", "r2")
    work(service, other)
    service.answer("cas", "r2", helpful="no")
    work(service, kept)
    models = taken(service, kept)
    assert models is not None
    assert models.by_question["helpful"].strategy.n_votes == 2


def test_what_a_run_took_for_true_is_asked_anew(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = build(strategy="learned", publish="always")
    kept = KeptModels(MUCH)
    service.answer("ann", "r1", helpful="yes")
    work(service, kept)
    models = taken(service, kept)
    assert models is not None
    before = models.by_question["helpful"].review_values
    assert models.by_question["helpful"].review_values is before
    never_worth_it(service, monkeypatch)
    for process, text in ((kept, "one"), (KeptModels(), "two")):  # reads it, and saves nothing
        service.argilla.rows[D]["r1"].fields = {"text": text}
        service.mark("r1")
        work(service, process)
        assert "r1" in models.unsaved_texts
    assert taken(service, kept) is models
    assert "r1" not in models.unsaved_texts  # it is read again
    assert models.by_question["helpful"].review_values is not before


def test_it_is_not_used_where_more_was_decided_than_is_remembered(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptModels(MUCH)
    service.answer("ann", "r1", helpful="yes")
    work(service, kept)
    never_worth_it(service, monkeypatch)
    monkeypatch.setattr(model_copies, "REMEMBERED", 1)
    for record in ("r1", "r2", "r3"):
        service.answer("ben", record, helpful="no")
    work(service, KeptModels())
    assert taken(service, kept) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.store.redis.delete(s.store.keys.of(D, "saved")),  # forgotten, or another Redis
        lambda s: s.store.redis.decr(
            s.store.keys.of(D, "decided_ever")
        ),  # Redis lost its last words
        lambda s: s.store.datasets.write_annotators(
            s.store.redis, D, {0: KnownAnnotator("u-ann", "ann", "reviewer")}
        ),
    ],
    ids=["not saved", "went back", "became a reviewer"],
)
def test_it_is_not_used_where_it_may_know_too_much_or_another_thing(
    service: ServiceInMemory, change: Callable[[ServiceInMemory], object]
) -> None:
    kept = KeptModels(MUCH)
    service.answer("ann", "r1", helpful="yes")
    work(service, kept)
    change(service)
    assert taken(service, kept) is None


def test_other_settings_need_other_models(service: ServiceInMemory) -> None:
    kept = KeptModels(MUCH)
    service.answer("ann", "r1", helpful="yes")
    work(service, kept)
    dataset = service.world.gateway.dataset(D)
    plan = service.world.plan(dataset.full_name).model_copy(update={"strategy": "learned"})
    people = service.store.datasets.annotators(D)
    assert kept.take(service.store, dataset, plan, people) is None


def test_nothing_is_kept_beyond_the_limit_or_of_a_run_that_failed(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: object) -> None:
        raise ArgillaUnavailable("away")

    none, kept = KeptModels(), KeptModels(MUCH)
    service.answer("ann", "r1", helpful="yes")
    work(service, none)
    assert taken(service, none) is None
    work(service, kept)
    service.answer("ben", "r1", helpful="no")
    with monkeypatch.context() as patched:
        patched.setattr(service.argilla, "records", away)
        assert distil(replace(service.world, kept=kept), D).status == "failed"
    assert taken(service, kept) is None
