"""`make demo`: a real Argilla, our service beside it, and annotators at work.

What is started is `demo.running.stage`, what is played `demo.programme`, and how `demo.performance`; with
`--loop` it is `demo.loop.story`.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import httpx
from redis.exceptions import RedisError
from rich.console import Console

from demo.argilla.api_error import ApiError
from demo.loop.desk import SETTINGS
from demo.loop.story import Story
from demo.options import Options, parse
from demo.performance import Performance
from demo.programme import Programme, programme
from demo.running.stage import Stage

FOLDER = Path(__file__).resolve().parent.parent / ".demo"
LOOK_S = 1.0
INTERRUPTED = 130

FAILURES = (
    ApiError,
    RuntimeError,  # ServerError, NotGiven, a command of argilla-distill that failed
    subprocess.SubprocessError,
    httpx.TransportError,
    RedisError,
    OSError,
)
"""What can go wrong outside of this program; each says what in its message."""


class Stopped(BaseException):
    """Somebody pressed Ctrl-C, or sent a signal that ends programs."""


def main(argv: Sequence[str]) -> int:
    """Run the demo. Returns the exit status.

    0: done, every completed record is distilled, and the version is the same twice (with `--loop`: it was
    played to its end). 1: it is not, or something failed. 2: the command line was not understood. 130:
    interrupted before the end.
    """
    options = parse(argv)
    console = Console(highlight=False)
    try:
        chosen = programme(options)
    except ValueError as error:
        console.print(f"demo: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    _on_signals(_stop)
    FOLDER.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=FOLDER))
    status = 1
    try:
        if options.loop:
            status = _tell(folder, options, console)
        else:
            status = _perform(folder, chosen, options, console)
    except Stopped:
        status = INTERRUPTED
        console.print("\nStopped; everything that was started is gone.")
    except FAILURES as error:
        console.print(f"\ndemo: {error}", style="red", markup=False, soft_wrap=True)
    if status == 1 and any(folder.iterdir()):
        console.print(f"The logs are in {folder}", soft_wrap=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return status


def _perform(folder: Path, chosen: Programme, options: Options, console: Console) -> int:
    with _undisturbed(Stage(folder, console, options.port, options.argilla_port)) as stage:
        performance = Performance(stage, chosen, console)
        performance.prepare()
        last = performance.play()
        if not last.settled:
            console.print(
                f"Not settled: {last.answers} of {last.of} answers given, {last.observed} observed, "
                f"{last.dirty} records dirty, {last.stale} stale.",
                style="red",
            )
        passed = performance.end().passed and last.settled
        ending = performance.freeze()
        if not options.exit:
            performance.invite(ending)
            _stay(stage, console)
        return 0 if passed and ending.passed else 1


def _tell(folder: Path, options: Options, console: Console) -> int:
    ports = (options.port, options.argilla_port)
    with _undisturbed(Stage(folder, console, *ports, plan=SETTINGS)) as stage:
        story = Story(stage, options.seed)
        story.play()
        story.invite()
        if not options.exit:
            _stay(stage, console)
        return 0


@contextmanager
def _undisturbed(stage: Stage) -> Iterator[Stage]:
    """The stage; once it is being stopped, no signal disturbs that."""
    try:
        stage.start()
        yield stage
    finally:
        _on_signals(signal.SIG_IGN)
        stage.stop()


def _stay(stage: Stage, console: Console) -> None:
    """Wait until somebody stops us, and report every process that ends by itself meanwhile."""
    console.print("\nCtrl-C stops everything.")
    reported: set[str] = set()
    try:
        while True:
            for process in stage.ended():
                if process.name not in reported:
                    reported.add(process.name)
                    console.print(f"{process.name} has ended\n{process.tail(10)}", markup=False)
            time.sleep(LOOK_S)
    except Stopped:
        console.print("\nStopping …")


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def _on_signals(handler: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)  # type: ignore[arg-type]  # SIG_IGN is one too


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
