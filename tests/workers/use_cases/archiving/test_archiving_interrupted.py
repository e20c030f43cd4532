"""Whatever comes between while entries are moved: none is lost, none is there twice, and it is said why."""

from __future__ import annotations

import errno
import os
import signal
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.history.archived import FOLDER
from argilla_distill.plugin.dispatch import ARCHIVE
from argilla_distill.plugin.errors import ArchiveDamaged, ArchiveUnavailable, DatasetBusy
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.storage.history_files import HistoryFiles
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store.histories.archive import Archive
from argilla_distill.plugin.visitors.visitor import Visitor
from argilla_distill.workers import jobs
from argilla_distill.workers.archives.part_file import PartFile
from argilla_distill.workers.use_cases import archiving
from argilla_distill.workers.use_cases.archiving import archive
from argilla_distill.workers.use_cases.checks import doctor
from argilla_distill.workers.use_cases.due import archives_due
from argilla_distill.workers.versions.aside import WorkFailed, in_place
from tests.workers.archived_service import archived, days_later
from tests.workers.argilla_in_memory import D
from tests.workers.cli.command_line import Run
from tests.workers.made_versions import answered, kept_in
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import Build, ServiceInMemory

STEPS: tuple[tuple[Any, str], ...] = (
    (os, "fsync"),
    (os, "replace"),
    (PartFile, "add"),
    (PartFile, "close"),
    (Storage, "put_file"),
    (HistoryFiles, "put"),
    (HistoryFiles, "group"),
    (Archive, "move"),
    (Archive, "let_go"),
)
"""Wherever something is written or read again: the file, its place, what is noted."""


@pytest.fixture
def service(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceInMemory:
    """One with entries of two days ago, which fill several files."""
    monkeypatch.setattr(archiving, "PART", 5)
    monkeypatch.setattr(archiving, "CHUNK", 2)
    service = kept_in(build(archive_after_days=1), tmp_path)
    answered(service)
    days_later(monkeypatch, 2)
    return service


def files(service: ServiceInMemory) -> set[str]:
    folder = Path(service.world.settings.versions) / D / FOLDER
    return {path.name for path in folder.glob("*")}


def noted(service: ServiceInMemory) -> set[str]:
    return {part.name for part in service.store.archive.parts(D)}


def killed_at(owner: Any, name: str, after: bool, work: Callable[[], object]) -> None:
    """Do it in a process that is killed just before, or just after, that call."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside other threads
        process = os.fork()
    if process == 0:
        original = getattr(owner, name)

        def dying(*arguments: object, **named: object) -> object:
            if after:
                original(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)
            return None

        setattr(owner, name, dying)
        try:
            work()
        finally:
            os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(process, 0)[1])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[f"{o.__name__}.{n}" for o, n in STEPS])
def test_a_process_that_is_killed_loses_nothing_and_doubles_nothing(
    service: ServiceInMemory, owner: Any, name: str, after: bool
) -> None:
    before = service.history()
    killed_at(owner, name, after, lambda: archive(service.world, D, service.store.now()))
    assert service.history() == before
    assert service.store.history.length(D) == len(before)
    service.store.redis.delete(service.store.keys.of(D, "archiving"))  # as it expires
    moved = archive(service.world, D, service.store.now())
    assert service.history() == before
    assert service.store.archive.size(D)[0] == len(before) - service.store.history.in_redis(D) > 5
    assert moved.files >= 1 or name == "let_go", "all was done by then"
    assert files(service) == noted(service)
    making = Path(service.world.settings.versions) / ".making" / D
    assert list(making.glob("*")) == []


def test_a_process_that_is_killed_keeps_others_away_for_two_minutes_only(
    service: ServiceInMemory,
) -> None:
    killed_at(PartFile, "close", False, lambda: archive(service.world, D, service.store.now()))
    with pytest.raises(DatasetBusy, match="another process"):
        archive(service.world, D, service.store.now())
    assert 0 < service.store.redis.ttl(service.store.keys.of(D, "archiving")) <= 120


def test_of_two_at_once_one_moves_and_the_other_says_so(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    second: list[str] = []
    before = service.history()
    put = HistoryFiles.put

    def meanwhile(self: HistoryFiles, *arguments: object) -> None:
        put(self, *arguments)  # type: ignore[arg-type]
        if not second:
            second.append("begun")
            service.store.redis.delete(
                service.store.keys.of(D, "archiving")
            )  # the first one stalled
            archive(service.world, D, service.store.now())

    monkeypatch.setattr(HistoryFiles, "put", meanwhile)
    with pytest.raises(DatasetBusy):
        archive(service.world, D, service.store.now())
    assert service.history() == before
    assert files(service) == noted(service)


def test_a_full_disk_moves_nothing_and_is_told(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    before = service.history()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    versions = {"DISTILL_VERSIONS": service.world.settings.versions}
    for owner, name in ((PartFile, "add"), (PartFile, "close"), (Storage, "put_file")):
        with monkeypatch.context() as without_room:
            without_room.setattr(owner, name, full)
            done = run("archive", "support/chat", "--before", "0d", **versions)
            assert done.code == 3, done.err
            assert "No space left on device; what was not moved is still in Redis" in done.err
    assert service.history() == before
    assert files(service) == noted(service) == set()
    done = run("archive", "support/chat", "--before", "1d", "--json", **versions)
    assert done.json["entries"] == done.json["archived"] > 5
    assert done.json["left"] == service.store.history.in_redis(D)
    assert "0 entries moved" in run("archive", D, "--before", "2020-01-01", **versions).out


def test_what_is_read_again_and_differs_is_not_moved(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, group = service.history(), HistoryFiles.group
    monkeypatch.setattr(HistoryFiles, "group", lambda *given: group(*given)[::-1])
    with pytest.raises(ArchiveDamaged, match="nothing was moved"):
        archive(service.world, D, service.store.now())
    monkeypatch.setattr(HistoryFiles, "group", group)
    assert service.history() == before
    assert noted(service) == set()


def test_where_the_files_are_not_there_nothing_is_added_to_them(
    service: ServiceInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(service.world, D, service.store.now(), over=lambda: True)
    left = service.store.history.in_redis(D)
    assert len(noted(service)) == 1, "the rest is left to the next time"
    elsewhere = kept_in(service, tmp_path / "elsewhere")
    with pytest.raises(ArchiveDamaged, match="is DISTILL_VERSIONS right"):
        archive(elsewhere.world, D, service.store.now())
    assert service.store.history.in_redis(D) == left
    found = lookup.record(service.store, "r1", Visitor("1", "eve", "owner"))
    assert found is not None
    assert found.lacking
    assert len(found.entries) < len(found.ledger.history), "only the latest"
    elsewhere.store.archive.address = "nosuch://x"
    with pytest.raises(ArchiveUnavailable):
        list(elsewhere.store.history.after(D, "0-0"))


def test_a_model_that_cannot_be_made_without_the_files_waits_and_others_go_on(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    archive(service.world, D, service.store.now())
    held = service.decision("r1", "problem").value
    kept_in(service, tmp_path / "elsewhere")
    service.store.redis.hdel(service.store.keys.of(D, "model"), "helpful")
    service.answer("cy", "r1", helpful="no", problem="tone")
    service.settle()
    assert "history/" in service.store.models.failures(D)["helpful"].error
    assert "problem" not in service.store.models.failures(D)
    assert service.decision("r1", "problem").value == held
    kept_in(service, tmp_path)
    service.store.redis.delete(service.store.keys.of(D, "failed_strategies"))
    service.answer("dan", "r1", helpful="no")
    service.settle()
    assert service.store.models.all(D)["helpful"].votes == 8


def test_the_cron_has_a_worker_move_what_is_old_enough_and_tells_why_it_cannot(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    world, store = service.world, service.store
    forget_jobs(service)
    archives_due.ask(world, D)
    assert world.dispatch.queued(ARCHIVE) == 0, "too few are worth no file"
    for room in (archives_due, archiving):
        monkeypatch.setattr(room, "WORTH", 5)
    archives_due.ask(world, D)
    assert world.dispatch.queued(ARCHIVE) == 0, "it was looked just now"
    store.redis.delete(store.keys.of(D, "archive_looked"))
    archives_due.ask(world, D)
    assert world.dispatch.queued(ARCHIVE) == 1
    before = service.history()

    def failing(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        raise WorkFailed("the storage is away")

    archiving.turn(world, D, 1.0, lambda: None, failing)
    assert "stay in Redis: the storage is away" in run("status").out
    archiving.turn(world, D, 1.0, lambda: archiving.work(world, D), in_place)
    assert "the storage is away" not in run("status").out
    assert "in files" in run("status", "--details").out
    assert service.history() == before
    assert store.archive.size(D)[0] > 5
    assert archiving.wanted(world, D) == 0, "what is left is not worth it"


def test_the_job_moves_what_the_settings_say(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    before = service.history()
    monkeypatch.setattr(archiving, "WORTH", 5)
    monkeypatch.setenv("DISTILL_VERSIONS", service.world.settings.versions)
    (tmp_path / "distill.toml").write_text("[defaults]\narchive_after_days = 1\n")
    monkeypatch.setattr(jobs, "beside", in_place)  # which gets a processor when nobody wants one
    jobs.archive(D)
    assert service.history() == before
    assert service.store.history.in_redis(D) < len(before) - 5


def test_files_are_checked_to_the_last_byte_when_that_is_asked_for(
    service: ServiceInMemory, run: Run
) -> None:
    archive(service.world, D, service.store.now())
    versions = {"DISTILL_VERSIONS": service.world.settings.versions}
    assert run("archive", "support/chat", "--check", **versions).code == 0
    name = sorted(noted(service))[0]
    path = Path(service.world.settings.versions) / D / FOLDER / name
    data = path.read_bytes()
    path.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
    done = run("archive", "support/chat", "--check", **versions)
    assert done.code == 1
    assert f"{name} of dataset {D}" in done.err
    assert "is not what was written" in done.err
    path.unlink()
    (told,) = run("archive", "support/chat", "--check", "--json", **versions).json["wrong"]
    assert "is missing" in told
    (finding,) = [f for f in doctor.examine(service.world) if f.what.endswith("history")]
    assert (finding.state, name in finding.text) == ("fail", True)


def test_by_default_nothing_is_moved(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    service = build()
    answered(service)
    days_later(monkeypatch, 400)
    monkeypatch.setattr(archives_due, "WORTH", 1)
    forget_jobs(service)
    archives_due.ask(service.world, D)
    assert service.world.dispatch.queued(ARCHIVE) == 0
    assert archiving.wanted(service.world, D) == 0


def test_the_command_says_what_it_does_not_understand(run: Run, service: ServiceInMemory) -> None:
    done = run("archive", "support/chat", "--before", "soon")
    assert (done.code, "90d for 90 days ago" in done.err) == (2, True)
    done = run("archive", "support/chat")
    assert (done.code, "--before TIME" in done.err) == (2, True)
    done = run("archive", "support/chatt", "--before", "9d")
    assert done.code == 2
    assert "support/chat" in done.err


def test_a_dataset_that_is_gone_from_argilla_can_be_moved_too(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    service.store.datasets.note(D, state="deleted")
    before = service.history()
    versions = {"DISTILL_VERSIONS": service.world.settings.versions}
    assert run("archive", "support/chat", "--before", "1d", **versions).code == 0
    assert service.store.archive.size(D)[0] > 5
    assert service.history() == before
    assert archived(service, monkeypatch).entries >= 0
