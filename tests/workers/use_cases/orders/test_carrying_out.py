"""What was asked for through the web process is done by a job, over any kill, or told why it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from argilla_distill.domain.orders.order import WorkOrder, of_round
from argilla_distill.domain.rounds.changing import Change
from argilla_distill.domain.rounds.wish import Wish
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.use_cases.due import orders_due
from argilla_distill.workers.use_cases.orders import in_hand
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.rounds import cancelling
from argilla_distill.workers.use_cases.rounds.cancelling import cancel
from argilla_distill.workers.use_cases.rounds.starting import start
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.interruptions import once, raising
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory


@pytest.fixture
def running_round(service: ServiceInMemory, tmp_path: Path) -> ServiceInMemory:
    """Round 4, under way: four records, the first of them answered."""
    path = tmp_path / "outputs.jsonl"
    lines = [{"fields": {"text": f"reply {n * 7919} about thing {n}"}} for n in range(4)]
    path.write_text("\n".join(map(json.dumps, lines)))
    start(service.world, CHAT, path, Wish("4", "bot", question="helpful", passes=("yes",)))
    service.answer("ann", service.store.rounds.taken(D, "4")[0].record_id, helpful="yes")
    service.settle()
    forget_jobs(service)
    return service


def ask(service: ServiceInMemory, change: Change, at: int = 1) -> WorkOrder:
    order = WorkOrder(of_round("4"), f"{change} round", "4", at)
    service.store.orders.place(D, order)
    return order


def standing(service: ServiceInMemory) -> WorkOrder:
    found = service.store.orders.of(D, of_round("4"))
    assert found is not None
    return found


def done(service: ServiceInMemory) -> list[tuple[str, str]]:
    carried_out = carry_out(service.world, D, pause=lambda: None)
    return [(each.order.about, each.status) for each in carried_out]


def state(service: ServiceInMemory) -> str:
    known = service.store.rounds.of(D, "4")
    assert known is not None
    return known.state


def test_a_round_is_cancelled_on_request_and_what_was_answered_stays(
    running_round: ServiceInMemory,
) -> None:
    ask(running_round, "cancel")
    assert orders_due.ask(running_round.world, D)
    assert done(running_round) == [("4", "done")]
    known = running_round.store.rounds.of(D, "4")
    assert known is not None
    assert (known.state, known.removed) == ("cancelled", 3)
    assert (standing(running_round).waits, standing(running_round).result) == (False, "4")
    forget_jobs(running_round)
    assert not orders_due.ask(running_round.world, D)
    assert done(running_round) == []


def test_a_round_is_ended_on_request_by_one_version(running_round: ServiceInMemory) -> None:
    ask(running_round, "end")
    assert done(running_round) == [("4", "done")]
    ask(running_round, "end", at=2)
    assert done(running_round) == [("4", "done")]
    assert [standing(running_round).result] == [
        v.name for v in running_round.store.versions.asked(D)
    ]
    assert len(running_round.store.versions.asked(D)) == 1


@pytest.mark.parametrize("call", ["records", "delete_records"])
def test_whatever_interrupts_it_the_cron_asks_again(
    running_round: ServiceInMemory, call: str
) -> None:
    order = ask(running_round, "cancel")
    running_round.argilla.before = once(call, raising(SystemExit("killed")))
    with pytest.raises(SystemExit):
        done(running_round)
    running_round.argilla.before = once(call, raising(ArgillaUnavailable("no answer")))
    assert done(running_round) == [("4", "busy")]
    assert standing(running_round).is_same(order)
    assert orders_due.ask(running_round.world, D)
    assert done(running_round) == [("4", "done")]
    assert state(running_round) == "cancelled"


def test_somebody_else_at_the_round_is_waited_for(running_round: ServiceInMemory) -> None:
    ask(running_round, "cancel")
    lease = running_round.store.rounds.lease(D, "4")
    assert lease is not None
    assert done(running_round) == [("4", "busy")]
    lease.release()
    assert done(running_round) == [("4", "done")]


def test_what_cannot_be_done_is_told_once_and_not_tried_for_ever(
    running_round: ServiceInMemory,
) -> None:
    cancel(running_round.world, CHAT, "4")
    ask(running_round, "end")
    assert done(running_round) == [("4", "refused")]
    assert standing(running_round).error == "round 4 was cancelled"
    forget_jobs(running_round)
    assert not orders_due.ask(running_round.world, D)


def test_an_error_that_nobody_foresaw_is_told_and_raised(running_round: ServiceInMemory) -> None:
    ask(running_round, "cancel")
    running_round.argilla.before = once("records", raising(ValueError("odd")))
    with pytest.raises(ValueError, match="odd"):
        done(running_round)
    assert standing(running_round).error == "ValueError: odd"


def test_what_was_asked_for_meanwhile_is_not_lost(running_round: ServiceInMemory) -> None:
    first = ask(running_round, "end")
    second = ask(running_round, "cancel", at=2)
    assert not running_round.store.orders.settle(D, first, at=3, result="4")
    assert not running_round.store.orders.note(D, first, "working", 1, 2)
    assert standing(running_round) == second


def test_an_order_of_a_later_release_is_told_of(running_round: ServiceInMemory) -> None:
    running_round.store.orders.place(D, WorkOrder("x", "paint", "4", 1))
    assert done(running_round) == [("4", "unknown")]
    found = running_round.store.orders.of(D, "x")
    assert found is not None
    assert found.error == "this release of argilla-distill does not know how to paint"


def test_what_is_asked_for_in_its_place_stops_an_order_between_its_calls(
    running_round: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelling, "BATCH", 1)
    monkeypatch.setattr(in_hand, "NOTE_S", 0.0)
    ask(running_round, "cancel")
    running_round.argilla.before = once(
        "delete_records", lambda: ask(running_round, "end", at=2) and None
    )
    assert done(running_round) == [("4", "superseded"), ("4", "done")]
    assert state(running_round) == "ending"


def test_work_gives_way_between_its_batches_and_tells_how_far_it_is(
    running_round: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelling, "BATCH", 3)
    ask(running_round, "cancel")
    seen: list[tuple[str, int, int]] = []

    def pause() -> None:
        now = standing(running_round)
        seen.append((now.stage, now.done, now.total))

    list(carry_out(running_round.world, D, pause))
    assert seen == [("taking records back", 3, 4)]
