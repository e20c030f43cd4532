"""What was asked for through the web process is done by a job, over any kill, or told why it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from argilla_distill.domain.rounds.request import Action, RoundRequest
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.use_cases import rounds_due
from argilla_distill.workers.use_cases.rounds import on_request
from argilla_distill.workers.use_cases.rounds.cancelling import cancel
from argilla_distill.workers.use_cases.rounds.planning import Wish
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


def ask(service: ServiceInMemory, action: Action, at: int = 1) -> RoundRequest:
    request = RoundRequest(action, at)
    service.store.rounds.ask(D, "4", request)
    return request


def done(service: ServiceInMemory) -> list[tuple[str, str]]:
    return [(each.name, each.status) for each in on_request.carry_out(service.world, D)]


def state(service: ServiceInMemory) -> str:
    known = service.store.rounds.of(D, "4")
    assert known is not None
    return known.state


def test_a_round_is_cancelled_on_request_and_what_was_answered_stays(
    running_round: ServiceInMemory,
) -> None:
    ask(running_round, "cancel")
    assert rounds_due.ask(running_round.world, D)
    assert done(running_round) == [("4", "cancelled")]
    known = running_round.store.rounds.of(D, "4")
    assert known is not None
    assert (known.removed, running_round.store.rounds.asked(D)) == (3, {})
    forget_jobs(running_round)
    assert not rounds_due.ask(running_round.world, D)
    assert done(running_round) == []


def test_a_round_is_ended_on_request_by_one_version(running_round: ServiceInMemory) -> None:
    ask(running_round, "end")
    assert done(running_round) == [("4", "ending")]
    ask(running_round, "end", at=2)
    assert done(running_round) == [("4", "ending")]
    assert len(running_round.store.versions.asked(D)) == 1


@pytest.mark.parametrize("call", ["records", "delete_records"])
def test_whatever_interrupts_it_the_cron_asks_again(
    running_round: ServiceInMemory, call: str
) -> None:
    request = ask(running_round, "cancel")
    running_round.argilla.before = once(call, raising(SystemExit("killed")))
    with pytest.raises(SystemExit):
        done(running_round)
    running_round.argilla.before = once(call, raising(ArgillaUnavailable("no answer")))
    assert done(running_round) == [("4", "busy")]
    assert running_round.store.rounds.asked(D) == {"4": request}
    assert rounds_due.ask(running_round.world, D)
    assert done(running_round) == [("4", "cancelled")]


def test_somebody_else_at_the_round_is_waited_for(running_round: ServiceInMemory) -> None:
    ask(running_round, "cancel")
    lease = running_round.store.rounds.lease(D, "4")
    assert lease is not None
    assert done(running_round) == [("4", "busy")]
    lease.release()
    assert done(running_round) == [("4", "cancelled")]


def test_what_cannot_be_done_is_told_once_and_not_tried_for_ever(
    running_round: ServiceInMemory,
) -> None:
    cancel(running_round.world, CHAT, "4")
    ask(running_round, "end")
    assert done(running_round) == [("4", "refused")]
    assert running_round.store.rounds.asked(D)["4"].error == "round 4 was cancelled"
    forget_jobs(running_round)
    assert not rounds_due.ask(running_round.world, D)


def test_an_error_that_nobody_foresaw_is_told_and_raised(running_round: ServiceInMemory) -> None:
    ask(running_round, "cancel")
    running_round.argilla.before = once("records", raising(ValueError("odd")))
    with pytest.raises(ValueError, match="odd"):
        done(running_round)
    assert running_round.store.rounds.asked(D)["4"].error == "ValueError: odd"


def test_what_was_asked_for_meanwhile_is_not_lost(running_round: ServiceInMemory) -> None:
    first = ask(running_round, "end")
    second = ask(running_round, "cancel", at=2)
    running_round.store.rounds.settle(D, "4", first, None)
    assert running_round.store.rounds.asked(D) == {"4": second}
