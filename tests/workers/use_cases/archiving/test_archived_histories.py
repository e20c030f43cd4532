"""A dataset whose old entries lie in files: everything is found, and answers need none of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from argilla_distill.domain.history.archived import FOLDER, place
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.storage.history_files import HistoryFiles
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.visitors.visitor import Visitor
from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.use_cases import sweep as sweeping
from argilla_distill.workers.use_cases.archiving import DAY_MS, archive
from argilla_distill.workers.use_cases.checks.version_overview import overview
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.reports.report import report
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.use_cases.versions.verifying import verify
from tests.workers.archived_service import archived, days_later
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.cli.command_line import Run
from tests.workers.made_versions import answered, finished, kept_in, made
from tests.workers.reviewed_service import decide, opened
from tests.workers.service_in_memory import Build, ServiceInMemory

OWNER = Visitor("1", "eve", "owner")

PLACE = "split_part(id, '-', 1)::bigint, split_part(id, '-', 2)::bigint"
"""The order of entries, in SQL."""


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    service = kept_in(build(strategy="learned"), tmp_path)
    answered(service)
    return service


def never(*_: object) -> None:
    raise AssertionError("a file of old entries was read")


def seen(service: ServiceInMemory, run: Run) -> list[Any]:
    """What the command line and the pages tell of the history."""
    versions = {"DISTILL_VERSIONS": service.world.settings.versions}
    told = [run("history", r, "--json", **versions).json for r in ("r1", "r2", "r3")]
    told.append(run("history", "--dataset", "support/chat", "--json", **versions).json)
    pages = [lookup.record(service.store, r, OWNER) for r in ("r1", "r2", "r3")]
    assert not any(page is None or page.lacking for page in pages)
    return [*told, [page.entries for page in pages if page], service.history()]


def test_commands_and_pages_find_what_lies_in_files(
    service: ServiceInMemory, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = seen(service, run)
    moved = archived(service, monkeypatch)
    assert moved.files == 1
    assert moved.entries > 10
    assert service.store.history.in_redis(D) == len(service.history()) - moved.entries > 0
    assert seen(service, run) == before
    assert archive(service.world, D, service.store.now()).entries == 0, "nothing is moved twice"


def test_versions_of_now_and_of_then_come_out_the_same(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = service.history()[len(service.history()) // 2].seen_at
    one, past = made(service), made(service, as_of=then)
    archived(service, monkeypatch)
    again, past_again = made(service), made(service, as_of=then)
    assert again.content_sha256 == one.content_sha256
    assert past_again.content_sha256 == past.content_sha256 != one.content_sha256
    assert past_again.position == past.position, "an entry in a file"
    assert verify(service.world, CHAT, one.name).status == "identical"


def test_a_version_waits_for_files_that_are_away_and_says_so(
    service: ServiceInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = made(service)
    archived(service, monkeypatch)
    folder = Path(service.world.settings.versions) / D / FOLDER
    folder.rename(tmp_path / "away")
    ask(service.world, CHAT)
    assert "is missing" in make(service.world, D, 60.0).status
    (waits,) = overview(service.store, D).making
    assert "history/" in waits.error
    (tmp_path / "away").rename(folder)
    assert finished(service).content_sha256 == one.content_sha256


def test_a_warm_and_a_cold_job_read_no_file_and_a_fit_from_the_beginning_reads_them(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = KeptModels(10**9)

    def distilled(user: str, record: str, kept: KeptModels) -> None:
        service.answer(user, record, helpful="no")
        assert distil(replace(service.world, kept=kept), D).entries == 1

    distilled("cy", "r1", warm)
    archived(service, monkeypatch)
    with monkeypatch.context() as nothing_is_read:
        nothing_is_read.setattr(HistoryFiles, "group", never)
        distilled("cy", "r2", warm)
        distilled("cy", "r3", KeptModels())
        sweeping.sweep(service.world, D)
        service.settle()
        report(service.world, D)
    before = {record: service.decision(record).confidence for record in ("r1", "r2", "r3")}
    votes = service.store.models.all(D)["helpful"].votes
    service.store.redis.delete(*(service.store.keys.of(D, n) for n in ("model", "model_info")))
    service.store.dirty.make_stale(D, list(before))
    service.settle()
    after = {record: service.decision(record).confidence for record in before}
    assert after == pytest.approx(before, abs=0.05)
    assert service.store.models.all(D)["helpful"].votes == votes


def test_what_was_thought_before_reviews_is_counted_from_what_was_kept(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = kept_in(opened(build(settled_confidence=0.75)), tmp_path)
    answered(service)
    decide(service, "rob", "r2", helpful="no")
    service.settle()
    report(service.world, D)
    before = service.store.reports.question(D, "helpful")
    archived(service, monkeypatch)
    with monkeypatch.context() as nothing_is_read:
        nothing_is_read.setattr(HistoryFiles, "group", never)
        report(service.world, D)
    after = service.store.reports.question(D, "helpful")
    assert before is not None
    assert before.adjudications == 1
    assert after == before
    service.store.redis.delete(service.store.keys.of(D, "report_thoughts"))
    files = Path(service.world.settings.versions) / D / FOLDER
    files.rename(tmp_path / "away")
    report(service.world, D)
    lacking = service.store.reports.question(D, "helpful")
    assert lacking is not None
    assert lacking.adjudications == 1, "everything else is counted while the files are away"
    (tmp_path / "away").rename(files)
    report(service.world, D)
    assert service.store.reports.question(D, "helpful") == before, "read of the files, then"


def test_todays_entries_and_what_no_model_has_learned_stay_in_redis(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert archive(service.world, D, service.store.now()).entries == 0, "all is of today"
    days_later(monkeypatch, 2)
    old = service.history()
    (question, info), *_ = service.store.models.all(D).items()
    position = old[4].id
    with service.store.redis.pipeline() as pipe:
        service.store.models.write(pipe, D, question, b"x", replace(info, position=position))
        pipe.execute()
    moved = archive(service.world, D, service.store.now())
    assert service.store.archive.end(D) == position
    assert moved.held_by == question
    assert moved.entries == 5
    before = old[8].seen_at
    assert place(service.store.history.in_redis_until(D, before)) >= place(old[5].id)


def test_the_last_entry_stays_so_that_ids_go_on(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    archived(service, monkeypatch)
    assert service.store.history.in_redis(D) >= 1
    assert service.store.history.last(D) == service.history()[-1].id


def test_the_files_are_parquet_that_anybody_reads(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = service.history()
    moved = archived(service, monkeypatch)
    folder = Path(service.world.settings.versions) / D / FOLDER
    rows = duckdb.sql(f"select id, values from '{folder}/*.parquet' order by {PLACE}").fetchall()
    assert len(rows) == moved.entries
    for (entry_id, values), entry in zip(rows, everything, strict=False):
        assert entry_id == entry.id
        assert json.loads(values or "{}") == entry.values


def test_a_history_that_the_last_release_wrote_is_moved_and_found(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had no entries of records, and called a fit a version; whose fields have another order."""
    key = service.store.keys.of(D, "history")
    first = service.history()[0]
    old = {"r": "r1", "k": "version", "a": "", "s": "", "v": "", "o": "", "x": '{"n":1}', "t": "7"}
    for n in range(3):
        service.store.redis.xadd("older", old, id=f"{first.seen_at - 9}-{n}")
    for entry_id, fields in service.store.redis.xrange(key):
        service.store.redis.xadd("older", fields, id=entry_id)
    service.store.redis.rename("older", key)
    before = service.history()
    assert [entry.kind for entry in before[:3]] == ["fit"] * 3
    archived(service, monkeypatch)
    assert service.history() == before


def test_a_store_from_before_archives_has_none(store: Store) -> None:
    assert store.archive.size(D) == (0, 0)
    assert store.archive.parts(D) == []
    assert (store.archive.end(D), store.archive.trouble(D)) == ("0-0", "")
    assert DAY_MS == 86_400_000
