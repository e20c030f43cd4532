"""What `doctor` says of the place where versions are kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from argilla_distill.workers.use_cases.checks import storage_check
from argilla_distill.workers.use_cases.checks.finding import FAIL, OK, WARN, Finding
from tests.workers.argilla_in_memory import D
from tests.workers.made_versions import answered, kept_in, made
from tests.workers.service_in_memory import ServiceInMemory


class Usage(NamedTuple):
    """As `shutil.disk_usage` has it, in bytes."""

    total: int
    used: int
    free: int


@pytest.fixture
def service(service: ServiceInMemory, tmp_path: Path) -> ServiceInMemory:
    return kept_in(service, tmp_path)


def finding(service: ServiceInMemory) -> Finding:
    (found,) = storage_check.versions(service.world)
    return found


def test_a_place_with_room_is_well_and_nothing_is_left_there(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    found = finding(service)
    assert (found.state, "GB free" in found.text) == (OK, True)
    assert list(tmp_path.iterdir()) == []  # nor is the folder made


def test_a_place_that_cannot_be_written_to_fails_with_the_reason(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    """A storage that was away, or read-only, was told by no check: only by versions that did not come."""
    (tmp_path / "versions").write_text("no folder")
    found = finding(service)
    assert (found.state, "Not a directory" in found.text) == (FAIL, True)
    assert "DISTILL_VERSIONS" in found.remedy


def test_versions_that_are_not_where_they_were_are_named(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    """As where the disk with them is not mounted."""
    answered(service)
    made(service)
    assert finding(service).state == OK
    shutil.rmtree(tmp_path / "versions" / D / "majority-1")
    found = finding(service)
    assert (found.state, "support/chat's majority-1" in found.text) == (FAIL, True)


def test_a_disk_that_is_nearly_full_is_a_warning(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - 10**7, 10**7))
    assert finding(service).state == WARN


def test_a_storage_elsewhere_is_tried_too(
    service: ServiceInMemory,
) -> None:
    settings = service.world.settings.model_copy(update={"versions": "memory://doctor/versions"})
    object.__setattr__(service.world, "settings", settings)
    assert finding(service) == Finding("versions storage", OK, "memory://doctor/versions")
