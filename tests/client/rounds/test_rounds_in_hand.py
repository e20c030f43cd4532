"""Rounds are cancelled and ended from a notebook, by a worker, and waited for."""

from __future__ import annotations

import json

import pytest

from argilla_distill import Client
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Refused, Unavailable
from argilla_distill.client.rounds.seen_round import SeenRound
from argilla_distill.domain.rounds.wish import Wish
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from argilla_distill.workers.use_cases.rounds import ending
from argilla_distill.workers.use_cases.rounds.cancelling import cancel
from argilla_distill.workers.use_cases.rounds.starting import start
from argilla_distill.workers.use_cases.versions.making import make
from tests.client.running_service import Running
from tests.workers.argilla_in_memory import CHAT, D

NAME = "support/chat"


def begun(served: Running, client: Client, name: str) -> SeenRound:
    """A round of three records, of which one is answered."""
    path = served.folder / f"{name}.jsonl"
    lines = [
        {"fields": {"text": f"In round {name} order {n * 7919} is late"}, "prediction": "yes"}
        for n in range(3)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    start(served.service.world, CHAT, path, Wish(name, "bot", question="helpful"))
    first = served.service.store.rounds.taken(D, name)[0].record_id
    served.service.answer("ann", first, helpful="yes")
    served.service.settle()
    return client.dataset(NAME).round(name)


def works(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the client waits, a worker does what is to be done."""

    def wait(_: Connection, __: float) -> None:
        world = served.service.world
        list(carry_out(world, D, pause=lambda: None))
        make(world, D, 60.0)
        ending.go_on(world, D)

    monkeypatch.setattr(Connection, "wait", wait)


def test_a_round_is_cancelled_and_what_was_answered_stays(
    served: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begun(served, client, "four ü")
    works(served, monkeypatch)
    cancelled = found.cancel()
    assert (cancelled.state, cancelled.asked, cancelled.plan.removed) == ("cancelled", None, 2)
    assert found.cancel() == cancelled
    with pytest.raises(Refused, match="Round four ü was cancelled"):
        found.end()


def test_a_round_is_ended_and_told_what_it_came_to(
    served: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begun(served, client, "5")
    works(served, monkeypatch)
    ended = found.end()
    assert ended.state == "ended"
    assert ended.report is not None
    assert ended.report.labelled == 1
    assert client.dataset(NAME).version().name == ended.plan.version
    with pytest.raises(Refused, match="Round 5 is ended: what was learned in it stays"):
        ended.cancel()


def test_without_waiting_it_is_asked_for_and_a_wait_that_is_too_short_says_so(
    served: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begun(served, client, "6")
    monkeypatch.setattr(Connection, "wait", lambda *_: None)
    asked = found.cancel(wait_s=0)
    assert asked.asked is not None
    assert (asked.state, asked.asked.action) == ("under way", "cancel round")
    with pytest.raises(Unavailable, match="not cancelled after 4 s: it is under way"):
        found.cancel(wait_s=4)
    works(served, monkeypatch)
    assert found.cancel().state == "cancelled"


def test_whoever_does_the_other_thing_meanwhile_is_told_of(
    served: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begun(served, client, "7")

    def somebody_cancels(*_: object) -> None:
        cancel(served.service.world, CHAT, "7")
        list(carry_out(served.service.world, D, pause=lambda: None))

    monkeypatch.setattr(Connection, "wait", somebody_cancels)
    with pytest.raises(Refused, match="Round 7 is not ended: round 7 was cancelled"):
        found.end()
