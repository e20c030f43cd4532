"""A worker looks after its orders in short turns; what cannot be done ends, and what can be later waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from argilla_distill.domain.orders.order import CANCEL_ROUND, WorkOrder
from argilla_distill.plugin.errors import ArgillaUnavailable, NotInArgilla
from argilla_distill.workers.use_cases.beside import DONE, NOTHING, WAITING
from argilla_distill.workers.use_cases.orders import turns
from argilla_distill.workers.versions.aside import Aside, WorkFailed, in_place
from tests.workers.argilla_in_memory import D
from tests.workers.interruptions import once, raising
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory


@pytest.fixture(autouse=True)
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def place(service: ServiceInMemory, at: int = 1) -> WorkOrder:
    forget_jobs(service)
    order = WorkOrder(f"round:{at}", CANCEL_ROUND, str(at), at)
    service.store.orders.place(D, order)
    return order


def turn(service: ServiceInMemory, aside: Aside = in_place) -> str:
    return turns.turn(service.world, D, 1.0, partial(turns.work, service.world, D), aside)


def failing(error: Exception) -> Aside:
    def aside(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        raise error

    return aside


def test_an_order_that_cannot_be_done_is_refused_and_leaves_nothing_behind(
    service: ServiceInMemory, marks: Path
) -> None:
    order = place(service)
    assert turn(service) == DONE
    found = service.store.orders.of(D, order.id)
    assert found is not None
    assert found.error == "support/chat has no round 1; there is none yet"
    assert (turn(service), list(marks.iterdir())) == (NOTHING, [])


def test_while_argilla_is_away_it_waits(service: ServiceInMemory) -> None:
    order = place(service)
    service.argilla.before = once("dataset", raising(ArgillaUnavailable("no answer")))
    assert turn(service) == DONE
    assert service.store.orders.waiting(D) == [order]


def test_of_a_dataset_that_is_gone_nothing_waits_for_ever(service: ServiceInMemory) -> None:
    order = place(service)
    service.argilla.before = once("dataset", raising(NotInArgilla("no such dataset")))
    assert turn(service) == DONE
    found = service.store.orders.of(D, order.id)
    assert found is not None
    assert found.error == "no such dataset"


def test_an_order_that_fails_is_told_and_no_other_is_blamed(service: ServiceInMemory) -> None:
    first, second = place(service, 1), place(service, 2)
    service.argilla.before = once("dataset", raising(ValueError("odd")))
    assert turn(service) == DONE
    found = service.store.orders.of(D, first.id)
    assert found is not None
    assert found.error == "ValueError: odd"
    assert service.store.orders.waiting(D) == [second]


def test_what_is_not_done_within_a_turn_asks_for_another(service: ServiceInMemory) -> None:
    place(service)
    assert turn(service, lambda *_: False) == WAITING


def test_work_that_dies_again_and_again_is_told_of_the_first_order_alone(
    service: ServiceInMemory, marks: Path
) -> None:
    first, second = place(service, 1), place(service, 2)
    assert turn(service, failing(WorkFailed("it was killed 3 times"))).startswith("failed")
    found = service.store.orders.of(D, first.id)
    assert found is not None
    assert found.error == "it was killed 3 times"
    assert service.store.orders.waiting(D) == [second]
    assert turn(service, failing(OSError(28, "no room"))).startswith("put off")
    assert service.store.orders.waiting(D) == [second]
