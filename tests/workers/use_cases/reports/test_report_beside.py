"""A large dataset is counted beside the worker: nobody waits for it, and it is not counted twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.workers.use_cases.reports import report_beside
from argilla_distill.workers.use_cases.reports.report import report
from argilla_distill.workers.versions.aside import WorkFailed, beside, in_place
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import ServiceInMemory


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where processes leave word in these tests."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_dataset_is_large_by_its_records_while_it_is_distilled(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    assert not report_beside.is_large(service.world, D)
    monkeypatch.setattr(report_beside, "LARGE", 1)
    assert report_beside.is_large(service.world, D)
    service.store.datasets.note(D, state="ignored")
    assert not report_beside.is_large(service.world, D)


def test_what_is_counted_beside_is_what_a_report_counts(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    assert report_beside.turn(service.world, D, 5.0, lambda: None, in_place)
    expected = report(service.world, D)
    assert report_beside.counted(service.world, D).votes == expected.votes == 1


def test_a_turn_ends_at_once_when_an_answer_waits_and_the_count_goes_on(
    service: ServiceInMemory, folders: Path
) -> None:
    began, go_on = folders / "began", folders / "go_on"

    def counts() -> None:
        with began.open("a") as file:
            file.write("x")
        while not go_on.exists():
            time.sleep(0.01)

    service.world.dispatch.enqueue(DISTIL, D)
    start = time.monotonic()
    assert not report_beside.turn(service.world, D, 60.0, counts, beside)
    assert time.monotonic() - start < 30
    go_on.touch()
    while not report_beside.turn(service.world, D, 60.0, counts, beside):
        time.sleep(0.01)  # the answer still waits
    assert began.read_text() == "x"
    assert not list(folders.glob("argilla-distill-report-*"))


def test_a_count_that_fails_is_told_and_the_next_may_be_asked_for(
    service: ServiceInMemory, folders: Path
) -> None:
    def fails(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        raise WorkFailed("no snapshot")

    assert service.store.reports.claim(D)
    with pytest.raises(WorkFailed, match="no snapshot"):
        report_beside.turn(service.world, D, 5.0, lambda: None, fails)
    assert service.store.reports.claim(D)
    assert not list(folders.glob("argilla-distill-report-*"))
