"""Calls of Argilla as they are made, to be counted or made to land again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.workers.service_in_memory import ServiceInMemory


def asked(service: ServiceInMemory) -> list[list[str]]:
    """The ids of every look at records, as they are made."""
    looks: list[list[str]] = []
    real = service.argilla.records

    def records(dataset_id: str, ids: Sequence[str], settled: bool = False) -> Any:
        looks.append(list(ids))
        return real(dataset_id, ids, settled)

    service.argilla.records = records  # type: ignore[method-assign]
    return looks


def wire(service: ServiceInMemory, name: str) -> list[tuple[Any, ...]]:
    """The calls of that name, as they are made: they can be made to land again."""
    sent: list[tuple[Any, ...]] = []
    real = getattr(service.argilla, name)

    def call(where: str, items: Any) -> Any:
        sent.append((where, list(items)))
        return real(*sent[-1])

    setattr(service.argilla, name, call)
    return sent
