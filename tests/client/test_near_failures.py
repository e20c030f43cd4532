"""Failures are traced from a notebook: a worker finds what is near, refusals say why."""

from __future__ import annotations

import pytest

from argilla_distill import Client
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Refused, Unavailable
from argilla_distill.workers.use_cases.orders.carrying_out import carry_out
from tests.client.running_service import Running
from tests.workers.argilla_in_memory import D

NAME = "support/chat"


@pytest.fixture
def worker(served: Running, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """While the client waits, a worker does what is asked for; what became of it."""
    done: list[str] = []

    def wait(_: Connection, __: float) -> None:
        done.extend(each.status for each in carry_out(served.service.world, D, lambda: None))

    monkeypatch.setattr(Connection, "wait", wait)
    return done


def test_failures_come_back_with_near_training_records_and_are_traced_once(
    served: Running, client: Client, worker: list[str]
) -> None:
    dataset = client.dataset(NAME)
    texts = dataset.version().records(split="train").to_pandas()["fields.text"]
    found = dataset.near_failures([str(texts[0]), {"text": "zzz"}], question="helpful", near=2)
    assert len(found.failures) == 2
    assert found.failures[0].near[0].similarity == pytest.approx(1)
    assert found.failures[1].near == ()
    again = dataset.near_failures([str(texts[0]), {"text": "zzz"}], question="helpful", near=2)
    assert (again, worker) == (found, ["done"])


def test_what_cannot_be_traced_is_told_and_may_be_sent_again(
    served: Running, client: Client, worker: list[str]
) -> None:
    dataset = client.dataset(NAME)
    for _ in range(2):
        with pytest.raises(Refused, match="has no record nobody"):
            dataset.near_failures([{"record_id": "nobody"}], question="helpful")
    assert worker == ["refused", "refused"]
    with pytest.raises(Refused, match="has no run bot"):
        dataset.near_failures(run="bot")
    with pytest.raises(Refused, match="one of the three"):
        dataset.near_failures(["late"], run="bot")
    with pytest.raises(Refused, match="No failure was sent"):
        dataset.near_failures()
    with pytest.raises(Unavailable, match="waits for a worker"):
        dataset.near_failures(["late"], question="helpful", wait_s=0)
