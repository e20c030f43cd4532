"""Whether the service as a whole can do its job now. `doctor` looks deeper and says what to do."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from redis.exceptions import ResponseError
from rq import Worker
from rq.serializers import JSONSerializer

from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.trouble import trouble

WORKER_SILENT_S = 90
"""A worker whose heartbeat is older is taken for dead."""

CRON_SILENT_S = 60


def check(store: Store, queue: str) -> dict[str, Any]:
    """What `/readyz` answers: ready is who would take a delivery, and has somebody to work on it.

    `redis` is whether it takes a write, which a full one, or a replica, does not; `why` says what is
    wrong. Raises redis' errors if there is no Redis.
    """
    why = refused(store)
    now = store.now()
    ages = [now - since for i in store.datasets.ids() if (since := store.dirty.oldest(i))]
    report: dict[str, Any] = {
        "redis": not why,
        "webhook": bool(store.service.webhooks()),
        "workers": len(workers(store, queue)),
        "cron": now - store.service.beats().get("cron", 0) < CRON_SILENT_S * 1000,
        "oldest_dirty_s": max(ages, default=0) / 1000,
    }
    report["ready"] = bool(report["redis"] and report["webhook"] and report["workers"])
    return {**report, "why": why} if why else report


def refused(store: Store) -> str:
    """Why Redis takes no write; "" where it does."""
    try:
        store.service.try_write()
    except ResponseError as error:  # it answers, so that all else can be looked at
        return trouble(error).what
    return ""


def workers(store: Store, queue: str) -> list[str]:
    """The names of the workers that are alive and take jobs of our queue."""
    alive = []
    for worker in Worker.all(connection=store.redis, serializer=JSONSerializer):
        beat = worker.last_heartbeat
        if beat is None or queue not in worker.queue_names():
            continue
        zone = beat.tzinfo or timezone.utc
        if (datetime.now(zone) - beat.replace(tzinfo=zone)).total_seconds() < WORKER_SILENT_S:
            alive.append(worker.name)
    return alive
