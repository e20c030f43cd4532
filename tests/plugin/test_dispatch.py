"""From a delivery to a job, on a real Redis: marked, woken once, named by path, ids in JSON."""

from __future__ import annotations

import json
import secrets

import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from argilla_distill.plugin.dispatch import DISTIL, FIT, REPORT, SWEEP, Dispatch
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.webhook.deliveries import Delivery

D = "7f9c1d0e-9f1c-4f5e-8a51-3a58e2b0a111"


@pytest.fixture
def queue() -> str:
    return f"q-{secrets.token_hex(4)}"


def jobs(store: Store, queue: str) -> list[tuple[str | None, list[str]]]:
    found = Queue(queue, connection=store.redis, serializer=JSONSerializer).jobs
    return [(job.func_name, list(job.args)) for job in found]


def test_a_delivery_marks_its_record_and_wakes_its_dataset_once(store: Store, queue: str) -> None:
    dispatch = Dispatch(store, queue)
    dispatch.deliver(Delivery("response.created", D, "r1", 50))
    dispatch.deliver(Delivery("response.created", D, "r2", 60))
    assert [record for record, _ in store.dirty.take(D, 10)] == ["r1", "r2"]
    assert jobs(store, queue) == [(DISTIL, [D])]
    assert store.datasets.info(D) == {"heard": "60"}


def test_a_deleted_dataset_is_woken_without_a_record(store: Store, queue: str) -> None:
    Dispatch(store, queue).deliver(Delivery("dataset.deleted", D, None, 50))
    assert store.dirty.sizes(D) == (0, 0, 0)
    assert jobs(store, queue) == [(DISTIL, [D])]


def test_a_delivery_without_a_dataset_does_nothing(store: Store, queue: str) -> None:
    Dispatch(store, queue).deliver(Delivery("ping"))
    assert jobs(store, queue) == []


def test_a_dataset_woken_for_nothing_is_still_woken_once(store: Store, queue: str) -> None:
    for _ in range(3):
        Dispatch(store, queue).wake(D)
    assert jobs(store, queue) == [(DISTIL, [D])]


def test_whatever_waits_for_a_worker_and_is_no_datasets_own_distilling_is_another(
    store: Store, queue: str
) -> None:
    dispatch = Dispatch(store, queue)
    dispatch.enqueue(SWEEP, "another")  # on a queue that may wait
    assert not dispatch.others_wait(D)
    dispatch.enqueue(DISTIL, D)
    assert not dispatch.others_wait(D)
    assert dispatch.others_wait("another")
    dispatch.enqueue(FIT, D)
    assert dispatch.others_wait(D)


def test_sweeps_have_a_queue_of_their_own_so_that_answers_do_not_wait_for_them(
    store: Store, queue: str
) -> None:
    Dispatch(store, queue).enqueue(SWEEP, D)
    assert jobs(store, queue) == []
    assert jobs(store, f"{queue}-sweep") == [(SWEEP, [D])]


def test_jobs_are_json_that_names_a_function_and_ids(store: Store, queue: str) -> None:
    Dispatch(store, queue).enqueue(DISTIL, D)
    (job,) = Queue(queue, connection=store.redis, serializer=JSONSerializer).jobs
    assert job.description == f"{DISTIL} {D}"
    assert job.timeout == 600
    assert job.retries_left is None
    assert json.loads(job.data) == [DISTIL, None, [D], {}]


def test_jobs_that_the_last_release_queued_are_pending_as_well(store: Store, queue: str) -> None:
    options = {"connection": store.redis, "serializer": JSONSerializer}
    Queue(queue, **options).enqueue("workers.jobs.distil", D)
    for name in ("sweep", "report"):
        Queue(f"{queue}-sweep", **options).enqueue(f"workers.jobs.{name}", D)
    dispatch = Dispatch(store, queue)
    dispatch.enqueue(DISTIL, D)
    assert dispatch.pending([D]) == {DISTIL: 2, SWEEP: 1, REPORT: 1}
