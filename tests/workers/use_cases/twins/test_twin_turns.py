"""When a twin is written: behind everything else, by one worker, and never forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from argilla_distill.plugin.dispatch import TWIN
from argilla_distill.workers.use_cases import watch
from argilla_distill.workers.use_cases.twins import asking, filling, turns
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory
from tests.workers.twinned_service import made, slice_of, twinned


def test_what_is_made_in_a_process_of_its_own_keeps_nobody_waiting(
    service: ServiceInMemory,
) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)
    turns_ = []

    def under_way(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        turns_.append(over())
        service.mark("r1")  # an answer comes in meanwhile
        turns_.append(over())
        return False

    done = filling.fill(service.world, D, 60.0, service.argilla.create_twin, under_way)
    assert (done.status, turns_) == ("gave way", [False, True])
    service.settle()
    assert twinned(service, manifest).state == "done"


def test_a_twin_waits_while_an_answer_does(service: ServiceInMemory) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)
    service.mark("r1")
    assert slice_of(service).status == "paused"
    service.settle()
    assert slice_of(service).status == "done"


def test_a_twin_gives_way_to_an_answer_after_the_call_in_hand(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)
    monkeypatch.setattr(
        service.argilla, "after", lambda name: service.mark("r1") if name == "put_records" else None
    )
    done = slice_of(service)
    assert (done.status, done.records, done.again) == ("gave way", 25, True)


def test_what_can_never_be_worked_off_does_not_hold_a_twin_up_for_ever(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)
    forget_jobs(service)
    service.mark("r1")
    assert not turns.wake(service.world, D)
    now = service.store.now()
    monkeypatch.setattr(service.store, "now", lambda: now + turns.PATIENCE_MS + 1)
    assert turns.wake(service.world, D)
    assert slice_of(service).records == 25


def test_the_cron_wakes_a_twin_whose_job_was_lost_and_queues_it_once(
    service: ServiceInMemory,
) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)
    slice_of(service, 0.0)
    assert not service.world.dispatch.queued(TWIN)
    watch.tick(service.world)
    assert service.world.dispatch.queued(TWIN)
    assert not turns.wake(service.world, D)


def test_two_workers_do_not_write_one_twin(service: ServiceInMemory) -> None:
    asking.ask(service.world, CHAT, made(service).name)
    lease = service.store.twins.lease(D)
    assert lease is not None
    assert slice_of(service).status == "busy"
    lease.release()
    assert slice_of(service).status == "done"
