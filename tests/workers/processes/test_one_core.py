"""A command takes one core, as a worker does, unless told otherwise; and seldom looks for garbage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from argilla_distill.workers.processes.garbage import NEW_OBJECTS

AGGREGATE = """
import gc
import sys
from threadpoolctl import threadpool_info
from argilla_distill.workers.cli import main
sys.argv = ["argilla-distill", "aggregate", sys.argv[1], "--type", "label", "--out", sys.argv[2]]
main()
print(*{pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
print(gc.get_threshold()[0])
"""


@pytest.mark.parametrize(
    ("given", "threads"),
    [({}, 1), ({"OPENBLAS_NUM_THREADS": "2"}, min(2, os.cpu_count() or 1))],
)
def test_aggregate_begins_no_threads_for_small_matrices(
    tmp_path: Path, given: dict[str, str], threads: int
) -> None:
    """On two cores they once took a third of its CPU, waiting for each other."""
    answers = tmp_path / "answers.csv"
    answers.write_text("task,worker,label\n" + "".join(f"t{n},a{n % 3},x\n" for n in range(9)))
    own = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", AGGREGATE, str(answers), str(tmp_path / "out.csv")],
        env={**own, **given},
        capture_output=True,
        text=True,
        timeout=120,
    )
    expected = [str(threads), str(NEW_OBJECTS)]
    assert (done.returncode, done.stdout.splitlines()[-2:]) == (0, expected), done.stderr
