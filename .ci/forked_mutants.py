"""Tries mutants inside one session of pytest: each in a fork of it, so that nothing is loaded twice.

A plugin of pytest, for `mutants.py`, which says in the file named by `MUTANTS` what is to be tried. First
all tests run once on the code as it is. Then each mutant has a process of its own, in which the tests that
enter the changed function run, the quickest first, until one fails. What became of it is a line of JSON.

What Hypothesis finds is not made small: nobody reads it.
"""

from __future__ import annotations

import gc
import json
import math
import os
import resource
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

ASKED, PROFILE, UNDER_TEST = "MUTANTS", "mutants", "MUTANT_UNDER_TEST"

PATIENCE, SPARE_S = 5, 2.0
"""A test may take so many times as long as on the code as it is, and so much more, of the processor's time:
then it runs for ever."""

WAITING_S = 300.0
"""A mutant whose tests only wait has so long by the clock, whoever else is at work."""

settings.register_profile(
    PROFILE,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)


@dataclass(frozen=True)
class Between:
    """Where the next test would be: after each, all but what the whole session shares is torn down."""

    session: pytest.Session

    def listchain(self) -> list[Any]:
        """What is kept."""
        return [self.session]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of running the tests: run them once, and try the mutants that are asked for."""
    asked = json.loads(Path(os.environ[ASKED]).read_text())
    between, items = Between(session), {item.nodeid: item for item in session.items}
    took_s: dict[str, float] = {}
    os.environ[UNDER_TEST] = ""
    for name, item in items.items():
        began = time.process_time()
        if not passes(item, between):
            pytest.exit(f"{name} fails on the code as it is", returncode=1)
        took_s[name] = time.process_time() - began
    gc.freeze()  # so that no fork copies what it does not change
    with Path(asked["results"]).open("a") as results:
        running: dict[int, tuple[str, float]] = {}
        for mutant, names in asked["tests"].items():
            tests = sorted((n for n in names if n in items), key=lambda n: took_s[n])
            while len(running) >= asked["processes"]:
                wait(running, results)
            pid = os.fork()
            if pid == 0:
                os.environ[UNDER_TEST] = mutant
                for name in tests:
                    limit(SPARE_S + PATIENCE * took_s[name])
                    if not passes(items[name], between):
                        os._exit(1)
                os._exit(0)
            running[pid] = mutant, time.monotonic() + WAITING_S
        while running:
            wait(running, results)
    return True


def limit(seconds: float) -> None:
    """End this process when it has used so much more of the processor's time."""
    until_s = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (until_s, resource.RLIM_INFINITY))


def passes(item: pytest.Item, between: Any) -> bool:
    """Run one test."""
    reports = runtestprotocol(item, nextitem=between, log=False)
    return not any(report.failed for report in reports)


def wait(running: dict[int, tuple[str, float]], results: Any) -> None:
    """Until one of them has ended, or had all its time; note what became of it."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in running:
            mutant, _ = running.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            results.write(json.dumps([mutant, code]) + "\n")
            results.flush()
            return
        late = [p for p, (_, until) in running.items() if time.monotonic() > until]
        for p in late:
            os.kill(p, signal.SIGXCPU)
        time.sleep(0.005)
