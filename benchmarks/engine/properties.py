"""The property tests on examples drawn at random, and the promise of the engine over many seeds.

    python -m benchmarks properties [--seeds 100] [PYTEST OPTIONS…]

`make test` draws the same examples each time. Here others are drawn each time, and a failure is printed
together with how to draw it again. The seeds come after the tests: see `benchmarks.engine.seeds`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from benchmarks.engine import seeds

SELECTED = ("tests", "-m", "hypothesis and not live and not browser")


def main(arguments: list[str]) -> None:
    """Run both; exits with 1 where something failed."""
    parser = argparse.ArgumentParser(prog="properties")
    parser.add_argument("--seeds", type=int, default=100, help="of each case; 0: the tests alone")
    options, rest = parser.parse_known_args(arguments)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "random", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([*command, *(rest or SELECTED)], env=environment, check=False)
    if options.seeds:
        seeds.main(["--seeds", str(options.seeds)])
    if done.returncode:
        sys.exit(1)
