"""Who waits until everything is published waits for what is queued, running or not settled yet as well."""

from __future__ import annotations

import random
import threading
from dataclasses import replace

import pytest

from argilla_distill.plugin.dispatch import DISTIL, SWEEP
from argilla_distill.plugin.errors import ArgillaUnavailable, DatasetBusy
from argilla_distill.workers.cli import operating
from argilla_distill.workers.use_cases.checks.waiting import Waiting, waiting
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import CHAT, HELPFUL, NOTE, D
from tests.workers.interruptions import raising_at_every_call
from tests.workers.queued_jobs import forget_jobs
from tests.workers.reviewed_service import split
from tests.workers.service_in_memory import Build, ServiceInMemory

ACCURACY = {"ann": 0.9, "ben": 0.85, "cas": 0.6, "dan": 0.55, "eve": 0.3}


def left(service: ServiceInMemory) -> Waiting:
    return waiting(service.world, [D])


@pytest.fixture
def crowded(build: Build) -> ServiceInMemory:
    """200 records with two answers each, of people who are right more and less often; swept."""
    service, draw = build(strategy="learned"), random.Random(5)
    service.argilla.sets[D] = replace(CHAT, questions=(HELPFUL, NOTE))
    for n in range(200):
        service.argilla.add(f"t{n}")
        truth = draw.choice(["yes", "no"])
        for who in draw.sample(sorted(ACCURACY), 2):
            right = draw.random() < ACCURACY[who]
            other = "no" if truth == "yes" else "yes"
            service.argilla.answer(who, f"t{n}", helpful=truth if right else other)
    sweep(service.world, D)
    return service


def test_nothing_waits_no_longer_than_the_state_can_change(crowded: ServiceInMemory) -> None:
    """A slice that ends with the last batch leaves no record waiting and holds no lease."""
    while sum(crowded.store.dirty.sizes(D)[:2]):
        crowded.distil(slice_s=0.01)
    assert left(crowded)
    for _ in range(100):
        if not left(crowded):
            break
        crowded.distil(slice_s=0.01)
    before, sure = crowded.values(), crowded.scores()
    for _ in range(3):
        assert crowded.distil().published == 0
    assert (crowded.values(), crowded.scores()) == (before, sure)


def test_a_settled_dataset_waits_for_nothing_though_a_job_is_queued(
    crowded: ServiceInMemory,
) -> None:
    """It will find nothing left to do."""
    crowded.settle()
    crowded.world.dispatch.enqueue(DISTIL, D)
    found = left(crowded)
    assert (bool(found), found.jobs) == (False, 2)
    assert str(found) == "2 queued jobs"


def test_a_queued_reading_is_waited_for_and_one_of_another_dataset_is_not(
    service: ServiceInMemory,
) -> None:
    service.world.dispatch.enqueue(SWEEP, "another")
    assert not left(service)
    service.world.dispatch.enqueue(SWEEP, D)
    assert left(service).readings == 1
    forget_jobs(service)
    assert not left(service)


def test_a_held_lease_is_waited_for(service: ServiceInMemory) -> None:
    lease = service.store.lease(D)
    assert lease is not None
    assert left(service).datasets == 1
    lease.release()
    assert not left(service)


def test_copies_for_review_are_waited_for_while_there_is_a_review(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    with reviewed.store.redis.pipeline() as pipe:
        reviewed.store.reviews.add_to_desk(pipe, D, ["r1"])
        pipe.execute()
    assert left(reviewed).copies == 1
    reviewed.settle()
    assert not left(reviewed)


def test_it_says_what_it_waits_for_and_why(service: ServiceInMemory) -> None:
    service.argilla.before = raising_at_every_call(ArgillaUnavailable("Argilla answered 503"))
    service.mark("r1", "r2")
    service.store.datasets.note(D, name="support/chat")
    service.distil()
    with pytest.raises(DatasetBusy, match=r"2 records.*support/chat: Argilla answered 503"):
        operating.wait_until_published(service.world, [D], quiet=True, timeout_s=0.0)


def test_waiting_ends_when_a_worker_has_done_it_all(crowded: ServiceInMemory) -> None:
    def work() -> None:
        while left(crowded):
            crowded.distil(slice_s=0.05)

    worker = threading.Thread(target=work)
    worker.start()
    operating.wait_until_published(crowded.world, [D], quiet=True, timeout_s=120.0)
    assert crowded.values() == crowded.fresh().values()
    worker.join()
