"""Sweeps where Argilla cannot show a dataset's records: told, and answers go on being taken in."""

from __future__ import annotations

import pytest

from argilla_distill.plugin.errors import InvalidValue
from argilla_distill.workers.use_cases.checks.status import DatasetStatus, status
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import ServiceInMemory, answer_twice, shown


def told(service: ServiceInMemory) -> DatasetStatus:
    (found,) = status(service.store)
    return found


def test_a_page_that_argilla_cannot_show_is_told_until_it_can(service: ServiceInMemory) -> None:
    """One record with half a character in its metadata: the dataset was called ?, without a reason."""
    service.argilla.unshown = {"r2"}
    with pytest.raises(InvalidValue):
        sweep(service.world, D)
    assert told(service).name == "support/chat"
    assert "Argilla cannot show its records" in told(service).message
    answer_twice(service, "r1", "yes")
    service.settle()
    assert shown(service) == "yes"
    assert "Argilla cannot show its records" in told(service).message  # also after other work
    service.argilla.unshown = set()
    sweep(service.world, D)
    service.settle()
    assert told(service).message == ""
