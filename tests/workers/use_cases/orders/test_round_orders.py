"""A round is started of an uploaded file, over any kill, once; what cannot be is told without its path."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from argilla_distill.domain.orders.order import (
    CANCEL_ROUND,
    PLAN_ROUND,
    START_ROUND,
    Term,
    WorkOrder,
    of_round,
    withdrawal,
)
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.plugin.storage import uploads
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.due import orders_due
from argilla_distill.workers.use_cases.orders import in_hand
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.orders.round_orders import withdraw
from argilla_distill.workers.use_cases.rounds import starting
from tests.workers.argilla_in_memory import D
from tests.workers.interruptions import once, raising
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory

ID = of_round("4")


@pytest.fixture(autouse=True)
def small_batches(
    service: ServiceInMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = service.world.settings.model_copy(update={"versions": str(tmp_path / "versions")})
    object.__setattr__(service.world, "settings", settings)
    monkeypatch.setattr(starting, "BATCH", 2)
    monkeypatch.setattr(in_hand, "NOTE_S", 0.0)


def uploaded(
    service: ServiceInMemory, count: int = 6, text: str = "reply", damage: str = ""
) -> str:
    """A file in two parts; its digest."""
    each = [
        {"fields": {"text": f"{text} {n * 7919} of {n}"}, "prediction": "yes"} for n in range(count)
    ]
    data = "\n".join(map(json.dumps, each)).encode()
    digest, storage = sha256(data).hexdigest(), Storage(service.world.settings.versions)
    for part, some in enumerate((data[:100], data[100:] + damage.encode())):
        uploads.put(storage, D, digest, part, some)
        service.store.uploads.note(D, digest, part, len(some), service.store.now())
    return digest


def place(
    service: ServiceInMemory, digest: str, action: str = START_ROUND, parts: int = 2, at: int = 1
) -> WorkOrder:
    terms: dict[str, Term] = {"model": "bot", "trained_on": "", "take": 5, "question": "helpful"}
    terms |= {"passes": [], "sha256": digest, "parts": parts}
    order = WorkOrder(ID, action, "4", at, terms=terms)
    service.store.orders.place(D, order)
    return order


def done(service: ServiceInMemory) -> list[str]:
    return [each.status for each in carry_out(service.world, D, pause=lambda: None)]


def standing(service: ServiceInMemory) -> WorkOrder:
    found = service.store.orders.of(D, ID)
    assert found is not None
    return found


def test_killed_and_repeated_it_is_one_round_and_its_file_is_gone_after_that(
    service: ServiceInMemory,
) -> None:
    place(service, digest := uploaded(service))
    for call in ("create_records", "records_created"):
        service.argilla.before = once(call, raising(SystemExit("killed")))
        with pytest.raises(SystemExit):
            done(service)
    service.argilla.before = once("create_records", raising(ArgillaUnavailable("no answer")))
    assert done(service) == ["busy"]
    assert orders_due.ask(service.world, D)
    assert done(service) == ["done"]
    known = service.store.rounds.of(D, "4")
    assert known is not None
    assert (known.state, known.written, len(service.argilla.added.items)) == ("under way", 5, 5)
    assert (service.store.uploads.all(D), standing(service).result) == ({}, "4")
    place(service, digest, at=2)  # as after a kill between the last record and the note of it
    assert done(service) == ["done"]


def test_it_tells_how_far_it_is_and_gives_way_between_its_calls(service: ServiceInMemory) -> None:
    place(service, uploaded(service))
    seen = []
    list(carry_out(service.world, D, lambda: seen.append(standing(service).sentence)))
    assert seen == [f"start round 4: writing records, {n} of 5" for n in (2, 4)]


def test_cancelled_while_it_is_being_written_it_stops_and_is_taken_back(
    service: ServiceInMemory,
) -> None:
    place(service, uploaded(service))

    def cancel() -> None:
        if standing(service).action == START_ROUND:
            service.store.orders.place(D, WorkOrder(ID, CANCEL_ROUND, "4", 2))

    carried_out = carry_out(service.world, D, pause=cancel)
    assert [each.status for each in carried_out] == ["superseded", "done"]
    known = service.store.rounds.of(D, "4")
    assert known is not None
    assert (known.state, known.written, known.removed) == ("cancelled", 4, 4)


def cancelling(service: ServiceInMemory, order: WorkOrder) -> Callable[[], None]:
    """Cancels a round that was to be started: that stands in place of the order to start it."""

    def cancel() -> None:
        instead = withdrawal(order, 2, "olga")
        assert instead is not None
        service.store.orders.place(D, instead)

    return cancel


def test_cancelled_before_its_plan_is_kept_nothing_of_it_is_there_and_its_name_is_free(
    service: ServiceInMemory,
) -> None:
    order = place(service, digest := uploaded(service))
    service.argilla.before = once("dataset", cancelling(service, order))
    assert done(service) == ["superseded", "done"]
    assert (service.store.rounds.all(D), service.store.uploads.all(D)) == ([], {})
    assert standing(service).sentence == "cancel round 4: done"
    place(service, digest, at=3)
    assert uploaded(service) == digest
    assert done(service) == ["done"]
    assert [each.state for each in service.store.rounds.all(D)] == ["under way"]


def test_cancelled_as_its_plan_is_kept_what_was_written_is_taken_back(
    service: ServiceInMemory,
) -> None:
    order = place(service, uploaded(service))
    service.argilla.before = once("create_records", cancelling(service, order))
    assert done(service) == ["superseded", "done"]
    (known,) = service.store.rounds.all(D)
    assert (known.state, known.removed) == ("cancelled", known.written)
    assert known.written > 0
    assert service.store.uploads.all(D) == {}


def test_a_command_has_a_round_not_started_that_a_worker_is_to_start(
    service: ServiceInMemory,
) -> None:
    assert withdraw(service.world, D, "4", "olga") is None
    place(service, uploaded(service))
    instead = withdraw(service.world, D, "4", "olga")
    assert instead is not None
    assert standing(service) == instead
    assert done(service) == ["done"]
    assert service.store.rounds.all(D) == []


@pytest.mark.parametrize(
    ("damage", "parts", "why"),
    [("x", 2, "what arrived has the SHA-256"), ("", 3, "part 2 of the file is missing")],
)
def test_a_file_that_did_not_arrive_whole_is_told_and_to_be_sent_again(
    service: ServiceInMemory, damage: str, parts: int, why: str
) -> None:
    place(service, uploaded(service, damage=damage), parts=parts)
    assert done(service) == ["refused"]
    assert why in standing(service).error
    assert service.store.uploads.all(D) == {}


def test_what_does_not_fit_names_no_path_and_the_file_stays_for_a_day(
    service: ServiceInMemory,
) -> None:
    order = place(service, digest := uploaded(service))
    wrong = WorkOrder(ID, PLAN_ROUND, "4", 2, terms={**order.terms, "question": "topic"})
    service.store.orders.place(D, wrong)
    assert done(service) == ["refused"]
    assert "there is no question 'topic'" in standing(service).error
    assert orders_due.clear_uploads(service.world, D) == []
    service.store.uploads.note(D, digest, 0, 100, service.store.now() - orders_due.UPLOAD_MS - 1)
    place(service, digest, at=3)
    assert orders_due.clear_uploads(service.world, D) == []  # it waits to be read
    service.store.orders.settle(D, standing(service), at=4, error="no room")
    assert orders_due.clear_uploads(service.world, D) == [digest]
    forget_jobs(service)
    assert (service.store.uploads.all(D), orders_due.ask(service.world, D)) == ({}, False)


def test_a_file_of_two_rounds_stays_until_both_are_started(service: ServiceInMemory) -> None:
    first = place(service, uploaded(service))
    second = WorkOrder(of_round("5"), START_ROUND, "5", 2, terms={**first.terms, "model": "bot-2"})
    service.store.orders.place(D, second)
    assert done(service) == ["done", "done"]
    assert [each.state for each in service.store.rounds.all(D)] == ["under way", "under way"]
    assert service.store.uploads.all(D) == {}


def test_two_rounds_are_started_at_once(service: ServiceInMemory) -> None:
    first = place(service, uploaded(service))
    other = {**first.terms, "sha256": uploaded(service, 4, "answer"), "model": "bot-2"}
    service.store.orders.place(D, WorkOrder(of_round("5"), START_ROUND, "5", 2, terms=other))
    assert done(service) == ["done", "done"]
    assert [(e.name, e.model, e.written) for e in service.store.rounds.all(D)] == [
        ("4", "bot", 5),
        ("5", "bot-2", 4),
    ]
