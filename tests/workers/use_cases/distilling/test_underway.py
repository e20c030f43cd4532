"""While Argilla takes one batch, the next is read and decided; whatever fails, nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from argilla_distill.domain.records import Record
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.use_cases.distilling import backlog, time_slice
from argilla_distill.workers.use_cases.distilling.underway import Underway
from tests.workers.argilla_in_memory import D
from tests.workers.interruptions import Killed, lose_lease
from tests.workers.service_in_memory import Build, ServiceInMemory

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of ten, of which more are read ahead."""
    monkeypatch.setattr(time_slice, "BATCH", 10)
    monkeypatch.setattr(backlog, "STEP", 20)


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """Forty records with two answers each, all of which wait."""
    service = build(strategy="dawid_skene", overlap=2)
    records = [*service.argilla.rows[D], *(f"n{i:02}" for i in range(36))]
    service.argilla.add(*records[4:])
    for i, record in enumerate(records):
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes" if i % 3 else "no", problem="tone", stars=1)
    return service


class Sent:
    """What is sent to an Argilla, and what is read of it meanwhile."""

    def __init__(self, service: ServiceInMemory) -> None:
        self.batches: list[list[str]] = []
        self.at_once, self.most_at_once = 0, 0
        self.read_meanwhile = threading.Event()
        self._suggest, self._records = service.argilla.suggest, service.argilla.records
        service.argilla.suggest = self.suggest  # type: ignore[method-assign]
        service.argilla.records = self.records  # type: ignore[method-assign]

    def suggest(self, dataset_id: str, items: Iterable[dict[str, Any]]) -> dict[str, Record]:
        items = list(items)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.batches.append([item["id"] for item in items])
        self.begun(len(self.batches))
        found = self._suggest(dataset_id, items)
        self.at_once -= 1
        return found

    def begun(self, n: int) -> None:
        """The n-th batch is on its way."""

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        if self.at_once:
            self.read_meanwhile.set()
        return self._records(dataset_id, ids, settled)


class Slow(Sent):
    """Takes the first batch for as long as nothing more is read, which is read once that is on its way."""

    def __init__(self, service: ServiceInMemory) -> None:
        super().__init__(service)
        self.on_its_way = threading.Event()
        self.reads = 0

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        self.reads += 1
        assert self.reads == 1 or self.on_its_way.wait(PATIENCE_S), "no batch was sent meanwhile"
        return super().records(dataset_id, ids, settled)

    def begun(self, n: int) -> None:
        self.on_its_way.set()
        if n == 1:
            assert self.read_meanwhile.wait(PATIENCE_S), "nothing was read while a batch was sent"


class Failing(Sent):
    """The n-th batch fails, in whatever way."""

    def __init__(self, service: ServiceInMemory, n: int, error: BaseException) -> None:
        super().__init__(service)
        self.n, self.error = n, error

    def begun(self, n: int) -> None:
        if n == self.n:
            self.at_once = 0
            raise self.error


def test_the_next_batch_is_read_while_argilla_takes_one_and_they_come_one_by_one(
    service: ServiceInMemory,
) -> None:
    sent = Slow(service)
    outcome = service.distil()
    assert (outcome.status, outcome.records, outcome.errors) == ("done", 40, [])
    assert sent.most_at_once == 1
    first = [record for batch in sent.batches for record in batch][:40]
    assert len(set(first)) == 40  # none comes twice before each has come
    assert service.store.dirty.sizes(D) == (0, 0, 0)
    assert service.state() == service.fresh().state()


def test_a_batch_is_ended_while_argilla_takes_the_next() -> None:
    underway, next_begun, ended = Underway(), threading.Event(), list[bool]()
    assert not underway.send(["r1"], ended.clear, lambda: ended.append(next_begun.wait(PATIENCE_S)))
    assert underway.send(["r2"], next_begun.set, lambda: ended.append(True))
    assert (ended, sorted(underway.ids)) == ([True], ["r2"])
    assert underway.finish()
    assert ended == [True, True]
    underway.close()


def test_what_waits_behind_a_batch_that_fails_is_not_sent() -> None:
    underway, may_fail, sent = Underway(), threading.Event(), list[str]()

    def fail() -> None:
        assert may_fail.wait(PATIENCE_S)
        raise ArgillaUnavailable("Argilla is away")

    underway.send(["r1"], fail, lambda: sent.append("the first was ended"))
    threading.Timer(0.05, may_fail.set).start()  # by then the second one waits
    with pytest.raises(ArgillaUnavailable):
        underway.send(["r2"], lambda: sent.append("r2"), lambda: sent.append("r2 was ended"))
    assert not underway.finish()
    assert not underway.ids
    underway.close()
    assert not sent


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_failure_of_the_batch_underway_ends_the_run_and_nothing_is_lost(
    service: ServiceInMemory, n: int
) -> None:
    sent = Failing(service, n, ArgillaUnavailable("Argilla is away"))
    outcome = service.distil()
    assert (outcome.status, outcome.errors) == ("failed", ["Argilla is away"])
    [failed] = service.store.datasets.decisions(D, sent.batches[n - 1][:1])
    assert failed is None
    assert service.store.dirty.sizes(D)[0] == 40 - 10 * (n - 1)
    assert not service.store.leased(D)
    service.settle()
    assert service.state() == service.fresh().state()


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_a_worker_killed_while_a_batch_is_underway_loses_nothing(
    service: ServiceInMemory, n: int
) -> None:
    Failing(service, n, Killed())
    with pytest.raises(Killed):
        service.distil()
    service.settle()
    assert service.state() == service.fresh().state()


@pytest.mark.parametrize("n", [2, 3])
def test_a_batch_that_argilla_took_is_kept_though_the_next_cannot_be_read(
    service: ServiceInMemory, n: int
) -> None:
    sent, looks = Sent(service), list[int]()
    records = service.argilla.records

    def away(dataset_id: str, ids: Sequence[str], settled: bool = False) -> dict[str, Record]:
        looks.append(len(ids))
        if len(looks) == n:
            raise ArgillaUnavailable("Argilla is away")
        return records(dataset_id, ids, settled)

    service.argilla.records = away  # type: ignore[method-assign]
    assert service.distil().status == "failed"
    taken = [record for batch in sent.batches for record in batch]
    assert taken
    assert None not in service.store.datasets.decisions(D, taken)
    service.settle()
    assert service.state() == service.fresh().state()


def test_a_lease_that_is_lost_while_a_batch_is_underway_ends_the_run(
    service: ServiceInMemory,
) -> None:
    class Losing(Sent):
        def begun(self, n: int) -> None:
            if n == 2:
                lose_lease(service)

    Losing(service)
    assert service.distil().status == "lease lost"
    service.settle()
    assert service.state() == service.fresh().state()


def test_an_answer_to_a_record_underway_is_looked_at_after_it(service: ServiceInMemory) -> None:
    class Answered(Sent):
        def begun(self, n: int) -> None:
            if n == 2:
                service.answer("cas", self.batches[-1][0], helpful="no")

    sent = Answered(service)
    service.distil()
    assert "cas" in {service.name(n) for n in service.ledger(sent.batches[1][0]).answers}
    assert service.store.dirty.sizes(D) == (0, 0, 0)
    assert service.state() == service.fresh().state()
