"""The property tests, on examples drawn at random: `make test` draws the same ones each time.

    python -m benchmarks properties [PYTEST OPTIONS…]

Ends with pytest's exit code where something fails; what failed is told with how to draw it again.
"""

from __future__ import annotations

import os
import subprocess
import sys

SELECTED = ("tests", "-m", "hypothesis and not live and not browser")


def main(words: list[str]) -> None:
    """Run them."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "random"}
    done = subprocess.run([*command, *(words or SELECTED)], env=environment, check=False)
    if done.returncode:
        sys.exit(done.returncode)
