"""Services whose old entries of the history were moved into files."""

from __future__ import annotations

import pytest

from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.archiving import DAY_MS, Moved, archive
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import ServiceInMemory


def days_later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """From now on Redis's clock is so many days ahead."""
    now = Store.now
    monkeypatch.setattr(Store, "now", lambda store: now(store) + days * DAY_MS)


def archived(service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch) -> Moved:
    """What was moved of all that was said so far: days have passed since."""
    days_later(monkeypatch, 2)
    return archive(service.world, D, service.store.now())
