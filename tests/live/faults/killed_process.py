"""Processes that end as a machine without power ends them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from demo.running.processes import Process


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def kill(process: Process, and_children: bool) -> None:
    """kill -9 a worker, as it stands, with or without the child that works on its job."""
    for pid in [process.pid, *(children(process.pid) if and_children else [])]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    if process.popen is not None:
        process.popen.wait()
