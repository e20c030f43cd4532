"""A service with sixty records, whose versions have twins."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import Build, ServiceInMemory
from tests.workers.twinned_service import with_versions


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    """Answers to three of sixty records, of which one is in conflict."""
    found = with_versions(build(), tmp_path)
    found.argilla.add(*(f"s{n:02}" for n in range(56)))
    for record, labels in {"r1": ("yes", "yes"), "r2": ("yes", "no"), "r3": ("no", "no")}.items():
        for user, label in zip(("ann", "ben"), labels, strict=True):
            found.answer(user, record, helpful=label)
    found.argilla.rows[D]["r1"].metadata = {"round": 2}
    sweep(found.world, D)
    found.settle()
    return found
