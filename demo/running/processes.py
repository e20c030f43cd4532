"""A `Process`: one command that starts, says when it is ready, and leaves nothing behind.

Not here: which commands there are (`servers.py`).

No orphans: `stop` sends TERM and then KILL to the process group, and the kernel signals the process
when the thread that started it dies, be it by KILL (so start processes from the main thread).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import redis

if TYPE_CHECKING:
    from typing_extensions import Self  # in typing from Python 3.11 on

LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1
POLL_S = 0.05


class ServerError(RuntimeError):
    """A server did not come up; the message ends with what it last wrote."""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Startable(ABC):
    """Something that starts with a `with` block and is gone when it ends, even if it starts badly."""

    @abstractmethod
    def start(self) -> None:
        """Start, and return once it is ready."""

    @abstractmethod
    def stop(self) -> None:
        """Stop all that was started."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Process(Startable):
    """One command in a process group of its own, appending to a log; it can be started again.

    `env` is the whole environment: nothing is inherited. `ready` is polled until it is true; that
    a client cannot connect yet counts as false. `orphan_signal` is what the kernel sends if we
    die: a command that has children of its own to stop needs TERM.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        env: Mapping[str, str],
        log: Path,
        ready: Callable[[], bool] | None = None,
        timeout_s: float = 300.0,
        orphan_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.argv = [str(word) for word in argv]
        self.env = dict(env)
        self.log = log
        self.ready = ready
        self.timeout_s = timeout_s
        self.orphan_signal = orphan_signal
        self.popen: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    @property
    def pid(self) -> int:
        if self.popen is None:
            raise ServerError(f"{self.name} was not started")
        return self.popen.pid

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start without waiting: to start several at once, launch them all, then wait for all."""
        if self.running:
            return
        parent, number = os.getpid(), int(self.orphan_signal)

        def die_with_parent() -> None:
            if LIBC is not None:
                LIBC.prctl(PR_SET_PDEATHSIG, number)
                if os.getppid() != parent:
                    os._exit(1)

        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.argv,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def wait(self) -> None:
        """Return once it is ready; `ServerError` if it ends first or takes over `timeout_s`."""
        deadline = time.monotonic() + self.timeout_s
        while not self._is_ready():
            if not self.running:
                raise ServerError(f"{self.name} ended at its start\n{self.tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} took over {self.timeout_s:.0f} s\n{self.tail()}")
            time.sleep(POLL_S)

    def _is_ready(self) -> bool:
        try:
            return self.running and (self.ready is None or self.ready())
        except (httpx.TransportError, redis.RedisError):
            return False

    def terminate(self) -> None:
        """Ask it to stop, without waiting; `stop` still has to be called."""
        if self.popen is not None:
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)

    def stop(self, grace_s: float = 10.0) -> None:
        """TERM to the whole group, KILL to what is left of it after `grace_s`."""
        if self.popen is None:
            return
        self.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(grace_s)
        self.kill()

    def kill(self) -> None:
        """KILL at once, as a crash would."""
        if self.popen is not None:
            self._signal(signal.SIGKILL)
            self.popen.wait()
            self.popen = None

    def pause(self) -> None:
        """Freeze it: the kernel still accepts connections, and nobody answers them."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def tail(self, lines: int = 30) -> str:
        """The end of its log, under the path of the log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join([f"--- {self.log}", *text.splitlines()[-lines:]])
