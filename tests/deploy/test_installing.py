"""What installs something installs what the lock files name: nothing is resolved, built or fetched else.

A lock that is resolved again breaks when somebody else publishes.
"""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.places import ROOT

TOLD = ["Makefile", "README.md", "CONTRIBUTING.md", "deploy/Dockerfile", "deploy/compose.yaml"]
TOLD += [".ci/run", ".ci/debian", ".ci/redis", ".ci/tls", ".ci/browser"]
TOLD += [str(page.relative_to(ROOT)) for page in sorted((ROOT / "docs").glob("*.md"))]
LOCKS = {
    name: (ROOT / name).read_text()
    for name in (
        "requirements.lock",
        "deploy/requirements.lock",
        "deploy/build.lock",
        "demo/argilla-server.lock",
        "demo/argilla-server-2.5.0.lock",
        ".ci/uv.lock",
        "docs/requirements.lock",
    )
}


def pinned(lock: str) -> list[tuple[str, str, str]]:
    """(name, version, marker) of what a lock names."""
    return re.findall(r"^([a-z0-9-]+)==([^\s;]+)(?: ; ([^\\\n]+))?", LOCKS[lock], re.MULTILINE)


INSTALLS = re.compile(
    r"\b(pip[x3]?|uv|poetry|conda)\s+(install|wheel|sync|add|download|run)\b"
    r"|\buv pip (install|sync)\b|\b(uvx|easy_install|npm|npx)\b"
)


def commands() -> list[str]:
    """Every line that installs packages, continued lines joined."""
    found = []
    for name in TOLD:
        text = re.sub(r"\\\n\s*", " ", (ROOT / name).read_text())
        found += [f"{name}: {line.strip()}" for line in text.splitlines() if INSTALLS.search(line)]
    return found


# Commands


def test_there_are_commands_to_look_at() -> None:
    where = {line.split(":")[0] for line in commands()}
    assert where >= {"Makefile", "deploy/Dockerfile"}
    assert any(name.endswith(".md") for name in where)


def test_what_installs_packages_takes_them_as_locked_or_builds_ours_with_what_is_there() -> None:
    wrong = []
    for line in commands():
        locked = "--require-hashes" in line and "--only-binary :all:" in line and " -r " in line
        ours = "--no-build-isolation" in line and re.search(r"(\s\.|/build|-e \.)(\s|$)", line)
        if "--no-deps" not in line or not (locked or ours):
            wrong.append(line)
    assert wrong == []


def test_set_up_takes_everything_as_locked() -> None:
    text = (ROOT / ".ci/environment.py").read_text()
    installs = re.findall(r'pip\.run\(\s*"install", (.*)\)', text)
    assert len(installs) == 2
    assert "*as_they_are" in installs[0]
    assert '"--no-deps", "--no-build-isolation"' in installs[1]
    assert 'as_they_are = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]' in text
    assert 'pip.run("check")' in text


# Locks


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_a_version_and_a_hash(lock: str) -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", LOCKS[lock], flags=re.MULTILINE)
    packages = [block for block in blocks if block and not block.startswith("#")]
    assert packages
    assert [b.split()[0] for b in packages if "==" not in b or "--hash=sha256:" not in b] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "deploy/build.lock"])
def test_what_builds_this_package_is_locked_for_every_python(lock: str) -> None:
    """It came in as a dependency of something else once, and not on every Python."""
    assert [marker for name, _, marker in pinned(lock) if name == "setuptools"] == [""]


def test_the_image_and_the_tests_stand_on_the_same_releases() -> None:
    tested = {(name, version) for name, version, _ in pinned("requirements.lock")}
    assert {(name, version) for name, version, _ in pinned("deploy/requirements.lock")} <= tested


def test_the_oldest_server_differs_from_the_demos_in_what_it_must() -> None:
    (oldest,) = re.findall(r"^OLDEST := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    demo = {name for name, _, _ in pinned("demo/argilla-server.lock")}
    apart = {name: version for name, version, _ in pinned(f"demo/argilla-server-{oldest}.lock")}
    assert apart["argilla-server"] == oldest
    assert set(apart) <= demo


# Set-up itself


@pytest.fixture
def environment() -> Any:
    """The script of set-up, as a module."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / ".ci/environment.py")))


def test_the_pythons_that_set_up_takes_are_those_that_are_told(environment: Any) -> None:
    text = (ROOT / "pyproject.toml").read_text()
    listed = re.findall(r"Python :: 3\.(\d+)", text)
    low, high = environment.OLDEST, environment.NEWEST
    assert [f"{minor}" for minor in range(low[1], high[1] + 1)] == listed
    told = f"Python {low[0]}.{low[1]} to {high[0]}.{high[1]}"
    assert any(told in (ROOT / name).read_text() for name in TOLD if name.endswith(".md"))
    assert told in (ROOT / "Makefile").read_text()
    assert f'requires-python = ">={low[0]}.{low[1]}"' in text


def make(directory: Path, lock: str, step: str = "1/1") -> subprocess.CompletedProcess[str]:
    """Set-up's script on a lock, without a network."""
    locked = directory / "some.lock"
    locked.write_text(lock)
    script = [sys.executable, str(ROOT / ".ci/environment.py"), step]
    return subprocess.run(
        [*script, str(directory / "venv"), str(locked)],
        env={"PIP_NO_INDEX": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_set_up_says_what_it_does_and_names_a_failure_with_its_likely_cause(tmp_path: Path) -> None:
    done = make(tmp_path, f"no-such-package==1.0 \\\n    --hash=sha256:{'0' * 64}\n", "2/4")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"[2/4] {tmp_path / 'venv'}: up to 1 packages")
    assert any(line.startswith("[2/4] ERROR: No matching distribution") for line in lines)
    assert done.stderr.startswith(f"[2/4] {tmp_path / 'venv'}: failed. pip install ended with 1.")
    assert "Likely: the package index has no such file for this Python" in done.stderr
    assert str(tmp_path / "venv" / "pip.log") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_that_lacks_packages_is_refused_before_anything_is_made(
    environment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(environment.make.__globals__, "NEWEST", (3, 9))
    with pytest.raises(environment.Failed, match=r"use one from 3\.10 to 3\.9"):
        environment.make("1/1", tmp_path / "venv", [], "")
    assert not (tmp_path / "venv").exists()


def test_progress_counts_what_applies_and_hides_what_is_noise(
    environment: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pip = environment.Pip("1/4", tmp_path)
    for line in (
        "Ignoring tomli: markers 'python_full_version < \"3.11\"' don't match your environment",
        "Processing /a/mirror/annotated_types-0.8.0-py3-none-any.whl (from -r a.lock (line 7))",
        "Collecting numpy==2.4.6 (from -r requirements.lock (line 12))",
        "  Downloading numpy-2.4.6-cp311-manylinux_2_28_x86_64.whl (16.6 MB)",
        "WARNING: something that nobody need know",
    ):
        pip.understand(line)
    assert (pip.seen, pip.ignored, pip.doing) == (2, 1, "fetching numpy")
    pip.understand("Installing collected packages: numpy")
    assert pip.doing == "unpacking"
    assert capsys.readouterr().out == ""
    pip.understand("datasets 5.2.0 requires pandas, which is not installed.")
    assert (
        capsys.readouterr().out == "[1/4] datasets 5.2.0 requires pandas, which is not installed.\n"
    )
