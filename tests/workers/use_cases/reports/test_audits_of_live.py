"""What audits say of the live model: of that model as it is, with all that it has learned but the audits."""

from __future__ import annotations

import pytest

from argilla_distill.domain.audited import Audited
from argilla_distill.workers.engine.label.texts import texts as apart
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.argilla_in_memory import D
from tests.workers.reviewed_service import decide, opened
from tests.workers.service_in_memory import Build, ServiceInMemory

RECORDS = [f"n{n:02}" for n in range(90)]


def audited(service: ServiceInMemory) -> Audited:
    """What is said of the question `helpful`, whose texts tell: good ones are helpful, bad ones are not."""
    service.argilla.add(*RECORDS)
    for n, record in enumerate(RECORDS):
        good = n % 2 == 0
        fields = {"prompt": f"what is number {n}?", "text": f"a {'good' if good else 'bad'} reply"}
        service.argilla.rows[D][record].fields = fields
        service.answer("ann", record, helpful="yes" if good else "no")
        service.answer("ben", record, helpful="yes" if good and n % 3 else "no")
    service.settle()
    for record in service.store.reviews.audits(D)[:2]:
        right = "yes" if int(record[1:]) % 2 == 0 else "no"
        decide(service, "rob", record, helpful=right, problem="none", stars="1")
    service.settle()
    report(service.world, D)
    found = service.store.reports.question(D, "helpful")
    assert found is not None
    return found.audited


def test_texts_that_are_set_apart_are_heard_as_well(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = audited(opened(build(strategy="learned")))
    monkeypatch.setattr(apart, "SET_APART", 4)
    monkeypatch.setattr(apart, "BLOCK", 16)
    service = opened(build(strategy="learned"))
    assert audited(service) == together
    _, info = service.store.models.of(D, "helpful")
    assert info is not None
    assert info.text_blocks > 0
