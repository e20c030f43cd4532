"""Records near a limit are drawn once for what was said, however many of them are then refreshed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.plugin.store.datasets import Datasets
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import ServiceInMemory


@pytest.fixture
def draws(service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many were asked for at each draw; it is always r2, whose decision is stored as another."""
    asked: list[int] = []

    def near(datasets: Datasets, dataset_id: str, most: int) -> list[str]:
        asked.append(most)
        return ["r2"]

    for user in ("ann", "ben"):
        service.answer(user, "r2", helpful="yes")
    service.settle()
    spoil(service)
    monkeypatch.setattr(Datasets, "near", near)
    return asked


def spoil(service: ServiceInMemory) -> None:
    """As if r2 had been decided by what was known long ago."""
    stored = replace(service.decision("r2"), confidence=0.55)
    with service.store.redis.pipeline() as pipe:
        service.store.datasets.write_decisions(pipe, D, {"r2": {"helpful": stored}})
        pipe.execute()


def test_what_is_refreshed_has_no_others_drawn(service: ServiceInMemory, draws: list[int]) -> None:
    """A large dataset had nearly always one more to refresh: one answer cost ten times the work."""
    service.answer("ann", "r1", helpful="yes")
    service.distil()
    assert len(draws) == 1
    assert service.decision("r2").confidence > 0.8


def test_they_are_drawn_again_once_more_was_said(
    service: ServiceInMemory, draws: list[int]
) -> None:
    for turn, record in enumerate(("r1", "r3"), start=1):
        service.answer("ann", record, helpful="yes")
        service.distil()
        assert len(draws) == turn
        spoil(service)
        assert service.decision("r2").confidence == 0.55
