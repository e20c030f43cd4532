"""An answer's record is asked for while its run begins, where models are at hand; nothing is lost by that."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from argilla_distill.domain.history.guidelines import GUIDELINES
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.use_cases.distilling import ahead
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.distilling.run import RunOutcome
from argilla_distill.workers.use_cases.distilling.time_slice import LAST_TRY
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.service_in_memory import Build, ServiceInMemory


class Worker:
    """A worker that has the dataset's models in memory."""

    def __init__(self, service: ServiceInMemory) -> None:
        self.service, self.kept = service, KeptModels(10**9)
        self.answered("r1")
        assert self.job().status == "done"
        service.argilla.calls.clear()

    def answered(self, *records: str) -> None:
        for record in records:
            for user in ("ann", "ben"):
                self.service.answer(user, record, helpful="yes")

    def job(self) -> RunOutcome:
        return distil(replace(self.service.world, kept=self.kept), D)

    def looks(self) -> int:
        return self.service.argilla.calls.count("records")


@pytest.fixture
def worker(build: Build) -> Worker:
    return Worker(build())


def test_a_record_that_was_asked_for_so_is_not_read_again(worker: Worker) -> None:
    worker.answered("r2")
    assert worker.job().published == 1
    assert worker.looks() == 1


def test_the_dataset_is_asked_for_after_it_and_known_before_anything_is_published(
    worker: Worker,
) -> None:
    known: list[str] = []

    def after(call: str) -> None:
        time.sleep({"records": 0.04, "dataset": 0.02}.get(call, 0.0))
        known.append(call)

    worker.service.argilla.after = after
    worker.answered("r2")
    assert worker.job().published == 1
    assert known == ["records", "dataset", "suggest"]


def test_an_answer_that_arrives_after_it_was_read_is_not_lost(worker: Worker) -> None:
    service, late = worker.service, ["cleo"]

    def after(call: str) -> None:
        if call == "records" and late:
            service.answer(late.pop(), "r2", helpful="no")

    service.argilla.after = after
    worker.answered("r2")
    assert worker.job().status == "done"
    names = {service.name(n) for n in service.ledger("r2").answers}
    assert names == {"ann", "ben", "cleo"}
    assert service.decision("r2").value == "yes"
    assert worker.looks() == 2


def test_an_overlap_that_was_raised_just_before_holds(worker: Worker) -> None:
    worker.answered("r2")
    worker.service.argilla.overlap = 3
    assert worker.job().published == 0
    assert worker.service.argilla.shown("r2") is None


def test_what_was_just_changed_of_the_dataset_is_in_its_history_with_the_answer(
    worker: Worker,
) -> None:
    worker.service.argilla.told[D] = "Be kind."
    worker.answered("r2")
    assert worker.job().published == 1
    kinds = [entry.kind for entry in worker.service.history()]
    assert kinds.count(GUIDELINES) == 1


def test_what_somebody_else_noted_of_the_dataset_is_not_noted_as_changed_back(
    worker: Worker,
) -> None:
    worker.service.argilla.told[D] = "Be kind."
    worker.service.answer("ann", "r3", helpful="yes")
    assert distil(worker.service.world, D).status == "done"  # another worker
    worker.answered("r2")
    assert worker.job().published == 1
    kinds = [entry.kind for entry in worker.service.history()]
    assert kinds.count(GUIDELINES) == 1


def test_in_a_dataset_that_was_just_deleted_no_record_counts_as_deleted(worker: Worker) -> None:
    worker.service.answer("cleo", "r1", helpful="yes")
    length = len(worker.service.history())
    worker.service.argilla.delete_dataset(D)
    assert worker.job().status == "deleted"
    assert len(worker.service.history()) == length


def test_where_many_wait_they_are_read_by_their_batch(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "FEW", 1)
    worker.answered("r2", "r3")
    worker.service.argilla.delete_dataset(D)
    assert worker.job().status == "deleted"
    assert worker.looks() == 0


def test_where_reading_ahead_fails_the_run_does_and_nothing_is_lost(worker: Worker) -> None:
    fails = [ArgillaUnavailable("for a moment")]

    def before(call: str) -> None:
        if call == "records" and fails:
            raise fails.pop()

    worker.service.argilla.before = before
    worker.answered("r2")
    assert worker.job().status == "failed"
    worker.service.settle()
    assert worker.service.decision("r2").value == "yes"


def test_a_record_that_ends_its_worker_while_it_is_read_ahead_is_found(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(build())
    service = worker.service
    service.argilla.unreadable = {"r2"}
    worker.answered("r2")
    for _ in range(LAST_TRY):
        with pytest.raises(KeyError):
            worker.job()
        worker.kept = KeptModels(10**9)  # another worker, whose models are at hand as well
        monkeypatch.setattr(worker.kept, "dataset", lambda dataset_id: CHAT)
    worker.job()
    assert list(service.store.dirty.poisoned(D)) == ["r2"]
