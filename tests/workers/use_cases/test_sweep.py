"""Sweeps: how pages are read, and what is told where Argilla cannot show one."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from argilla_distill.domain.records import Record
from argilla_distill.plugin.errors import DatasetBusy, InvalidValue
from argilla_distill.workers.use_cases import sweep as sweeping
from argilla_distill.workers.use_cases.checks.status import DatasetStatus, status
from argilla_distill.workers.use_cases.sweep import AHEAD, SweepReport, sweep
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import ServiceInMemory, answer_twice, shown


def told(service: ServiceInMemory) -> DatasetStatus:
    (found,) = status(service.store)
    return found


def test_a_page_that_argilla_cannot_show_is_told_until_it_can(service: ServiceInMemory) -> None:
    """One record with half a character in its metadata: the dataset was called ?, without a reason."""
    service.argilla.unshown = {"r2"}
    with pytest.raises(InvalidValue):
        sweep(service.world, D)
    assert told(service).name == "support/chat"
    assert "Argilla cannot show its records" in told(service).message
    answer_twice(service, "r1", "yes")
    service.settle()
    assert shown(service) == "yes"
    assert "Argilla cannot show its records" in told(service).message  # also after other work
    service.argilla.unshown = set()
    sweep(service.world, D)
    service.settle()
    assert told(service).message == ""


@pytest.fixture
def small_pages(service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch) -> ServiceInMemory:
    """A service with nine records, of which a page has two."""
    monkeypatch.setattr(sweeping, "PAGE", 2)
    records = [f"page-{number}" for number in range(9)]
    service.argilla.rows[D].clear()
    service.argilla.add(*records)
    for record in records:
        service.argilla.answer("ann", record, helpful="yes")
    return service


def test_the_next_pages_are_asked_for_while_one_is_compared(small_pages: ServiceInMemory) -> None:
    """Argilla waited for each page to be parsed, and for half of the comparing."""
    asked, beyond = threading.Semaphore(0), []

    def before(name: str) -> None:
        if name == "page":
            asked.release()

    def compared(done: int, total: int) -> None:
        if done == 2:
            assert all(asked.acquire(timeout=60) for _ in range(1 + AHEAD))
            beyond.append(asked.acquire(blocking=False))

    small_pages.argilla.before = before
    report = sweep(small_pages.world, D, compared)
    assert (report.records, report.differing, beyond) == (9, 9, [False])


def test_the_thread_that_reads_pages_parses_none(
    small_pages: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, parsed = list[int](), list[int]()
    given = small_pages.argilla.unparsed_page

    def unparsed_page(
        dataset_id: str, offset: int, limit: int
    ) -> Callable[[], tuple[list[Record], int]]:
        read.append(threading.get_ident())
        page = given(dataset_id, offset, limit)

        def parse() -> tuple[list[Record], int]:
            parsed.append(threading.get_ident())
            return page()

        return parse

    monkeypatch.setattr(small_pages.argilla, "unparsed_page", unparsed_page)
    sweep(small_pages.world, D)
    assert parsed == [threading.get_ident()] * 5
    assert len(read) == 5
    assert not set(read) & set(parsed)


def test_a_slice_that_is_over_leaves_pages_unread(small_pages: ServiceInMemory) -> None:
    report = sweep(small_pages.world, D, slice_s=0.0)
    assert (report.waiting, report.records) == (True, 2)
    assert small_pages.argilla.calls.count("page") == 1


def test_a_slice_leaves_a_dataset_that_is_kept_by_another_to_the_next_job(
    small_pages: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waited for a minute, in which its worker did nothing for anybody, and ended in a traceback."""
    monkeypatch.setattr(sweeping, "SLICE_WAIT_S", 0.01)
    world, store = small_pages.world, small_pages.store

    def while_kept() -> SweepReport:
        lease = store.lease(D)
        assert lease is not None
        report = sweep(world, D, slice_s=30.0)
        lease.release()
        assert report.waiting
        assert "busy" in report.status
        return report

    assert while_kept().records == 0
    assert sweep(world, D, slice_s=0.0).records == 2
    assert [while_kept().records for _ in range(2)] == [2, 2]
    last = sweep(world, D, slice_s=30.0)
    assert (last.waiting, last.records, last.differing) == (False, 9, 9)


def test_whoever_asks_for_a_sweep_is_told_that_the_dataset_is_kept_by_another(
    small_pages: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "LEASE_WAIT_S", 0.01)
    lease = small_pages.store.lease(D)
    assert lease is not None
    with pytest.raises(DatasetBusy):
        sweep(small_pages.world, D)
