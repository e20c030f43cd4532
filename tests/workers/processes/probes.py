"""Jobs that say in which process they were done, and some that end badly."""

from __future__ import annotations

import os
import signal
import time

from argilla_distill.workers.processes.lasting_worker import memory_bytes

HELD: list[bytes] = []
PATH = "tests.workers.processes.probes."


def number() -> int:
    """The process that does this job."""
    return os.getpid()


def fail() -> None:
    """Raises."""
    raise RuntimeError("as it happens")


def hang() -> None:
    """Never ends by itself."""
    while True:
        time.sleep(0.01)


def die() -> None:
    """Is killed, as by a machine that is short of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def memory() -> int:
    """The bytes that this process takes."""
    return memory_bytes()


def grow() -> int:
    """Keeps 60 MB for good; returns the process."""
    HELD.append(b"x" * 60_000_000)
    return os.getpid()
