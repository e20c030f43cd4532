"""The examples in the client's docstrings, on a service with versions."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import argilla_distill.client as room
from argilla_distill import Client
from tests.client.running_service import KEY, Running

MODULES = sorted(m.name for m in pkgutil.iter_modules(room.__path__, f"{room.__name__}."))
SHOWN = {"client", "dataset", "tables", "version"}
"""Those that people use: each shows how."""


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(
    name: str, served: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    module = importlib.import_module(name)
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    with ExitStack() as stack:  # examples leave their clients open, as people do

        def opened(*given: Any, **named: Any) -> Client:
            return stack.enter_context(Client(*given, **named))

        known = {**vars(module), "Client": opened, "URL": served.url, "KEY": KEY}
        for test in finder.find(module, globs=known):
            runner.run(test)
    done = runner.summarize()
    assert done.failed == 0
    assert done.attempted > 0 or name.rpartition(".")[2] not in SHOWN
