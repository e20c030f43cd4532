"""How the suite itself reports: names as tests run, failures when they happen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

CONFTEST = """
import pytest
from tests import at_once

@pytest.hookimpl(trylast=True)
def pytest_configure(config): at_once.register(config)
"""

TESTS = """
import pytest

def test_one(): assert 1 + 1 == 3, "the sum is wrong"
def test_two(): pass
@pytest.fixture
def broken(): raise RuntimeError("no server")
def test_three(broken): pass
def test_four(): pass
"""


ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Other plugins take longer to load than these tests to run."""


@pytest.mark.parametrize("parallel", [[], ["-n", "1"]])
def test_a_failure_is_shown_before_the_next_test_is_over(
    tmp_path: Path, parallel: list[str]
) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    command = [sys.executable, "-m", "pytest", "-v", "-p", "xdist.plugin", "--rootdir=."]
    done = subprocess.run(
        [*command, *parallel, "test_some.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", **ALONE},
        capture_output=True,
        text=True,
        timeout=240,
    )
    told = done.stdout
    assert done.returncode == 1, told
    assert told.index("the sum is wrong") < told.index("test_two")
    assert told.index("no server") < told.index("test_four")


def test_live_tests_are_named_as_they_run() -> None:
    """The settings ask for quiet once, so it takes two."""
    makefile = (ROOT / "Makefile").read_text()
    lines = re.findall(r'pytest (.*)-m "live or browser"', makefile)
    assert lines
    assert all(line.startswith("-vv ") for line in lines)
