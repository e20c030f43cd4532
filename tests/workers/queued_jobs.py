"""Jobs that wait on the queues of a service."""

from __future__ import annotations

from typing import Any

from rq import Queue
from rq.serializers import JSONSerializer

from tests.workers.service_in_memory import ServiceInMemory


def jobs(service: ServiceInMemory) -> list[tuple[str | None, str]]:
    """What waits on both queues."""
    names = (service.world.settings.queue, f"{service.world.settings.queue}-sweep")
    queues = [
        Queue(name, connection=service.store.redis, serializer=JSONSerializer) for name in names
    ]
    return [(job.func_name, job.args[0]) for queue in queues for job in queue.jobs]


def forget_jobs(service: ServiceInMemory) -> None:
    for kind in ("", "-sweep", "-versions", "-twins"):
        name = f"{service.world.settings.queue}{kind}"
        queue: Any = Queue(name, connection=service.store.redis, serializer=JSONSerializer)
        queue.empty()
