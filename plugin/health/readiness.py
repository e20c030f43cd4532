"""Whether the service as a whole can do its job now. `doctor` looks deeper and says what to do."""

from __future__ import annotations

from typing import Any

from argilla_distill.plugin.dispatch import workers_alive
from argilla_distill.plugin.store import Store, StoreRefused
from argilla_distill.plugin.store.trouble import trouble

CRON_SILENT_S = 60


def check(store: Store, queue: str) -> dict[str, Any]:
    """What `/readyz` answers: ready is who would take a delivery, and has somebody to work on it.

    `redis` is whether it takes a write, which a full one, or a replica, does not; `why` says what is
    wrong.

    Raises
    ------
    StoreError : Redis does not answer.
    """
    why = refused(store)
    now = store.now()
    ages = [now - since for i in store.datasets.ids() if (since := store.dirty.oldest(i))]
    report: dict[str, Any] = {
        "redis": not why,
        "webhook": bool(store.service.webhooks()),
        "workers": len(workers_alive(store, queue)),
        "cron": now - store.service.beats().get("cron", 0) < CRON_SILENT_S * 1000,
        "oldest_dirty_s": max(ages, default=0) / 1000,
    }
    report["ready"] = bool(report["redis"] and report["webhook"] and report["workers"])
    return {**report, "why": why} if why else report


def refused(store: Store) -> str:
    """Why Redis takes no write; "" where it does."""
    try:
        store.service.try_write()
    except StoreRefused as error:  # it answers, so that all else can be looked at
        return trouble(error).what
    return ""
