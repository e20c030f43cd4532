"""Whatever comes between: no half version is ever known, and the next turn goes on."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rq import Queue

from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store import StoreError
from argilla_distill.plugin.store.versions.manifests import Versions
from argilla_distill.workers.use_cases.checks.version_overview import overview
from argilla_distill.workers.use_cases.due import versions_due
from argilla_distill.workers.use_cases.versions import (
    making,
    reading,
    verifying,
)
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.versions.aside import WorkFailed, beside
from argilla_distill.workers.versions.parts import Parts
from argilla_distill.workers.versions.spool import Spool
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import answered, finished, kept_in, made
from tests.workers.service_in_memory import Build, ServiceInMemory

STEPS: tuple[tuple[type, str], ...] = (
    (Spool, "mark"),
    (Spool, "add_entries"),
    (Spool, "add_records"),
    (Parts, "close"),
    (Storage, "put"),
    (Versions, "keep"),
)
"""Wherever something is written: history, records, what was fitted, files, their place, the manifest."""


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    service = kept_in(build(keep_versions=100), tmp_path)
    answered(service)
    return service


def waits(service: ServiceInMemory) -> list[str]:
    """Why the versions in hand wait."""
    return [each.error for each in overview(service.store, D).making]


def named(service: ServiceInMemory) -> list[str]:
    """The versions that are known."""
    return [manifest.name for manifest in service.store.versions.manifests(D)]


def known(service: ServiceInMemory) -> list[str]:
    """The versions that are known, each with all its files."""
    names = named(service)
    for name in names:
        assert verifying.verify(service.world, CHAT, name).status == "identical"
    return names


def killed(service: ServiceInMemory, at: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Make the version in hand in a process of its own that is killed at the so-manieth step."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL
    count = 0

    def deadly(step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*given, **named)

        return call

    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, deadly(getattr(owner, name)))
    code = 1
    try:
        code = int(make(service.world, D, 60.0).manifest is None)
    finally:
        os._exit(code)


def test_killed_at_any_step_it_is_made_by_the_next_worker_and_never_half_there(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, step = made(service), 0
    names = [whole.name]
    survived = False
    while not survived:
        step += 1
        name = ask(service.world, CHAT).name
        survived = not killed(service, step, monkeypatch)
        if not survived:
            assert named(service) == names
            assert make(service.world, D, 60.0).status == "another worker makes it"
            service.store.redis.delete(service.store.keys.of(D, "maker"))  # it ran out
            assert finished(service).content_sha256 == whole.content_sha256
        names.append(name)
    assert known(service) == names
    assert step > 10


@pytest.mark.parametrize("method", ["dataset", "blueprint", "page"])
def test_while_argilla_is_away_it_waits_and_goes_on_when_it_is_back(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    asked = ask(service.world, CHAT)

    def away(name: str) -> None:
        if name == method:
            raise ArgillaUnavailable("Argilla does not answer: timed out")

    with monkeypatch.context() as patch:
        patch.setattr(service.argilla, "before", away)
        done = make(service.world, D, 60.0)
    assert (done.manifest, done.waiting) == (None, False)  # the cron asks again, nobody spins
    assert waits(service) == ["Argilla does not answer: timed out"]
    assert known(service) == []
    assert finished(service).name == asked.name
    assert waits(service) == []


def test_a_dataset_that_is_deleted_meanwhile_fails_with_its_reason(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    name = ask(service.world, CHAT).name
    assert make(service.world, D, 0.0).waiting
    service.argilla.delete_dataset(D)
    for _ in range(5):
        make(service.world, D, 0.0)
    every = overview(service.store, D)
    assert [(failed.name, failed.error) for failed in every.failed] == [
        (name, "the dataset is gone from Argilla")
    ]
    assert (every.kept, every.making) == (0, [])
    assert not making.spool_of(service.world, D, name).marked("history")


def test_a_failure_is_told_until_a_version_is_made(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(service.world, CHAT)
    with monkeypatch.context() as patch:

        def dead(folder: Path, work: object, over: object) -> bool:
            raise WorkFailed("the process that makes it was killed 3 times")

        assert "killed 3 times" in make(service.world, D, 60.0, aside=dead).status
        patch.undo()
    assert [each.error for each in overview(service.store, D).failed] == [
        "the process that makes it was killed 3 times"
    ]
    assert made(service).name == "majority-2"
    assert overview(service.store, D).failed == []


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Spool, "mark"), (Spool, "sort_in"), (Parts, "close"), (Storage, "put")],
    ids=str,
)
def test_on_a_full_disk_it_waits_and_goes_on_when_there_is_room(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    whole = made(service)
    asked = ask(service.world, CHAT)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, full)
        for _ in range(3):
            assert make(service.world, D, 60.0).manifest is None
    assert waits(service) == ["[Errno 28] No space left on device"]
    assert known(service) == [whole.name]
    assert finished(service).content_sha256 == whole.content_sha256
    assert known(service) == [whole.name, asked.name]


def test_without_redis_the_turn_ends_and_the_next_one_goes_on(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(service.world, CHAT)

    def away(*_: object, **__: object) -> None:
        raise StoreError("Error 111 connecting to redis. Connection refused.")

    for step in ("note", "keep"):
        with monkeypatch.context() as patch:
            patch.setattr(Versions, step, away)
            with pytest.raises(StoreError):
                make(service.world, D, 60.0)
        assert known(service) == []
    assert finished(service).name == asked.name


def test_a_storage_whose_package_is_missing_is_what_it_waits_for(service: ServiceInMemory) -> None:
    """As on a worker that was installed otherwise than the machine that asked."""
    asked = ask(service.world, CHAT)
    settings = service.world.settings
    there = settings.model_copy(update={"versions": "s3://bucket/path"})
    object.__setattr__(service.world, "settings", there)
    assert make(service.world, D, 60.0).manifest is None
    assert waits(service) == ["DISTILL_VERSIONS: Install s3fs to access S3"]
    object.__setattr__(service.world, "settings", settings)
    assert finished(service).name == asked.name


def test_of_two_workers_one_makes_it_and_the_other_goes_away(service: ServiceInMemory) -> None:
    ask(service.world, CHAT)
    assert service.store.versions.hold(D, "another")
    done = make(service.world, D, 60.0)
    assert (done.status, done.waiting) == ("another worker makes it", False)
    service.store.versions.let_go(D, "another")
    assert finished(service).name == "majority-1"


def test_two_that_are_asked_for_are_made_one_after_the_other_and_are_equal(
    service: ServiceInMemory,
) -> None:
    first, second = ask(service.world, CHAT), ask(service.world, CHAT)
    one = make(service.world, D, 60.0)
    assert one.waiting
    other = make(service.world, D, 60.0)
    assert [one.name, other.name] == [first.name, second.name]
    assert one.manifest is not None
    assert other.manifest is not None
    assert one.manifest.content_sha256 == other.manifest.content_sha256
    assert not other.waiting


def test_an_error_that_nobody_thought_of_is_told_as_well(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(service.world, CHAT)

    def wrong(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "put", wrong)
        with pytest.raises(ZeroDivisionError):
            make(service.world, D, 60.0)
    assert waits(service) == ["ZeroDivisionError: division by zero"]
    assert finished(service).name == "majority-1"


def test_after_disconnect_it_is_made_all_the_same(service: ServiceInMemory) -> None:
    """It writes nothing into Argilla."""
    ask(service.world, CHAT)
    make(service.world, D, 0.0)
    for webhook in service.store.service.webhooks():
        service.store.service.forget_webhook(webhook)
    assert not service.world.connected
    assert finished(service).name == "majority-1"


def test_somebody_who_waits_ends_the_turn_and_the_work_goes_on_aside(
    service: ServiceInMemory,
) -> None:
    whole = made(service)
    ask(service.world, CHAT)
    turns = 0
    for _ in range(2000):
        done = make(service.world, D, 60.0, aside=beside, urgent=lambda: True)
        turns += 1
        if done.manifest is not None:
            break
        assert done.waiting
    assert done.manifest is not None
    assert done.manifest.content_sha256 == whole.content_sha256
    assert turns > 3


def test_the_cron_asks_again_for_what_nobody_makes(service: ServiceInMemory) -> None:
    asked = ask(service.world, CHAT)
    assert versions_due.ask(service.world) == []  # its job waits in the queue
    jobs: Any = Queue(f"{service.world.settings.queue}-versions", connection=service.store.redis)
    jobs.empty()
    assert versions_due.ask(service.world) == [D]
    jobs.empty()
    assert service.store.versions.hold(D, "somebody")
    assert versions_due.ask(service.world) == []
    service.store.versions.let_go(D, "somebody")
    service.store.versions.note(D, asked.name, stage="waiting", at=service.store.now())
    assert versions_due.ask(service.world) == []  # that was only now
