"""No job outlives its slice by more than the batch in hand, and the end is the same as without slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.records import Record
from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.models import idle_fits
from argilla_distill.workers.models.dataset_models import Models
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.use_cases import sweep as sweeping
from argilla_distill.workers.use_cases.distilling import distil as distilling
from argilla_distill.workers.use_cases.distilling import moved, time_slice
from argilla_distill.workers.use_cases.distilling.batch import distil_batch
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import D
from tests.workers.interruptions import Killed, killed
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import Build, ServiceInMemory

FIT_S = 20.0


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which slices end; a fit takes `FIT_S` seconds of it."""
    clock, refit = Clock(), Model.refit

    def slow(model: Model) -> None:
        clock.now += FIT_S
        refit(model)

    monkeypatch.setattr(Model, "refit", slow)
    monkeypatch.setattr(distilling, "time", clock)
    monkeypatch.setattr(time_slice, "time", clock)
    monkeypatch.setattr(sweeping, "time", clock)
    return clock


def test_an_argilla_that_takes_a_few_at_once_only_is_sent_fewer_after_each_failure(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = answered(build)
    take, sent = service.argilla.suggest, list[int]()

    def overloaded(dataset_id: str, items: Iterable[dict[str, Any]]) -> dict[str, Record]:
        some = list(items)
        sent.append(len(some))
        if len(some) > 2:
            raise ArgillaUnavailable("did not answer within 20 s")
        return take(dataset_id, some)

    monkeypatch.setattr(time_slice, "FIRST_BATCH", 4)
    monkeypatch.setattr(service.argilla, "suggest", overloaded)
    assert [service.distil().status for _ in range(2)] == ["failed", "done"]
    assert sent[:3] == [4, 2, 2]
    assert service.store.dirty.sizes(D)[0] == 0


def answered(build: Build) -> ServiceInMemory:
    service = build(strategy="dawid_skene")
    for record in ("r1", "r2", "r3", "r4"):
        for who, said in (("ann", "yes"), ("ben", "yes"), ("cas", "no")):
            service.answer(who, record, helpful=said, problem="tone", stars=1)
    return service


def test_fits_that_take_long_are_spread_over_slices_and_come_to_the_same(
    build: Build, clock: Clock
) -> None:
    service, longest, jobs = answered(build), 0.0, 0
    waiting = True
    while waiting:
        begun = clock.now
        waiting = service.distil(slice_s=30.0).waiting
        longest, jobs = max(longest, clock.now - begun), jobs + 1
        assert jobs < 20, "it never comes to an end"
    assert jobs > 1
    assert longest <= 30.0 + FIT_S
    assert service.state() == service.fresh().state()


def test_a_slice_whose_models_take_longer_than_it_lasts_to_load_gets_on_all_the_same(
    build: Build, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, begin = answered(build), distilling.begin

    def slowly(*arguments: object) -> object:
        clock.now += 60.0
        return begin(*arguments)  # type: ignore[arg-type]  # whatever it takes

    monkeypatch.setattr(distilling, "begin", slowly)
    assert service.distil(slice_s=30.0).records == 4


def test_a_sweep_in_slices_finds_what_one_without_finds(
    build: Build, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 1)
    service = build()
    names = [f"s{n}" for n in range(6)]
    service.argilla.add(*names)
    for record in names:
        service.argilla.answer("ann", record, helpful="yes")
        service.argilla.answer("ben", record, helpful="yes")
    page, compared = service.argilla.page, []

    def slow(*arguments: object) -> object:
        clock.now += 1.0
        return page(*arguments)  # type: ignore[arg-type]  # whatever it takes

    monkeypatch.setattr(service.argilla, "page", slow)
    waiting = True
    while waiting:
        report = sweep(service.world, D, slice_s=2.0)
        waiting = report.waiting
        compared.append(report.records)
    assert compared == sorted(compared)
    assert len(compared) > 1
    assert compared[-1] == 10
    assert report.differing == 10
    service.settle()
    assert service.state() == service.fresh().state()
    forget_jobs(service)  # an answer that waits for a worker would end it sooner
    assert sweep(service.world, D, slice_s=100.0).records == 10  # the next begins anew


def test_records_deleted_between_two_slices_are_found_missing(
    build: Build, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 1)
    service = answered(build)
    service.settle()
    assert sweep(service.world, D, slice_s=0.0).waiting
    del service.argilla.rows[D]["r1"], service.argilla.rows[D]["r4"]
    service.mark("r1")  # it was compared before: its own delivery tells
    while sweep(service.world, D, slice_s=0.0).waiting:
        pass
    service.settle()
    fresh = service.fresh()
    assert (service.voices(), service.suggestions()) == (fresh.voices(), fresh.suggestions())
    assert set(service.voices()) == {"r2", "r3"}


def test_an_answer_comes_before_the_many_records_that_the_last_ones_moved(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that moved used to be decided in one go, while answers waited."""
    monkeypatch.setattr(moved, "DECIDE_AT_ONCE", 2)
    monkeypatch.setattr(moved, "NEAR", 5)  # one more than the service's own records
    service, compared = answered(build), list[str]()
    differing = moved.differing

    def answered_meanwhile(run: Run, ids: Sequence[str]) -> list[str]:
        if not compared:
            service.answer("dan", "r1", helpful="no")
        compared.append("some")
        return differing(run, ids)

    def worked(run: Run, ids: Sequence[str], known: Mapping[str, Record]) -> dict[str, str]:
        if ids == ["r1"]:
            compared.append("the answer")
        return distil_batch(run, ids, known)

    monkeypatch.setattr(moved, "differing", answered_meanwhile)
    monkeypatch.setattr(time_slice, "distil_batch", worked)
    service.distil()
    assert compared[:3] == ["some", "the answer", "some"]
    service.settle()
    assert service.state() == service.fresh().state()


def test_what_moved_is_looked_at_though_the_worker_is_killed_before(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = answered(build)
    with monkeypatch.context() as patch:
        patch.setattr(moved, "DECIDE_AT_ONCE", 1)
        patch.setattr(moved, "differing", killed)
        with pytest.raises(Killed):
            service.distil()
    assert service.store.moved.take(D, 9)
    service.settle()
    assert service.store.moved.take(D, 9) == []
    assert service.state() == service.fresh().state()


def test_an_answer_comes_before_a_fit_is_prepared_further(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, done = answered(build), list[str]()

    def prepared(models: Models, over: Callable[[], bool]) -> bool:
        if done.count("a part") == 0:
            service.answer("dan", "r1", helpful="no")
        done.append("a part")
        return not over()

    def worked(run: Run, ids: Sequence[str], known: Mapping[str, Record]) -> dict[str, str]:
        done.extend(["the answer"] if ids == ["r1"] else [])
        return distil_batch(run, ids, known)

    monkeypatch.setattr(idle_fits, "prepare", prepared)
    monkeypatch.setattr(time_slice, "distil_batch", worked)
    service.distil()
    assert done[:3] == ["a part", "the answer", "a part"]


def test_of_records_near_a_limit_an_answer_has_a_few_compared_and_a_sweep_all(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moved, "NEAR", 5)  # one more than the service's own records
    service, compared = answered(build), set[str]()
    service.settle()
    differing = moved.differing

    def noted(run: Run, ids: Sequence[str]) -> list[str]:
        compared.update(ids)
        return differing(run, ids)

    monkeypatch.setattr(moved, "differing", noted)
    others = {f"s{n}": True for n in range(40)}
    service.store.datasets.write_near(service.store.redis, D, others)
    service.answer("dan", "r1", helpful="no")
    service.distil()
    assert 0 < len(compared & others.keys()) <= 2 * 5  # its own batch, and that of what it moved
    sweep(service.world, D)
    service.distil()
    assert compared >= others.keys()
    assert not service.store.moved.swept(D)


def test_a_slice_ends_with_the_batch_in_hand_when_another_dataset_waits(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 1)
    service = answered(build)
    service.world.dispatch.enqueue(DISTIL, "another")
    assert not service.distil().waiting  # it has just begun
    monkeypatch.setattr(time_slice, "FAIR_S", 0.0)
    monkeypatch.setattr(time_slice, "LOOK_S", 0.0)
    for record in ("r1", "r2", "r3"):
        service.answer("dan", record, helpful="no")
    outcome = service.distil()
    assert outcome.waiting
    assert outcome.records < 3
    forget_jobs(service)
    service.settle()
    assert service.state() == service.fresh().state()


def test_a_slice_goes_on_while_nothing_waits_but_its_own_datasets_job(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_slice, "BATCH", 1)
    monkeypatch.setattr(time_slice, "FAIR_S", 0.0)
    monkeypatch.setattr(time_slice, "LOOK_S", 0.0)
    service = answered(build)
    service.world.dispatch.enqueue(DISTIL, D)
    for record in ("r1", "r2", "r3"):
        service.answer("dan", record, helpful="no")
    outcome = service.distil()
    assert not outcome.waiting
    assert outcome.records >= 3


def test_a_sweep_ends_with_the_page_in_hand_when_an_answer_waits(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "PAGE", 1)
    service = answered(build)
    service.world.dispatch.enqueue(DISTIL, "another")
    calls = list[str]()
    service.argilla.after = calls.append
    pages = 0
    while sweep(service.world, D, slice_s=100.0).waiting:
        pages += 1
        assert calls.count("page") == pages  # it reads none that nobody asks for
    assert pages == 3
    assert sweep(service.world, D).records == 4  # one that somebody waits for does not stop


def test_what_pages_show_keeps_up_where_what_argilla_shows_may_stay(
    service: ServiceInMemory,
) -> None:
    """Each is within the tolerance of what is true now, though together they span more."""
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.settle()
    (before,) = service.store.datasets.decisions(D, ["r1"])
    ours = service.decision("r1")
    now = replace(ours, published_confidence=ours.confidence)
    for lagging in (
        replace(now, confidence=ours.confidence + 0.03),
        replace(now, posterior={**ours.posterior, "no": ours.posterior["no"] - 0.03}),
    ):
        with service.store.redis.pipeline() as pipe:
            kept = {**(before or {}), "helpful": lagging}
            service.store.datasets.write_decisions(pipe, D, {"r1": kept})
            pipe.execute()
        service.store.moved.note(D, ["r1"])
        service.settle()
        mended = service.decision("r1")
        assert (mended.confidence, mended.posterior) == (ours.confidence, ours.posterior)
