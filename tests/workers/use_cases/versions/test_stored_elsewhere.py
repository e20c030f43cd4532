"""A version's files on their way to a storage that is no disk: beside the worker, over any kill, by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.versions.making import Made, make
from argilla_distill.workers.use_cases.versions.verifying import verify
from argilla_distill.workers.versions.aside import beside
from tests.plugin.storage.elsewhere import address
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import answered, finished
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the files come to be."""
    return tmp_path / "bucket"


@pytest.fixture
def service(
    build: Build, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> ServiceInMemory:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    service = build(keep_versions=100)
    settings = service.world.settings.model_copy(update={"versions": address(place)})
    object.__setattr__(service.world, "settings", settings)
    answered(service)
    return service


def in_turns(service: ServiceInMemory) -> Made:
    """Turns that all end at once, as something more urgent waits."""
    for _ in range(2000):
        done = make(service.world, D, 60.0, aside=beside, urgent=lambda: True)
        if done.manifest is not None:
            return done
        assert done.waiting, done.status
    raise AssertionError("it is never made")


def test_what_takes_long_is_sent_beside_and_the_manifest_comes_last(
    service: ServiceInMemory, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn that stored a version once sent all of its files, however long that took."""
    put, seen = Storage.put, list[set[str]]()

    def told(self: Storage, dataset_id: str, name: str, *rest: object) -> None:
        seen.append({path.name for path in (place / D / name).iterdir()})
        put(self, dataset_id, name, *rest)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Storage, "put", told)
    ask(service.world, CHAT)
    done = in_turns(service)
    assert done.manifest is not None
    assert seen == [{file.path for file in done.manifest.files if file.path.endswith(".parquet")}]
    assert Storage(service.world.settings.versions).damage(done.manifest) == []
    assert verify(service.world, CHAT, done.name).status == "identical"


def test_after_a_file_that_could_not_be_sent_the_next_turn_goes_on(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, send = list[str](), Storage.send

    def unsteady(self: Storage, dataset_id: str, name: str, path: Path) -> None:
        sent.append(path.name)
        if len(sent) == 2:
            raise OSError(5, "the network is down")
        send(self, dataset_id, name, path)

    monkeypatch.setattr(Storage, "send", unsteady)
    ask(service.world, CHAT)
    assert make(service.world, D, 60.0).status == "waits: [Errno 5] the network is down"
    manifest = finished(service)
    assert sent.count(sent[0]) == 1
    assert sent[2] == sent[1]
    assert Storage(service.world.settings.versions).damage(manifest) == []


def test_where_another_machine_sends_it_a_turn_ends_and_leaves_it_alone(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(service.world, CHAT)
    assert service.store.versions.send(D, asked.name, "another machine")
    with monkeypatch.context() as patch:
        patch.setattr(Storage, "send", lambda *_: pytest.fail("it is not ours to send"))
        done = make(service.world, D, 0.5)
    assert (done.manifest, done.waiting) == (None, True)
    service.store.redis.delete(
        service.store.keys.of(D, f"sender:{asked.name}")
    )  # that machine is gone
    assert finished(service).name == done.name


def test_what_another_machine_went_on_with_is_sent_anew_as_a_whole(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of two machines never make up one version."""
    sent, send = list[str](), Storage.send

    def once(self: Storage, dataset_id: str, name: str, path: Path) -> None:
        if len(sent) == 2:
            sent.append("refused")
            raise OSError(5, "the network is down")
        sent.append(path.name)
        send(self, dataset_id, name, path)

    monkeypatch.setattr(Storage, "send", once)
    asked = ask(service.world, CHAT)
    assert make(service.world, D, 60.0).status.startswith("waits")
    service.store.versions.note(D, asked.name, sender="another machine")
    service.store.redis.delete(service.store.keys.of(D, f"sender:{asked.name}"))
    finished(service)
    assert sent.count(sent[0]) == sent.count(sent[1]) == 2
