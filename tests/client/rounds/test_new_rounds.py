"""Rounds are started from a notebook: outputs are sent in parts, a worker does it, and it is done once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill import Client
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import NotAllowed, Refused, Unavailable
from argilla_distill.client.rounds.starting import NewRound
from argilla_distill.client.sending import parts
from argilla_distill.domain.orders.order import CANCEL_ROUND, WorkOrder
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from tests.client.running_service import Running, breaks_after
from tests.workers.argilla_in_memory import D

NAME = "support/chat"
OUTPUTS = [
    {"text": f"Your parcel {n * 7919} is with our driver {n}", "prediction": "yes"}
    for n in range(6)
]


@pytest.fixture(autouse=True)
def works(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the client waits, a worker does what is to be done."""

    def wait(_: Connection, __: float) -> None:
        list(carry_out(served.service.world, D, pause=lambda: None))

    monkeypatch.setattr(Connection, "wait", wait)
    monkeypatch.setattr(parts, "PART_BYTES", 300)


def new(client: Client, name: str, **more: Any) -> NewRound:
    wanted = {"model": "bot", "take": 4, "question": "helpful", **more}
    return client.dataset(NAME).new_round(name, **wanted)


def of_round(served: Running, name: str) -> list[Any]:
    items = served.service.argilla.added.items
    return [each for each in items if each["metadata"]["round"] == name]


def sent(served: Running) -> int:
    """Parts that were sent so far."""
    return sum(
        "/uploads/" in e["PATH_INFO"] for e in served.weather.seen if e["REQUEST_METHOD"] == "POST"
    )


def test_a_round_is_planned_and_started_and_its_file_sent_once(
    served: Running, client: Client
) -> None:
    plan = new(client, "a").plan(OUTPUTS)
    assert (plan.round.taken, plan.round.outputs, len(plan.first)) == (4, 6, 4)
    assert (of_round(served, "a"), served.service.store.rounds.of(D, "a")) == ([], None)
    parts = sent(served)
    assert parts > 1
    started = new(client, "a", trained_on="prod").start(OUTPUTS)
    assert (started.state, started.plan.written, started.plan.trained_on) == (
        "under way",
        4,
        "majority-1",
    )
    assert (len(of_round(served, "a")), sent(served)) == (4, parts)
    assert served.service.store.uploads.all(D) == {}
    assert [path for path in (served.folder / "versions").rglob("*") if "upload" in path.name] == [
        served.folder / "versions" / D / "uploads"
    ]


def test_the_same_call_again_is_the_same_round_whatever_broke_off(
    served: Running, client: Client
) -> None:
    served.weather.ahead += [lambda app, *given: app(*given)] * 3 + [breaks_after(5)] * 2
    first = new(client, "b").start(OUTPUTS)
    again = new(client, "b").start(OUTPUTS)
    assert (first.state, first.plan, len(of_round(served, "b"))) == ("under way", again.plan, 4)
    with pytest.raises(Refused, match="Round b is another one"):
        new(client, "b").start(OUTPUTS[:5])


def test_outputs_that_do_not_fit_are_told_by_line_and_nothing_is_written(
    served: Running, client: Client
) -> None:
    wrong = [*OUTPUTS, {"txet": "Hello"}, {"fields": {"text": "Hi"}, "prediction": "maybe"}]
    with pytest.raises(Refused) as told:
        new(client, "c").start(wrong)
    assert "Round c is not started: the file of outputs does not fit the dataset" in str(told.value)
    assert "line 7: the dataset has no field 'txet' (did you mean text?)" in str(told.value)
    assert "line 8: prediction 'maybe' is none of yes, no" in str(told.value)
    assert (of_round(served, "c"), served.service.store.rounds.of(D, "c")) == ([], None)
    assert new(client, "c").start(OUTPUTS).state == "under way"


def test_what_can_be_no_round_is_refused_at_once(served: Running, client: Client) -> None:
    for name, more, why in (
        ("d", {"take": 0}, "A round takes 1 to 10,000 outputs, not 0"),
        ("d", {"model": " "}, "Say by model whose outputs these are"),
        ("d/e", {}, "no name of a round"),
    ):
        with pytest.raises(Refused, match=why):
            new(client, name, **more).start(OUTPUTS)
    with pytest.raises(ValueError, match="there is no output"):
        new(client, "d").start([])
    with pytest.raises(ValueError, match=r"passes is a list of labels: \['yes'\]"):
        new(client, "d", passes="yes")
    assert served.service.store.orders.waiting(D) == []


def test_annotators_are_refused_with_the_reason(served: Running) -> None:
    with Client(served.url, "anna.apikey", progress=False) as anna, pytest.raises(NotAllowed):
        anna.dataset(NAME)
    path = f"/datasets/{D}/rounds/e/start"
    with closing(Connection(served.url, "anna.apikey")) as connection:
        with pytest.raises(NotAllowed, match="anna is an annotator there"):
            connection.send(path, model="bot")
        with pytest.raises(NotAllowed, match="anna is an annotator there"):
            connection.send_bytes(f"/datasets/{D}/uploads/{'0' * 64}/0", b"x")


def test_who_asks_for_the_same_meanwhile_disturbs_nobody_and_who_asks_for_something_else_is_told_of(
    served: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = served.service.store.orders

    def again(*_: object) -> None:
        (order,) = orders.waiting(D)
        orders.place(D, replace(order, asked_at=order.asked_at + 1))
        list(carry_out(served.service.world, D, pause=lambda: None))

    monkeypatch.setattr(Connection, "wait", again)
    assert new(client, "g").start(OUTPUTS).state == "under way"

    def another(*_: object) -> None:
        (order,) = orders.waiting(D)
        orders.place(D, WorkOrder(order.id, CANCEL_ROUND, order.about, 9))

    monkeypatch.setattr(Connection, "wait", another)
    with pytest.raises(Refused, match="cancel round h: waits for a worker"):
        new(client, "h").start(OUTPUTS)
    list(carry_out(served.service.world, D, pause=lambda: None))


def test_a_wait_that_is_too_short_says_so_and_the_next_call_goes_on(
    served: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "wait", lambda *_: None)
        with pytest.raises(Unavailable, match="start round f: waits for a worker"):
            new(client, "f").start(OUTPUTS, wait_s=1)
    assert new(client, "f").start(OUTPUTS).state == "under way"
