"""The long-running processes beside the web: the RQ worker and the cron.

RQ's own scheduler and cron are not used: they enqueue with pickle, pile jobs up while no worker runs,
and know nothing of leases. What must happen again and again is a look at Redis, every few seconds.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable

from rq import Worker
from rq.serializers import JSONSerializer

from argilla_distill.plugin import store
from argilla_distill.plugin.argilla import calls, gateway
from argilla_distill.plugin.dispatch import QueuedJob
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store.connection import opened_for_rq
from argilla_distill.plugin.store.trouble import with_address
from argilla_distill.workers.use_cases import watch
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.processes")

WORKER_TTL_S = 60
AGAIN_S = 2.0


def worker(settings: Settings, burst: bool = False) -> None:
    """Take jobs until stopped (SIGTERM lets the job in hand finish).

    RQ's worker gives up on some errors of Redis; it is then started anew.
    """
    for library in ("OMP", "OPENBLAS"):  # read when numpy is loaded: one worker is one core
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    import sklearn.feature_extraction.text
    import sklearn.linear_model  # noqa: F401  # loaded before the fork: no job pays for imports

    import argilla_distill.workers.jobs  # noqa: F401

    calls.tls()
    queues = [
        settings.queue,
        *(f"{settings.queue}-{kind}" for kind in ("sweep", "versions", "twins")),
    ]
    while True:
        connection = opened_for_rq(settings)
        try:
            rq_worker = Worker(
                queues,
                connection=connection,
                serializer=JSONSerializer,
                job_class=QueuedJob,
                worker_ttl=WORKER_TTL_S,
                job_monitoring_interval=10,
                log_job_description=False,
            )
            rq_worker.max_connection_wait_time = 5
            rq_worker.work(burst=burst, logging_level="WARNING")
            if burst or rq_worker._shutdown_requested_date:
                return
        except store.StoreError as error:
            reason = with_address(error, settings.redis_url.get_secret_value())
            log.warning("worker: %s; trying again", reason)
        time.sleep(AGAIN_S)


def cron(settings: Settings) -> None:
    """Wake whoever waits and look round, until stopped."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    state = store.connect(settings)
    world = World(gateway.connect(settings, state.service.time), state, settings)
    looked = float("-inf")
    log.info("cron started")
    while not stopped.is_set():
        _guarded("tick", lambda: watch.tick(world), settings)
        if time.monotonic() - looked >= watch.LOOK_S:
            looked = time.monotonic()
            _guarded("look round", lambda: watch.look_round(world), settings)
        stopped.wait(watch.TICK_S)


def _guarded(name: str, work: Callable[[], object], settings: Settings) -> None:
    """Redis away is no reason to stop: the next turn tries again."""
    try:
        work()
    except store.StoreError as error:
        log.warning("%s: %s", name, with_address(error, settings.redis_url.get_secret_value()))
