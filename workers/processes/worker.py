"""The worker: takes jobs until it is stopped."""

from __future__ import annotations

import logging
import os
import time

from rq.serializers import JSONSerializer

from argilla_distill.plugin import store
from argilla_distill.plugin.argilla import calls
from argilla_distill.plugin.dispatch import QueuedJob
from argilla_distill.plugin.errors import InvalidSettings, StoreUnavailable
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store.connection import opened_for_rq
from argilla_distill.plugin.store.trouble import is_setting, with_address
from argilla_distill.workers.processes.lasting_worker import LastingWorker
from argilla_distill.workers.processes.one_core import keep_to_one_core

log = logging.getLogger("distill.processes")

WORKER_TTL_S = 60
AGAIN_S = 2.0


def load() -> None:
    """Load what jobs need, before they are forked: none pays for imports.

    Versions, comparisons and twins are made in many short turns, each in a child of its own: what they loaded
    would be loaded by every one, and an answer that comes meanwhile would wait for it.
    """
    keep_to_one_core()
    # read when pyarrow is loaded: a version's files are written with memory that its fit gave back
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    import sklearn.feature_extraction.text
    import sklearn.linear_model  # noqa: F401

    import argilla_distill.workers.jobs
    import argilla_distill.workers.use_cases.twins.filling
    import argilla_distill.workers.use_cases.versions.comparing
    import argilla_distill.workers.use_cases.versions.making  # noqa: F401


def worker(settings: Settings, burst: bool = False) -> None:
    """Take jobs until stopped (SIGTERM lets the job in hand finish).

    RQ's worker gives up on some errors of Redis; it is then started anew. In a burst it is not: whoever began
    that waits for its end.

    Raises
    ------
    StoreUnavailable : in a burst, where Redis is away or takes no writes.
    InvalidSettings : in a burst, where Redis refuses our password, or has no such database.
    """
    load()
    calls.load()
    queues = [
        settings.queue,
        *(f"{settings.queue}-{kind}" for kind in ("sweep", "versions", "twins")),
    ]
    rq_worker: LastingWorker | None = None
    while True:
        connection = opened_for_rq(settings)
        try:
            rq_worker = LastingWorker(
                queues,
                connection=connection,
                serializer=JSONSerializer,
                job_class=QueuedJob,
                worker_ttl=WORKER_TTL_S,
                job_monitoring_interval=10,
                log_job_description=False,
            )
            rq_worker.memory_bytes = settings.worker_memory_mb * 1_000_000
            rq_worker.max_connection_wait_time = 5
            try:
                rq_worker.work(burst=burst, logging_level="WARNING")
            finally:
                rq_worker.dismiss()
            if burst or rq_worker._shutdown_requested_date:
                return
        except store.StoreError as error:
            if rq_worker is not None and rq_worker._shutdown_requested_date:
                return  # it could not take its leave of a Redis that is away
            reason = with_address(error, settings.redis_url.get_secret_value())
            if burst:
                raise (InvalidSettings if is_setting(error) else StoreUnavailable)(reason) from None
            log.warning("worker: %s; trying again", reason)
        time.sleep(AGAIN_S)
