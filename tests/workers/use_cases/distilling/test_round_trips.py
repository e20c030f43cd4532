"""What one answer costs in calls: of Argilla, and in round trips to Redis. A warm worker, few records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from redis.connection import AbstractConnection

from argilla_distill.workers.models.kept_models import KeptModels
from argilla_distill.workers.use_cases.distilling.distil import distil
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import Build

BEFORE, IN_ALL = 26, 58
"""Round trips until Argilla is sent the suggestion, and until the job is over; of each so many more than
there are as the lease's thread may make on a slow machine."""


def test_one_answer_costs_three_calls_of_argilla_and_so_many_round_trips(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = build(strategy="majority")
    kept = KeptModels(10**9)

    def job() -> None:
        assert distil(replace(service.world, kept=kept), D).status == "done"

    for record in ("r1", "r2", "r3"):
        service.answer("ann", record, helpful="yes")
        service.answer("ben", record, helpful="no")
        job()
    trips, sent = [0], list[int]()
    send = AbstractConnection.send_packed_command

    def counted(self: AbstractConnection, command: Any, check_health: bool = True) -> None:
        trips[0] += 1
        send(self, command, check_health)  # type: ignore[no-untyped-call]

    def before(call: str) -> None:
        if call == "suggest":
            sent.append(trips[0])

    service.answer("ann", "r4", helpful="yes")
    service.answer("ben", "r4", helpful="yes")
    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    service.argilla.before = before
    service.argilla.calls.clear()
    job()
    assert service.argilla.shown("r4") is not None
    assert sorted(service.argilla.calls) == ["dataset", "records", "suggest"]
    assert sent[0] <= BEFORE
    assert trips[0] <= IN_ALL
