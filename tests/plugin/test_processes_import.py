"""What importing costs: the web process stays small, jobs are found by their paths, imports do nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rq.utils import import_attribute

from argilla_distill.plugin import dispatch
from tests.places import ROOT

HEAVY = ("sklearn", "numpy", "scipy", "argilla", "pandas")

WEB = """
import sys
import argilla_distill.plugin.listener
from argilla_distill.plugin.settings import read
app = argilla_distill.plugin.listener.create_app(read({
    "ARGILLA_API_URL": "http://argilla", "ARGILLA_API_KEY": "key", "DISTILL_REDIS_URL": REDIS,
}))
assert app.test_client().get("/healthz").status_code == 200
print("\\n".join(sorted(sys.modules)))
"""

QUIET = """
import importlib, pkgutil, sys
import numpy, scipy.sparse, scipy.special, rich.progress, redis, rq, flask, httpx, pydantic, click
import prometheus_client, standardwebhooks.webhooks, huggingface_hub.hf_api
FORBIDDEN = {"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.fork",
             "os.system", "os.putenv", "os.mkdir", "os.remove", "os.rename", "signal.pthread_kill"}
def watch(event, arguments):
    wrote = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if event in FORBIDDEN or wrote:
        raise SystemExit(f"{event} {arguments} while importing {name}")
names = [m.name for m in pkgutil.walk_packages(["argilla_distill"], "argilla_distill.")]
sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
import threading, logging
assert threading.active_count() == 1, threading.enumerate()
assert not logging.getLogger().handlers
print("\\n".join(names))
"""


CALLS = """
import sys
from argilla_distill.plugin.argilla import calls
from argilla_distill.plugin.settings import read
argilla = {"ARGILLA_API_URL": "http://argilla", "ARGILLA_API_KEY": "key"}
settings = read({**argilla, "DISTILL_REDIS_URL": "redis://nobody/1"})
calls.load()
loaded = set(sys.modules)
calls.client(settings, 1, {}).close()
print("\\n".join(set(sys.modules) - loaded))
"""


def python(script: str) -> list[str]:
    """Lines that a fresh Python prints in an environment with nothing in it."""
    environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_web_process_loads_neither_models_nor_the_sdk_nor_the_workers(redis_url: str) -> None:
    loaded = python(f"REDIS = {redis_url!r}\n{WEB}")
    assert "argilla_distill.plugin.listener" in loaded
    assert "flask" in loaded
    assert [name for name in loaded if name.split(".")[0] in HEAVY] == []
    assert [name for name in loaded if name.startswith("argilla_distill.workers")] == []


def test_importing_any_module_touches_nothing() -> None:
    names = python(QUIET)
    assert {
        "argilla_distill.plugin.listener",
        "argilla_distill.plugin.store.work.lease",
        "argilla_distill.workers.jobs",
        "argilla_distill.workers.cli.main",
    } <= set(names)


def test_what_calls_need_can_be_loaded_before_a_worker_forks() -> None:
    """Otherwise each of its jobs would load the same hundred modules again."""
    assert not python(CALLS)


PATHS = sorted(
    value
    for name, value in vars(dispatch).items()
    if name.isupper() and isinstance(value, str) and "." in value
)


def test_the_list_of_jobs_is_not_empty() -> None:
    assert PATHS == [
        "argilla_distill.workers.jobs.archive",
        "argilla_distill.workers.jobs.difference",
        "argilla_distill.workers.jobs.distil",
        "argilla_distill.workers.jobs.fit",
        "argilla_distill.workers.jobs.orders",
        "argilla_distill.workers.jobs.report",
        "argilla_distill.workers.jobs.round_",
        "argilla_distill.workers.jobs.sweep",
        "argilla_distill.workers.jobs.trace",
        "argilla_distill.workers.jobs.twin",
        "argilla_distill.workers.jobs.version",
    ]


@pytest.mark.parametrize("path", PATHS)
def test_every_job_is_found_by_its_path_as_rq_looks_for_it(path: str) -> None:
    job: Any = import_attribute(path)
    assert callable(job)
    assert job.__module__ == "argilla_distill.workers.jobs"


def test_commands_that_only_read_and_note_start_without_the_engine() -> None:
    """`connect` used to spend a second of its time on importing numpy and scipy."""
    loaded = python(
        "import sys, argilla_distill.workers.cli.main, argilla_distill.workers.use_cases.sweep\n"
        "print('\\n'.join(sys.modules))"
    )
    assert "argilla_distill.workers.use_cases.sweep" in loaded
    heavy = {
        "flask",
        "numpy",
        "scipy",
        "sklearn",
        "argilla_distill.workers.models.dataset_models",
        "pandas",
        "pyarrow",
        "openpyxl",
    }
    assert not heavy & set(loaded)


def test_a_worker_loads_no_scipy_stats_and_no_pages() -> None:
    """`scipy.stats`, for two quantiles, once took as long as everything else that a worker loads."""
    loaded = python("import sys, argilla_distill.workers.jobs\nprint('\\n'.join(sys.modules))")
    assert "argilla_distill.workers.models.dataset_models" in loaded
    assert not {"scipy.stats", "flask", "sklearn", "pandas", "pyarrow", "argilla"} & set(loaded)


def test_what_is_done_in_short_turns_is_loaded_before_them() -> None:
    """Each turn of a version imported for a tenth of a second, and answers that came meanwhile waited."""
    new = python(
        "import sys\nfrom argilla_distill.workers.processes.worker import load\n"
        "load()\nbefore = set(sys.modules)\n"
        "from argilla_distill.workers.use_cases.twins import filling\n"
        "from argilla_distill.workers.use_cases.versions import comparing, making\n"
        "print('argilla_distill.workers.jobs' in before, *sorted(set(sys.modules) - before), sep='\\n')"
    )
    assert new == ["True"]


def test_a_csv_file_is_read_without_pandas_and_pyarrow(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("task,worker,label\nt,ann,yes\n")
    loaded = python(
        "import sys\nfrom pathlib import Path\n"
        "from argilla_distill.workers.files.answers_file import read_table\n"
        f"read_table('label', Path({str(tmp_path / 'answers.csv')!r}))\n"
        "print('\\n'.join(sys.modules))"
    )
    assert "argilla_distill.workers.files.answers_file" in loaded
    assert not {"pandas", "pyarrow", "openpyxl", "argilla", "sklearn"} & set(loaded)


def test_the_client_needs_httpx_and_pyarrow_alone_and_the_package_not_even_these() -> None:
    told = "print('\\n'.join(sys.modules))"
    package = python(f"import sys, argilla_distill\n{told}")
    client = python(f"import sys\nfrom argilla_distill import Client\n{told}")
    assert not {"httpx", "pyarrow", "argilla_distill.client"} & set(package)
    assert {"httpx", "pyarrow", "argilla_distill.client.version"} <= set(client)
    service = {"redis", "rq", "flask", "pydantic", "fsspec", "argilla", "pandas", "sklearn"}
    assert not service & set(client)
    assert not [name for name in client if name.startswith("argilla_distill.plugin")]
