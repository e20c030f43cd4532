"""The import contracts protect: a new file that imports a library in a wrong room fails `lint-imports`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

ROOMS = {
    "httpx": ["plugin.argilla", "client"],
    "argilla": ["plugin.argilla"],
    "redis": ["plugin.store"],
    "rq": [],
    "flask": ["plugin.pages", "plugin.visitors"],
    "itsdangerous": ["plugin.pages", "plugin.visitors"],
    "werkzeug": ["plugin.pages", "plugin.visitors"],
    "waitress": [],
    "prometheus_client": ["plugin.health"],
    "pydantic": ["plugin.settings"],
    "standardwebhooks": ["plugin.webhook"],
    "click": ["workers.cli"],
    "rich": ["workers.cli"],
    "pyarrow": ["workers.files", "workers.archives", "workers.versions", "exports", "client"],
    "fsspec": ["plugin.storage"],
    "huggingface_hub": ["plugin.hub"],
    "openpyxl": ["workers.files"],
    "numpy": ["workers"],
    "scipy": ["workers"],
    "sklearn": ["workers"],
}
"""Library → the rooms in which a new file may import it. `rq` and `waitress` are for single files only."""

SHARED = ("domain", "exports", "client")
"""Rooms of the package that are no links to folders of the repository."""

INTRUDER = "intruder"


def rooms(top: str) -> list[Path]:
    """All folders with Python files below a folder, itself left out."""
    return sorted(init.parent for init in (ROOT / top).glob("**/__init__.py"))[1:]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """(room, library): what `lint-imports` refuses where every room has a file that imports all."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("argilla_distill", "plugin", "workers"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", copy)
    text = "".join(f"import {library}\n" for library in ROOMS)
    shared = [ROOT / "argilla_distill" / name for name in SHARED]
    for folder in [*rooms("plugin"), *rooms("workers"), *shared]:
        (copy / folder.relative_to(ROOT) / f"{INTRUDER}.py").write_text(text)
    script = "from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run(
        [sys.executable, "-c", script, "--no-cache", "--config", str(copy / "pyproject.toml")],
        cwd=copy,
        env={"PYTHONPATH": str(copy), "COLUMNS": "500", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found = re.findall(rf"argilla_distill\.([\w.]+)\.{INTRUDER} ->\s+(\w+)", done.stdout)
    assert found, done.stdout + done.stderr
    return set(found)


def within(room: str, allowed: list[str]) -> bool:
    return any(room == each or room.startswith(f"{each}.") for each in allowed)


@pytest.mark.parametrize("library", ROOMS)
def test_a_library_in_a_wrong_room_is_refused(library: str, refused: set[tuple[str, str]]) -> None:
    names = [*rooms("plugin"), *rooms("workers"), *(ROOT / name for name in SHARED)]
    every = {".".join(folder.relative_to(ROOT).parts) for folder in names}
    assert {"plugin.store.work", "plugin.pages.views", "workers.engine.label", "domain"} <= every
    wrong = {room for room in every if not within(room, ROOMS[library])}
    assert {room for room, name in refused if name == library} == wrong


def test_no_room_is_named_that_there_is_not() -> None:
    named = {room for allowed in ROOMS.values() for room in allowed}
    tops = (ROOT, ROOT / "argilla_distill")
    places = {
        room: [top / room.replace(".", "/") / "__init__.py" for top in tops] for room in named
    }
    assert [room for room, files in places.items() if not any(f.exists() for f in files)] == []
