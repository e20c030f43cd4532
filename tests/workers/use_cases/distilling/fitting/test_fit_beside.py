"""Large models are fitted beside the workers: nobody waits, nothing is lost, and it comes to the same."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.plugin.dispatch import FIT
from argilla_distill.workers.models import dataset_models, question_model
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.use_cases.distilling.fitting import fit_beside
from argilla_distill.workers.use_cases.distilling.fitting.refit import refit
from argilla_distill.workers.use_cases.distilling.run import WAITS_FOR_FIT
from argilla_distill.workers.versions import aside
from argilla_distill.workers.versions.aside import MAX_DEATHS, beside
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, D, Row
from tests.workers.interruptions import Killed, killed
from tests.workers.queued_jobs import forget_jobs, jobs
from tests.workers.recorded_calls import asked
from tests.workers.service_in_memory import Build, ServiceInMemory

WORDS = {"yes": ["good", "kind", "patient", "warm"], "no": ["rude", "cold", "hasty", "late"]}
START = [f"s{i}" for i in range(20)]
PEOPLE = ["ann", "ben", "cas", "dan", "eve"]


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where processes leave word in these tests."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def service(build: Build, monkeypatch: pytest.MonkeyPatch) -> ServiceInMemory:
    """One with texts, whose models count as large from 60 votes on."""
    monkeypatch.setattr(question_model, "LARGE", 60)
    service = build(strategy="learned")
    service.argilla.sets[D] = replace(CHAT, questions=(HELPFUL, NOTE))
    service.argilla.rows[D].clear()
    add(service, "s", 20, seed=9)
    service.settle()
    return service


def fresh(service: ServiceInMemory) -> ServiceInMemory:
    """A fresh start on the same Argilla, fitted to all that it found."""
    other = service.fresh()
    fit_beside.fit(other.world, D, every=True)
    other.settle()
    return other


def add(service: ServiceInMemory, name: str, n: int, seed: int = 1) -> list[str]:
    """So many records whose words tell their label, each answered by two people."""
    draw, ids = random.Random(seed), [f"{name}{i}" for i in range(n)]
    for record in ids:
        label = draw.choice(["yes", "no"])
        said = " ".join(draw.choice(WORDS[label]) for _ in range(6))
        service.argilla.rows[D][record] = Row(fields={"text": f"{said} {record}"})
        for who in draw.sample(PEOPLE, 2):
            other = "no" if label == "yes" else "yes"
            service.answer(who, record, helpful=label if draw.random() < 0.7 else other)
    return ids


def loaded(service: ServiceInMemory) -> Model:
    """The model as it is saved, with what was said since."""
    dataset = service.argilla.dataset(D)
    models = Models.load(service.store, dataset, service.world.plan(dataset.full_name))
    return models.by_question["helpful"]


def known_texts(service: ServiceInMemory) -> set[str]:
    """The records whose texts the saved model holds."""
    strategy: Any = loaded(service).strategy
    return {strategy.votes_.records[row] for row in strategy.model.text.rows()}


def decided(service: ServiceInMemory) -> set[str]:
    """The records that have a label."""
    return {record for record, _ in service.values()}


def asked_for(service: ServiceInMemory) -> int:
    return jobs(service).count((FIT, D))


def during_the_fit(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen in the middle of the next fit."""
    fitted, done = Model.refit, list[str]()

    def refit(model: Model) -> None:
        fitted(model)
        if not done:
            done.append("once")
            happens()

    monkeypatch.setattr(Model, "refit", refit)


def test_a_fit_of_a_large_model_is_asked_for_once_and_never_made_by_a_run(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = list[int]()
    fitted = Model.refit

    def counted(model: Model) -> None:
        fits.append(model.strategy.n_votes)
        fitted(model)

    monkeypatch.setattr(Model, "refit", counted)
    for seed in (2, 3):
        add(service, f"u{seed}-", 40, seed)
        service.settle()
    assert not fits
    assert loaded(service).strategy.n_votes >= question_model.LARGE
    assert asked_for(service) == 1


def test_a_fit_comes_to_a_full_fit_of_the_facts_those_that_came_meanwhile_included(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = add(service, "t", 60)
    service.settle()
    before = loaded(service).fit
    late = list[str]()

    def meanwhile() -> None:
        late.extend(add(service, "u", 20, seed=2))
        service.argilla.rows[D][first[0]].fields = {"text": "rude and cold and late"}
        service.answer("fay", first[0], helpful="no")
        service.settle()
        assert service.decision(late[0]).fit == before  # by the fit before, and not after it

    during_the_fit(monkeypatch, meanwhile)
    assert fit_beside.fit(service.world, D).status == fit_beside.DONE
    service.settle()
    assert known_texts(service) == {*START, *first, *late}
    assert loaded(service).fit > before
    service.store.fits.forgive(D)
    fit_beside.fit(service.world, D, every=True)
    service.settle()
    other = fresh(service)
    assert service.values() == other.values()
    again, full = loaded(service).strategy, loaded(other).strategy
    for now, then in zip(again.decide(first), full.decide(first), strict=True):
        assert now.confidence == pytest.approx(then.confidence, abs=0.02)


def test_what_was_saved_meanwhile_by_others_is_not_lost(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts that a run has read and saved during the fit are in no history: they are read again."""
    ids = add(service, "t", 60)
    service.settle()
    monkeypatch.setattr(Models, "unsaved", lambda models: list(models.by_question.values()))
    more = list[str]()

    def meanwhile() -> None:
        more.extend(add(service, "u", 10, seed=2))
        service.settle()
        assert service.store.texts.unsaved(D) == []  # the run saved them

    during_the_fit(monkeypatch, meanwhile)
    assert fit_beside.fit(service.world, D).status == fit_beside.DONE
    assert set(service.store.texts.unsaved(D)) >= set(more)
    looks = asked(service)
    service.answer("fay", ids[0], helpful="no")
    service.settle()
    assert looks[0] == [ids[0]]  # whoever answers does not wait for them
    assert {*looks[1]} >= {*more}
    assert known_texts(service) == {*START, *ids, *more}


def test_of_two_workers_that_want_to_fit_one_does(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(service, "t", 60)
    service.settle()
    seen = list[str]()

    def other() -> None:
        seen.append(fit_beside.fit(service.world, D).status)

    during_the_fit(monkeypatch, other)
    assert fit_beside.fit(service.world, D, every=True).status == fit_beside.DONE
    assert seen == [fit_beside.UNDER_WAY]


def test_a_fit_that_seemed_dead_and_was_made_by_another_saves_nothing(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(service, "t", 60)
    service.settle()
    fit = loaded(service).fit

    def meanwhile() -> None:
        service.store.redis.delete(service.store.keys.of(D, "fitting"))  # no sign of life
        assert fit_beside.fit(service.world, D, every=True).status == fit_beside.DONE

    during_the_fit(monkeypatch, meanwhile)
    assert fit_beside.fit(service.world, D, every=True).status == fit_beside.OUT_OF_DATE
    assert loaded(service).fit == fit + 1


def test_a_fit_of_a_model_that_was_replaced_meanwhile_saves_nothing(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(service, "t", 60)
    service.settle()

    def meanwhile() -> None:
        service.store.redis.delete(service.store.keys.of(D, "model_info"))

    during_the_fit(monkeypatch, meanwhile)
    assert fit_beside.fit(service.world, D, every=True).status == fit_beside.OUT_OF_DATE
    assert service.store.models.all(D) == {}


def test_a_killed_process_is_begun_again_and_after_some_deaths_not_for_a_while(
    service: ServiceInMemory, folders: Path
) -> None:
    add(service, "t", 60)
    service.settle()
    pids = folders / "pids"

    def killed() -> None:
        with pids.open("a") as file:
            file.write(f"{os.getpid()}\n")
        os.kill(os.getpid(), signal.SIGKILL)

    status, end = "", time.monotonic() + 30
    while not status.startswith("failed"):
        status = fit_beside.turn(service.world, D, killed, beside)
        assert time.monotonic() < end
        time.sleep(0.01)
    assert len(pids.read_text().split()) == MAX_DEATHS
    assert not list(folders.glob("argilla-distill-fit-*"))
    assert not service.store.fits.claim(D)
    service.answer("gus", "t1", helpful="no")
    service.settle()
    assert "a fit failed" in service.store.datasets.info(D)["word"]
    forget_jobs(service)
    refit(service.world, D)  # on demand it is tried at once
    service.settle()
    assert service.store.datasets.info(D)["word"] == ""


def test_a_fit_that_never_ends_is_ended_by_the_kernel_and_told(
    service: ServiceInMemory, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is of processor time, here a second; nobody else ends it, as it does not even listen."""
    add(service, "t", 60)
    service.settle()
    before = service.store.models.of(D, "helpful")
    monkeypatch.setattr(fit_beside, "CPU_S", 1)
    monkeypatch.setattr(aside, "MAX_DEATHS", 1)
    monkeypatch.setattr(aside, "NICE", 0)  # the test is in a hurry

    def for_ever(self: Model) -> None:
        while True:
            pass

    def work() -> None:
        service.store.redis.connection_pool.reset()
        Model.refit = for_ever  # type: ignore[method-assign]  # in the child alone
        fit_beside.work(service.world, D)

    status, end = fit_beside.BEGUN, time.monotonic() + 60
    while status == fit_beside.BEGUN:
        status = fit_beside.turn(service.world, D, work, beside)
        assert time.monotonic() < end
        time.sleep(0.05)
    assert status == "failed: the process that makes it was killed 1 times"
    assert service.store.models.of(D, "helpful") == before
    assert not list(folders.glob("argilla-distill-fit-*"))


def test_a_process_killed_in_the_middle_leaves_the_models_as_they_were(
    service: ServiceInMemory, folders: Path
) -> None:
    add(service, "t", 60)
    service.settle()
    before = service.store.models.of(D, "helpful")

    def killed() -> None:
        service.store.redis.connection_pool.reset()
        Model.refit = lambda model: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign, assignment]  # in the child alone
        fit_beside.fit(service.world, D, every=True)

    assert fit_beside.turn(service.world, D, killed, beside) == fit_beside.BEGUN
    end = time.monotonic() + 30
    while not next(folders.glob("argilla-distill-fit-*/aside.deaths"), None) or (
        service.store.redis.get(service.store.keys.of(D, "fitting")) in (None, b"asked")
    ):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert service.store.models.of(D, "helpful") == before
    assert not service.store.fits.claim(D)  # until it is taken for dead
    service.store.redis.delete(service.store.keys.of(D, "fitting"))
    assert fit_beside.fit(service.world, D, every=True).status == fit_beside.DONE
    service.settle()
    assert service.values() == fresh(service).values()


def test_a_long_history_is_folded_beside_and_its_question_waits_for_that(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade whose snapshots are of another format, or with another strategy."""
    ids = add(service, "t", 60)
    service.settle()
    service.store.redis.delete(service.store.keys.of(D, "model"))
    monkeypatch.setattr(dataset_models, "LONG_HISTORY", 20)
    service.store.redis.set(service.store.keys.of(D, "saved"), "of another")
    before, new = service.values(), add(service, "u", 2, seed=5)
    service.settle()
    assert service.values() == before  # what was decided stays, what is new waits
    assert fit_beside.COMING in service.store.datasets.info(D)["word"]
    assert asked_for(service) == 1
    waiting = add(service, "v", 2, seed=6)
    assert fit_beside.fit(service.world, D).status == fit_beside.DONE
    assert not {*service.store.texts.unsaved(D)} & {*waiting}  # they are read anyway
    service.settle()
    assert known_texts(service) == {*START, *ids, *new, *waiting}
    assert service.values() == fresh(service).values()
    assert service.store.datasets.info(D)["word"] == ""


def test_what_is_to_be_refreshed_is_not_read_before_there_is_a_model(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after `connect`: no question has a model, and all records are stale."""
    ids = add(service, "t", 60)
    service.settle()
    service.store.redis.delete(service.store.keys.of(D, "model"))
    monkeypatch.setattr(dataset_models, "LONG_HISTORY", 20)
    service.store.redis.set(service.store.keys.of(D, "saved"), "of another")
    service.store.dirty.make_stale(D, ids)
    [new] = add(service, "u", 1, seed=5)
    outcome = service.distil()
    assert (outcome.status, outcome.records, outcome.waiting) == (WAITS_FOR_FIT, 1, False)
    assert asked_for(service) == 1
    assert service.store.dirty.sizes(D) == (0, len(ids), 0)
    assert fit_beside.fit(service.world, D).status == fit_beside.DONE
    service.settle()
    assert {new, *ids} <= decided(service)
    assert service.store.dirty.sizes(D) == (0, 0, 0)


def test_a_process_killed_just_after_it_saved_leaves_no_record_undecided(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(service, "t", 60)
    service.settle()
    service.store.redis.delete(service.store.keys.of(D, "model"))
    monkeypatch.setattr(dataset_models, "LONG_HISTORY", 20)
    new = add(service, "u", 2, seed=5)
    service.turns = itertools.repeat(KeptModels())
    service.settle()
    with monkeypatch.context() as patch:
        patch.setattr(fit_beside, "lacking", killed)
        with pytest.raises(Killed):
            fit_beside.fit(service.world, D)
    service.settle()
    assert {*new} <= decided(service)
    assert service.values() == fresh(service).values()


def test_large_models_are_fitted_anew_on_demand(service: ServiceInMemory) -> None:
    add(service, "t", 60)
    service.settle()
    fit = loaded(service).fit
    assert refit(service.world, D) == {"helpful": fit + 1}
    assert loaded(service).strategy.staleness == 0
