"""Releases of Argilla: which are held, what the doctor says of others, and that docs and locks agree."""

from __future__ import annotations

import re

import pytest

from argilla_distill.plugin.argilla.release import NEWEST, OLDEST, shortcoming
from argilla_distill.workers.use_cases.checks.doctor import examine
from argilla_distill.workers.use_cases.checks.finding import FAIL, OK, WARN, Finding
from tests.places import ROOT
from tests.workers.service_in_memory import ServiceInMemory


@pytest.mark.parametrize(
    "release", ["2.5.0", "2.6.0", "2.7.1", "2.8.0", "2.5", "2.8.0.dev0", "2.8"]
)
def test_releases_between_the_oldest_and_the_newest_are_held(release: str) -> None:
    assert shortcoming(release) == (True, "")


@pytest.mark.parametrize(
    ("release", "works", "told"),
    [
        ("1.29.1", False, "too old"),
        ("2.0.0", False, "too old"),
        ("2.3.1", False, "too old"),
        ("2.4.1", True, "older than what is held"),
        ("2.8.1", True, "newer than what is held"),
        ("2.10.0", True, "newer than what is held"),
        ("3.0.0", False, "another generation"),
        ("unknown", True, "no release that we know"),
        ("", True, "no release that we know"),
    ],
)
def test_others_are_told_with_what_is_held(release: str, works: bool, told: str) -> None:
    can, text = shortcoming(release)
    assert can == works
    assert told in text
    assert "2.5.0 to 2.8.0" in text


def argilla(service: ServiceInMemory, release: str, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setattr(type(service.argilla), "release", lambda _: release, raising=False)
    return next(finding for finding in examine(service.world) if finding.what == "argilla")


def test_the_doctor_tells_a_release_that_is_not_held(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert argilla(service, "2.8.0", monkeypatch).state == OK
    newer = argilla(service, "2.9.0", monkeypatch)
    assert (newer.state, "2.9.0" in newer.text) == (WARN, True)
    assert "newer than what is held" in newer.text
    assert newer.remedy
    older = argilla(service, "2.2.0", monkeypatch)
    assert older.state == FAIL
    assert "upgrade Argilla" in older.remedy


def test_docs_locks_and_targets_name_the_same_releases() -> None:
    oldest, newest = (".".join(map(str, release)) for release in (OLDEST, NEWEST))
    assert f"OLDEST := {oldest}\n" in (ROOT / "Makefile").read_text()
    lock = (ROOT / "demo/argilla-server.lock").read_text()
    assert re.findall(r"^argilla-server==(\S+)", lock, re.MULTILINE) == [newest]
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    told = f"{oldest} to {newest}"
    assert any(told in page.read_text() for page in pages)
