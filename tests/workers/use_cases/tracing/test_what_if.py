"""What a small model would be without a segment, or with its labels put right: measured on audits alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.domain.state.ledger_entry import LedgerAdjudication
from argilla_distill.domain.versions.tracing import Suspect, Suspicions
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.tracing.auditing import audit
from argilla_distill.workers.use_cases.tracing.material import Material, material
from argilla_distill.workers.use_cases.tracing.what_if import what_if
from tests.workers.argilla_in_memory import D
from tests.workers.reviewed_service import opened
from tests.workers.service_in_memory import Build, ServiceInMemory
from tests.workers.told_rounds import GOOD, rounds_that_tell


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    """Three rounds of 30; in round 2 nearly all is wrong."""
    service = opened(build())
    rounds_that_tell(service, tmp_path, 30, wrong=0.95)
    return service


@pytest.fixture
def read(service: ServiceInMemory) -> Material:
    manifest = service.store.versions.manifest(D, "latest")
    assert manifest is not None
    return material(service.world, manifest, "helpful")


def truth(read: Material, record: str) -> str:
    return "yes" if set(GOOD) & set(read.texts[read.places[record]].split()) else "no"


def decided(service: ServiceInMemory, read: Material, records: list[str], pi: float | None) -> None:
    """A reviewer decides these."""
    entries = dict(zip(records, service.store.datasets.ledger(D, records), strict=True))
    for record, entry in entries.items():
        assert entry is not None
        said = LedgerAdjudication("submitted", 5, {"helpful": truth(read, record)}, audit_pi=pi)
        object.__setattr__(entry, "adjudications", {99: said})
    with service.store.redis.pipeline() as pipe:
        service.store.datasets.write_ledger(pipe, D, {r: e for r, e in entries.items() if e})
        pipe.execute()


def test_it_is_told_with_an_interval_on_audits_and_for_labels_that_reviewers_corrected(
    service: ServiceInMemory, read: Material
) -> None:
    few = what_if(service.world, read, "round=2")
    assert few.sentences[0].startswith("Without round=2 (")
    assert "not compared: 0 of at least 10 audits are there" in few.sentences[0]
    assert few.anew is None
    test = [i for i, split in zip(read.ids, read.splits, strict=True) if split == "test"]
    decided(service, read, test, 0.5)
    bad = Suspect("round", "round=2", 40, 40, 9, 4.0, 5.0, 0.01, True)
    looked = Suspicions("helpful", "majority-1", 0, 90, 90, True, "", (bad,))
    audit(service.world, read, looked, 30)
    drawn = service.store.segment_audits.of(D, "helpful")
    assert drawn is not None
    decided(service, read, [r.record_id for r in drawn.segments[0].records], None)
    found = what_if(service.world, read, "round=2")
    assert found.without.audits == len(test) >= 10
    assert found.without.low <= found.without.difference <= found.without.high
    assert found.without.difference > 0
    assert found.anew is not None
    assert found.anew.difference > 0
    assert found.decided == found.records
    assert found.records >= found.corrected > 0.8 * found.records
    assert found.sentences[1].startswith(f"With {found.corrected} of its labels corrected")


def test_what_is_no_segment_is_refused(service: ServiceInMemory, read: Material) -> None:
    with pytest.raises(InvalidRequest, match="no record has this round"):
        what_if(service.world, read, "round=9")
