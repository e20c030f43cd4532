"""A service with a review dataset: its copies, records in conflict, and what reviewers decide."""

from __future__ import annotations

from typing import Any

from argilla_distill.workers.use_cases.checks.status import ReviewStatus, status
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.reviews import enable
from tests.workers.argilla_in_memory import D, Row
from tests.workers.service_in_memory import ServiceInMemory


def opened(service: ServiceInMemory) -> ServiceInMemory:
    service.argilla.chiefs.add("rob")
    enable(service.world, D)
    service.settle()
    return service


def review_id(service: ServiceInMemory) -> str:
    kept = service.store.reviews.of(D)
    assert kept is not None
    return str(kept.id)


def copies(service: ServiceInMemory) -> dict[str, tuple[str, Row]]:
    """Original → its copy's id and row."""
    rows = service.argilla.rows[review_id(service)]
    return {str(row.external_id): (copy_id, row) for copy_id, row in rows.items()}


def split(service: ServiceInMemory, record: str) -> None:
    """Two who differ on a record."""
    service.answer("ann", record, helpful="yes")
    service.answer("ben", record, helpful="no")


def draw_one(service: ServiceInMemory) -> str:
    """A record that was drawn for an audit, and has a copy; made for it, and answered by two."""
    for n in range(100):
        record = f"drawn-{n}"
        service.argilla.add(record)
        service.answer("ann", record, helpful="yes")
        service.answer("ben", record, helpful="yes")
        service.settle()
        if service.store.reviews.audits(D):
            return record
    raise AssertionError("none of a hundred records was drawn")


def decide(
    service: ServiceInMemory, who: str, record: str, status: str = "submitted", **values: Any
) -> None:
    """An answer on a record's copy, whose delivery arrives."""
    copy_id, _ = copies(service)[record]
    at = service.argilla.answer(who, copy_id, status, **values)
    service.store.dirty.mark(review_id(service), [copy_id], at)
    distil(service.world, review_id(service))
    service.settle()


def review_status(service: ServiceInMemory) -> ReviewStatus:
    (dataset,) = status(service.store)
    found = dataset.review
    assert found is not None
    return found


def in_review(service: ServiceInMemory, record: str) -> dict[str, Any]:
    """What the copy of a record suggests, by question."""
    _, row = copies(service)[record]
    review = service.argilla.sets[review_id(service)]
    return {str(review.named(q)): s.value for q, s in row.suggestions.items()}


def divided(service: ServiceInMemory, record: str, problem: str = "none") -> None:
    """Two who differ on one question of a record, and agree on another."""
    service.answer("ann", record, helpful="yes", problem=problem)
    service.answer("ben", record, helpful="no", problem=problem)
