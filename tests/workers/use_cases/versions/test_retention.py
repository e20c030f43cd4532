"""Old versions go when a new one is made; tagged ones and all manifests stay."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.checks.version_overview import overview
from argilla_distill.workers.use_cases.versions import keeping, verifying
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import answered, kept_in, made
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    """A service that keeps two untagged versions."""
    service = kept_in(build(keep_versions=2), tmp_path)
    answered(service)
    return service


def with_files(service: ServiceInMemory) -> list[str]:
    """The versions that have files, as manifests say and as the disk does."""
    told = [m.name for m in service.store.versions.manifests(D) if not m.deleted_at]
    folder = Path(service.world.settings.versions) / D
    assert sorted(path.name for path in folder.iterdir() if path.name[0] != ".") == sorted(told)
    return told


def test_the_oldest_untagged_ones_go_and_manifests_stay(
    service: ServiceInMemory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "distill.versions")
    made(service, tags=("prod",))
    for _ in range(3):
        made(service)
    assert with_files(service) == ["majority-1", "majority-3", "majority-4"]
    assert "version majority-2" in caplog.text
    assert verifying.verify(service.world, CHAT, "majority-2").status == "deleted"
    assert verifying.verify(service.world, CHAT, "prod").status == "identical"
    every = overview(service.store, D)
    kept = [m for m in service.store.versions.manifests(D) if not m.deleted_at]
    assert (every.kept, every.bytes) == (3, sum(m.bytes for m in kept))


def test_one_whose_tag_was_moved_away_goes_with_the_next(service: ServiceInMemory) -> None:
    made(service, tags=("prod",))
    made(service)
    made(service)
    keeping.tag(service.world, CHAT, "majority-3", "prod")
    made(service)
    assert with_files(service) == ["majority-2", "majority-3", "majority-4"]


def test_a_version_is_made_though_an_old_one_cannot_be_deleted(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one tries again."""
    made(service)
    made(service)
    with monkeypatch.context() as patch:

        def refused(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        patch.setattr(Storage, "delete", refused)
        assert made(service).name == "majority-3"
    assert with_files(service) == ["majority-1", "majority-2", "majority-3"]
    made(service)
    assert with_files(service) == ["majority-3", "majority-4"]


def test_a_tag_can_be_taken_off_and_then_its_version_be_deleted(service: ServiceInMemory) -> None:
    """What is tagged is not deleted, and once no command took a tag off."""
    made(service, tags=("prod",))
    made(service)
    with pytest.raises(InvalidRequest, match="version tag --remove"):
        keeping.delete(service.world, CHAT, "majority-1")
    with pytest.raises(InvalidRequest, match="majority-2 is not tagged prod"):
        keeping.untag(service.world, CHAT, "majority-2", "prod")
    assert keeping.untag(service.world, CHAT, "prod", "prod").name == "majority-1"
    assert keeping.delete(service.world, CHAT, "majority-1").deleted_at
    with pytest.raises(InvalidRequest, match="files of majority-1 are deleted"):
        keeping.tag(service.world, CHAT, "majority-1", "prod")


def test_latest_moves_by_itself_and_no_other_way(service: ServiceInMemory) -> None:
    """It could be set to an older version, which what asks for the latest one then took."""
    made(service)
    made(service)
    for refused in (keeping.tag, keeping.untag):
        with pytest.raises(InvalidRequest, match="moves by itself"):
            refused(service.world, CHAT, "majority-1", "latest")
    with pytest.raises(InvalidRequest, match="moves by itself"):
        made(service, tags=("latest",))
    keeping.delete(service.world, CHAT, "latest")
    assert keeping.found(service.world, CHAT, "latest").name == "majority-1"
    keeping.delete(service.world, CHAT, "latest")
    assert service.store.versions.tags(D) == {}
