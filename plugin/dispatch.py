"""The queue: from a delivery to a job (mark the record dirty, wake the dataset), and who takes jobs.

Jobs are named by path, so that the web process never loads what they import. A lost or repeated job
costs nothing: the dirty records are what counts, and the cron wakes whoever waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timezone

from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from argilla_distill.plugin.store import Store
from argilla_distill.plugin.webhook.deliveries import Delivery

DISTIL = "argilla_distill.workers.jobs.distil"
FIT = "argilla_distill.workers.jobs.fit"
SWEEP = "argilla_distill.workers.jobs.sweep"
REPORT = "argilla_distill.workers.jobs.report"
VERSION = "argilla_distill.workers.jobs.version"
DIFFERENCE = "argilla_distill.workers.jobs.difference"
TWIN = "argilla_distill.workers.jobs.twin"
TRACE = "argilla_distill.workers.jobs.trace"
ROUND = "argilla_distill.workers.jobs.round_"
ORDERS = "argilla_distill.workers.jobs.orders"
ARCHIVE = "argilla_distill.workers.jobs.archive"

FORMER = {
    f"workers.jobs.{name}": f"argilla_distill.workers.jobs.{name}"
    for name in ("distil", "sweep", "report")
}
"""Former path → path. Jobs that the last release queued are taken by one more, this one."""

JOB_TIMEOUT_S = 600
FAILURE_TTL_S = 86_400

WORKER_SILENT_S = 90
"""A worker whose heartbeat is older is taken for dead."""

BY_REDIS = "by_redis"
"""What a worker has that says by a key, which Redis lets expire, that it is alive; others use their clock."""


class QueuedJob(Job):
    """A job on our queues; one that the last release queued is found where its function is now."""

    @property  # type: ignore[misc]  # RQ's can be set as well, and never is
    def func_name(self) -> str | None:
        """The path of the job's function."""
        name = super().func_name
        return FORMER.get(name, name) if name else name


class Dispatch:
    """Puts jobs on our queues."""

    def __init__(self, store: Store, queue: str) -> None:
        self._store = store
        options = {"connection": store.redis, "serializer": JSONSerializer}
        patient = Queue(f"{queue}-sweep", **options)
        live = Queue(queue, **options)
        self._queues = {DISTIL: live, FIT: live, SWEEP: patient, REPORT: patient}
        self._queues[VERSION] = Queue(f"{queue}-versions", **options)
        self._queues[DIFFERENCE] = self._queues[TRACE] = self._queues[VERSION]
        self._queues[ROUND] = self._queues[ORDERS] = self._queues[ARCHIVE] = self._queues[VERSION]
        self._queues[TWIN] = Queue(f"{queue}-twins", **options)

    def deliver(self, delivery: Delivery) -> None:
        """Take a delivery's ids in."""
        if delivery.dataset_id is None:
            return
        records = [delivery.record_id] if delivery.record_id else []
        self.mark(delivery.dataset_id, records, delivery.at)

    def mark(self, dataset_id: str, records: list[str], heard: int = 0) -> None:
        """Mark records dirty and see to it that somebody works on them."""
        if self._store.dirty.mark(dataset_id, records, heard):
            self.enqueue(DISTIL, dataset_id)

    def wake(self, dataset_id: str) -> None:
        """See to it that somebody looks at a dataset."""
        self.mark(dataset_id, [])

    def _jobs(self, ids: list[str]) -> list[Job]:
        """The jobs of these ids, those that have ended since left out."""
        found = QueuedJob.fetch_many(ids, connection=self._store.redis, serializer=JSONSerializer)
        return [job for job in found if job]

    def pending(self, dataset_ids: Collection[str]) -> Counter[str]:
        """How many jobs of these datasets are queued or running: by the job's path."""
        found: Counter[str] = Counter()
        for queue in {id(q): q for q in self._queues.values()}.values():
            ids = [*queue.get_job_ids(), *queue.started_job_registry.get_job_ids()]
            found.update(str(j.func_name) for j in self._jobs(ids) if j.args[0] in dataset_ids)
        return found

    def urgent(self) -> bool:
        """Whether a job waits that goes before the making of versions, and no worker has taken it."""
        return any(self._queues[job].count for job in (DISTIL, SWEEP))

    def queued(self, job: str) -> int:
        """How many jobs wait in the queue of this one."""
        return int(self._queues[job].count)

    def others_wait(self, dataset_id: str) -> bool:
        """Whether a job waits for a worker that may not wait for long, and is not this dataset's own."""
        ids = self._queues[DISTIL].get_job_ids(length=2)
        own = (DISTIL, dataset_id)
        return len(ids) > 1 or any((j.func_name, j.args[0]) != own for j in self._jobs(ids))

    def enqueue(self, job: str, dataset_id: str) -> None:
        """Enqueue a job. Failed ones are kept a day to be looked at; none is retried by RQ."""
        self._queues[job].enqueue(
            job,
            dataset_id,
            job_timeout=JOB_TIMEOUT_S,
            result_ttl=0,
            failure_ttl=FAILURE_TTL_S,
            description=f"{job} {dataset_id}",
        )


def workers_alive(store: Store, queue: str) -> list[str]:
    """The names of the workers that are alive and take jobs of our queue."""
    every = Worker.all(connection=store.redis, serializer=JSONSerializer)
    ours = [each for each in every if queue in each.queue_names()]
    pipe = store.redis.pipeline(transaction=False)
    for worker in ours:
        pipe.hexists(worker.key, BY_REDIS)
        pipe.exists(alive_key(worker.key))
    told = iter(pipe.execute())
    return [
        worker.name
        for worker, by_redis, beats in zip(ours, told, told, strict=True)
        if (beats if by_redis else _is_recent(worker.last_heartbeat))
    ]


def alive_key(worker_key: str) -> str:
    """The key that a worker renews as long as it is alive: no clock is compared with another machine's."""
    return f"{worker_key}:alive"


def _is_recent(beat: datetime | None) -> bool:
    """Whether a worker of a former release is alive, which says so by its own clock."""
    if beat is None:
        return False
    zone = beat.tzinfo or timezone.utc
    return (datetime.now(zone) - beat.replace(tzinfo=zone)).total_seconds() < WORKER_SILENT_S
