"""`make mutants` changes files, and runs tests, that there are."""

from __future__ import annotations

import runpy
import sys
from typing import Any

import pytest

from tests.places import ROOT


@pytest.fixture(scope="module")
def rooms() -> dict[str, Any]:
    """The rooms of the script, by name."""
    path = str(ROOT / ".ci" / "mutants.py")
    with pytest.MonkeyPatch.context() as patch:
        module = type(sys)("mutants")
        patch.setitem(sys.modules, "mutants", module)  # dataclasses look their module up
        found = runpy.run_path(path, run_name="mutants")["ROOMS"]
    assert found
    return dict(found)


def test_every_file_to_be_changed_is_there(rooms: dict[str, Any]) -> None:
    package = ROOT / "argilla_distill"
    missing = [f for room in rooms.values() for f in room.files if not list(package.glob(f))]
    assert missing == []


def test_every_test_to_be_run_is_there(rooms: dict[str, Any]) -> None:
    tests = ROOT / "tests"
    assert [t for room in rooms.values() for t in room.tests if not (tests / t).exists()] == []
