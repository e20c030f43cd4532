"""A service with one record on which people agree, and one on which they do not."""

from __future__ import annotations

from uuid import uuid4

from tests.workers.service_in_memory import Build, ServiceInMemory

RECORD = str(uuid4())
"""The one on which they agree; r1 is the other."""


def agreed_and_disputed(build: Build) -> ServiceInMemory:
    """One record with two answers that agree, another with two that differ."""
    service = build()
    service.argilla.add(RECORD)
    for user in ("ann", "ben"):
        service.answer(user, RECORD, helpful="yes")
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="no")
    service.settle()
    return service
