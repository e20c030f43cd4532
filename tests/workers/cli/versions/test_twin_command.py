"""The command `version twin`, and what the other commands about versions say of a twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.domain.versions.twin import Twin
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.twins.filling import fill
from argilla_distill.workers.use_cases.versions.making import make
from tests.workers.argilla_in_memory import D
from tests.workers.cli.command_line import Run
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory
from tests.workers.twinned_service import with_versions

CHATS = "support/chat"


@pytest.fixture
def written(run: Run, service: ServiceInMemory, tmp_path: Path) -> Twin:
    """The twin of a version, asked for with it and written."""
    with_versions(service, tmp_path)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    sweep(service.world, D)
    service.settle()
    folder = str(tmp_path / "versions")
    done = run("version", "create", CHATS, "--twin", DISTILL_VERSIONS=folder)
    assert done.code == 0, done.err
    (asked,) = service.store.twins.all(D).values()
    assert (asked.version, asked.state) == ("majority-1", "asked for")
    assert make(service.world, D, 60.0).manifest is not None
    forget_jobs(service)
    fill(service.world, D, 60.0, service.argilla.create_twin)
    twin = service.store.twins.of(D, "majority-1")
    assert twin is not None
    assert twin.state == "done"
    return twin


def test_a_twin_is_shown_with_its_version(run: Run, written: Twin) -> None:
    told = run("version", "show", CHATS, "latest").out
    assert "twin versions/chat @ majority-1: done" in told
    assert f"http://argilla/dataset/{written.id}/annotation-mode" in told
    (line,) = (x for x in run("version", "list", CHATS).out.splitlines() if "majority-1" in x)
    assert "done" in line


def test_one_that_is_being_written_says_how_far_it_is(
    run: Run, service: ServiceInMemory, written: Twin
) -> None:
    service.store.twins.keep(
        D,
        Twin(
            "majority-1",
            1,
            "being written",
            written.id,
            written.name,
            1,
            4,
            {"helpful: a label that is not there any more": 3},
            "Argilla is away",
        ),
    )
    told = run("version", "show", CHATS, "latest").out
    assert "being written, 1 of 4 records" in told
    assert "3 left out: helpful: a label that is not there any more" in told
    assert "Argilla is away" in told
    assert "25%" in run("version", "list", CHATS).out


def test_it_is_asked_for_again_and_deleted(
    run: Run, service: ServiceInMemory, written: Twin
) -> None:
    assert run("version", "twin", CHATS, "latest").code == 0
    assert [t.state for t in service.store.twins.all(D).values()] == ["asked for"]
    done = run("version", "twin", CHATS, "latest", "--delete")
    assert (done.code, done.out) == (0, "versions/chat @ majority-1 is deleted\n")
    assert written.id not in service.argilla.sets
    assert "has no twin" in run("version", "twin", CHATS, "latest", "--delete").out


def test_one_in_which_somebody_answered_stays_and_the_command_fails(
    run: Run, service: ServiceInMemory, written: Twin
) -> None:
    service.argilla.answer("ann", next(iter(service.argilla.rows[written.id])), helpful="yes")
    done = run("version", "twin", CHATS, "latest", "--delete")
    assert done.code == 1
    assert "stays, with 1 answer in it" in done.out
    told = run("version", "delete", CHATS, "latest").out
    assert "the files of majority-1 are deleted" in told
    assert "stays, with 1 answer in it" in told


def test_the_files_go_and_the_twin_with_them(
    run: Run, service: ServiceInMemory, written: Twin
) -> None:
    assert "majority-1 is deleted" in run("version", "delete", CHATS, "latest").out
    assert written.id not in service.argilla.sets


def test_what_cannot_be_is_refused_before_anything_is_made(
    run: Run, service: ServiceInMemory
) -> None:
    assert run("version", "twin", CHATS, "latest").code != 0  # there is no version yet
    done = run("version", "twin", CHATS, "x", "--delete", "--wait")
    assert (done.code, "leave --wait out" in done.err) == (2, True)
    service.store.service.forget_webhook("hook-0")
    done = run("version", "create", CHATS, "--twin")
    assert done.code != 0
    assert "argilla-distill connect" in done.err
    assert service.store.versions.asked(D) == []
