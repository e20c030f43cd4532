"""The cron: wakes whoever waits, and looks round, every few seconds.

RQ's own scheduler and cron are not used: they enqueue with pickle, pile jobs up while no worker runs,
and know nothing of leases. What must happen again and again is a look at Redis.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable

from argilla_distill.plugin import store
from argilla_distill.plugin.argilla import gateway
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store.trouble import with_address
from argilla_distill.workers.use_cases import watch
from argilla_distill.workers.use_cases.checks.memory_count import count_memory
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.processes")


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
            _guarded("count memory", lambda: count_memory(state), settings)
        stopped.wait(watch.TICK_S)


def _guarded(name: str, work: Callable[[], object], settings: Settings) -> None:
    """Redis away is no reason to stop: the next turn tries again."""
    try:
        work()
    except store.StoreError as error:
        log.warning("%s: %s", name, with_address(error, settings.redis_url.get_secret_value()))
