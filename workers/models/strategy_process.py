"""The process in which a team's own strategy runs, so that it can be stopped.

Whatever that code does (raise, exit, loop, eat the memory) happens there and is reported here, within a
limit of time, as `StrategyFailed`. Not here: the strategy as models see it (`confined`).
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import signal
import traceback
import warnings
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from argilla_distill.workers.engine import errors, registry
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import EngineError, StrategyFailed

MAX_CHARACTERS = 300
"""An error's text is cut after so many."""

GONE_S = 5.0
"""How long a process whose pipe has ended is waited for, to learn how it ended."""

PR_SET_PDEATHSIG = 1

Reply = tuple[str, Any]
"""("returned", the value), ("refused", (class of our error, its text)) or ("failed", why)."""


class StrategyProcess:
    """One strategy in a process of its own; made by forking, since a job must not pay for imports.

    Attributes
    ----------
    failure : StrategyFailed or None
        Why it cannot be asked any more; every further question raises it again.
    """

    def __init__(self, name: str, question: Question, limit_s: float) -> None:
        self.name = name
        self.limit_s = limit_s
        self.failure: StrategyFailed | None = None
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self._pipe, name, question), daemon=True
        )
        with warnings.catch_warnings():
            # Python 3.12 warns of forking beside other threads, such as the one that renews our
            # lease. The child uses none of their locks, and a child that hangs is stopped.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process.start()
        theirs.close()

    def ask(self, method: str, *arguments: Any) -> Any:
        """Call a method of the strategy, or read a property, and return what it returns.

        Raises
        ------
        StrategyFailed : it raised, ended its process, or took longer than the limit.
        EngineError : it refused, as the contract of strategies says (`NotCurrent`, …).
        """
        if self.failure is not None:
            raise self.failure
        try:
            self._pipe.send((method, arguments))
            if not self._pipe.poll(self.limit_s):
                raise self.fail(f"{method} took longer than {self.limit_s:g} s and was stopped")
            kind, found = self._pipe.recv()
        except (EOFError, OSError):
            raise self.fail(f"{method} {self._end()}") from None
        if kind == "failed":
            raise self.fail(f"{method} raised {found}")
        if kind == "refused":
            raise _rebuilt(*found)
        return found

    def close(self) -> None:
        """End the process. May be repeated."""
        self._pipe.close()
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        if self.failure is None:
            self.failure = StrategyFailed(self.name, "its process was closed")

    def fail(self, why: str) -> StrategyFailed:
        """End it, for what it did or returned; the error is to be raised."""
        self.failure = StrategyFailed(self.name, why)
        self.close()
        return self.failure

    def _end(self) -> str:
        self._process.join(GONE_S)
        code = self._process.exitcode
        if code is not None and code < 0:
            name = signal.Signals(-code).name
            return f"ended: its process was killed ({name}; out of memory, or it crashed)"
        return f"ended its process (exit code {code})"


def _rebuilt(name: str, text: str) -> EngineError:
    """One of our errors from the other process."""
    kind: type[EngineError] = getattr(errors, name, EngineError)
    error = kind.__new__(kind)
    Exception.__init__(error, text)
    return error


def _serve(pipe: Connection, parents: Connection, name: str, question: Question) -> None:
    """What the other process does: answer until nobody asks any more."""
    parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _die_with_parent()
    strategy: Strategy | None = None
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            return
        try:
            if method == "create":
                strategy, found = registry.create(name, question), None
            elif method == "restore":
                strategy, found = registry.restore(*arguments), None
            else:
                found = _call(strategy, method, arguments)
            reply: Reply = "returned", found
        except EngineError as error:
            reply = "refused", (type(error).__name__, _cut(str(error)))
        except BaseException as error:  # SystemExit and all: it is what this process is for
            reply = "failed", _line_of(error)
        try:
            pipe.send(reply)
        except Exception as error:  # what it returned cannot be sent
            pipe.send(("failed", _line_of(error)))


def _call(strategy: Strategy | None, method: str, arguments: Iterable[Any]) -> Any:
    found = getattr(strategy, method)
    found = found(*arguments) if callable(found) else found
    return None if found is strategy else found


def _line_of(error: BaseException) -> str:
    """An error in one line: what, and where in whose file."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return _cut(f"{type(error).__name__}: {error}") + where


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_CHARACTERS else flat[: MAX_CHARACTERS - 1] + "…"


def _die_with_parent() -> None:
    """On Linux a killed worker takes a looping strategy with it, and memory is first taken from it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        Path("/proc/self/oom_score_adj").write_text("1000")
