"""Long work that goes on beside the job that began it, so that no answer waits for it.

A job looks after such work in short turns: it begins it, or finds it under way, and goes away when something
more urgent waits; the work, in a process of its own and with the lowest priority, goes on. A file that the
process has locked tells that it lives: a killed process leaves the lock free, and the next turn begins anew.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

NICE = 15
"""A thirtieth of a processor that others want: less would never end where all are busy for long."""

LOOK_S = 0.04
KEEPER_LOOK_S = 2.0
RESULT = "aside.json"

MAX_DEATHS = 3
"""A process that died so often without a word is not begun again."""


class WorkFailed(Exception):
    """What was done aside failed, and would fail again. The text says why."""


class Aside(Protocol):
    """Does work until it is done, or until the turn is over. Returns whether it is done."""

    def __call__(self, folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        """Do `work`, whose marks are in `folder`.

        Parameters
        ----------
        work : may be begun again after a kill.
        over : whether somebody else is to have the processor now.

        Raises
        ------
        OSError : there was no room, or no access; the next turn begins again.
        WorkFailed : it is of no use to begin again.
        """
        ...


def within_limits(cpu_s: int) -> None:
    """In the process beside: end it after so many seconds of a processor, and first where memory runs out."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def in_place(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
    """Do it here and now."""
    work()
    return True


def beside(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
    """Let a process of its own do it."""
    process = 0
    while True:
        process = process and _living(process)
        result = _result(folder)
        if result is not None:
            if process:
                os.waitpid(process, 0)
            return _judged(folder, result)
        if not process:
            process = _begun(folder, work)
        if over():
            return False
        time.sleep(LOOK_S)


def _begun(folder: Path, work: Callable[[], None]) -> int:
    """The process that does it, if nobody else's does; else 0."""
    lock = (folder / "aside.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return 0
    with lock:  # the process has the lock as well: it ends with whoever lives longer
        if (folder / RESULT).exists():
            return 0
        before = len(_deaths(folder).read_bytes()) if _deaths(folder).exists() else 0
        if before >= MAX_DEATHS:
            leave_result(folder, failed=f"the process that makes it was killed {before} times")
            return 0
        _deaths(folder).write_bytes(b"x" * (before + 1))
        keeper = os.getppid()
        with warnings.catch_warnings():
            # Python 3.12 warns of forking beside other threads. The process uses none of their locks.
            warnings.simplefilter("ignore", DeprecationWarning)
            process = os.fork()
        if process == 0:
            _do(folder, work, keeper)
        return process


def _do(folder: Path, work: Callable[[], None], keeper: int) -> None:
    """In the process: work, leave word, end. Nothing of the job that began it goes on here."""
    try:
        _give_way()
        signal.signal(signal.SIGTERM, lambda *_: _leave(folder))
        threading.Thread(target=_watch, args=(folder, keeper), daemon=True).start()
        work()
        leave_result(folder, done=True)
    except OSError as error:
        leave_result(folder, errno=error.errno or 0, error=error.strerror or str(error))
    except Exception as error:  # whatever it is, the job tells it
        leave_result(folder, failed=str(error) or type(error).__name__)
    finally:
        _leave(folder)


def _give_way() -> None:
    """Let whatever else wants a processor have it first, without being interrupted for us."""
    os.nice(NICE)
    if hasattr(os, "sched_setscheduler"):  # Linux
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _leave(folder: Path) -> None:
    """End. Only a process that is killed does not come here."""
    _deaths(folder).unlink(missing_ok=True)
    os._exit(0)


def _watch(folder: Path, keeper: int) -> None:
    """End with the worker."""
    while True:
        time.sleep(KEEPER_LOOK_S)
        try:
            os.kill(keeper, 0)
        except ProcessLookupError:
            _leave(folder)
        except PermissionError:
            pass  # it lives, as somebody else


def leave_result(folder: Path, **result: object) -> None:
    """Leave word, as a whole or not at all; where there is no room for it, the work is begun again."""
    try:
        part = folder / f"{RESULT}.part"
        part.write_text(json.dumps(result), "utf-8")
        part.rename(folder / RESULT)
    except OSError:
        (folder / f"{RESULT}.part").unlink(missing_ok=True)


def _judged(folder: Path, result: Mapping[str, Any]) -> bool:
    if "done" in result:
        return True
    (folder / RESULT).unlink(missing_ok=True)
    if "failed" in result:
        raise WorkFailed(result["failed"])
    raise OSError(result["errno"], result["error"])


def _result(folder: Path) -> Mapping[str, Any] | None:
    """What the process left as its last word; None where it left none."""
    path = folder / RESULT
    if not path.exists():
        return None
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _deaths(folder: Path) -> Path:
    """A byte for each process that was begun and has not ended by itself."""
    return folder / "aside.deaths"


def _living(process: int) -> int:
    """The process, if it lives; else 0."""
    ended, _ = os.waitpid(process, os.WNOHANG)
    return 0 if ended else process
