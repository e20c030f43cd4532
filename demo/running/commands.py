"""`argilla-distill`'s commands, each in a process of its own, as a shell would run them.

The process is forked from one that has imported the command line: a start takes a second of CPU, and the demo
and the live tests make more than a hundred.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

TIMEOUT_S = 600.0

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["argilla_distill.workers.cli.main"])


def run(arguments: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `argilla-distill` with these arguments and this environment, to its end.

    Raises subprocess.TimeoutExpired after ten minutes; the process is gone then.
    """
    argv = ["argilla-distill", *arguments]
    with TemporaryDirectory() as folder:
        written = Path(folder) / "out", Path(folder) / "err"
        process = FORKS.Process(target=_command, args=(argv, dict(env), *written))
        process.start()
        process.join(TIMEOUT_S)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(argv, TIMEOUT_S)
        out, err = (file.read_text() for file in written)
        return subprocess.CompletedProcess(argv, process.exitcode, out, err)


def _command(argv: list[str], env: dict[str, str], out: Path, err: Path) -> None:
    for file, number in ((out, 1), (err, 2)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = argv
    from argilla_distill.workers.cli.main import main

    main()
