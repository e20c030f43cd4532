"""Audits in a version: with their probability, never in a training file, and what they say of its labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from argilla_distill.domain.audits import PI
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.segments import Selection
from argilla_distill.workers.versions.card import card
from tests.workers.argilla_in_memory import D
from tests.workers.made_versions import kept_in, made, rows
from tests.workers.reviewed_service import copies, decide, opened
from tests.workers.service_in_memory import Build, ServiceInMemory

RECORDS = [f"n{n:02}" for n in range(60)]


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    """Three replies to each of twenty prompts, some in conflict; two audits are answered, and one review."""
    service = opened(kept_in(build(strategy="learned"), tmp_path))
    service.argilla.add(*RECORDS)
    for n, record in enumerate(RECORDS):
        fields = {"prompt": f"what is the number {n // 3} good for?", "text": f"reply {n}"}
        service.argilla.rows[D][record].fields = fields
        service.answer("ann", record, helpful="yes")
        service.answer("ben", record, helpful="no" if n % 3 == 0 else "yes")
    service.settle()
    for value in ("yes", "no"):
        audited(service, value)
    best = next(i for i, _ in service.store.reviews.due(D) if i in copies(service))
    decide(service, "rob", best, helpful="yes")
    return service


def audited(service: ServiceInMemory, value: str = "yes") -> str:
    """Answer the first audit that waits."""
    first = service.store.reviews.audits(D)[0]
    decide(service, "rob", first, helpful=value, problem="none", stars="1")
    return first


def by_split(service: ServiceInMemory, manifest: Manifest) -> dict[str, list[dict[str, Any]]]:
    folder = Path(service.world.settings.versions) / D / manifest.name
    return {
        split: [
            row
            for file in folder.glob(f"records-{split}-*.parquet")
            for row in pq.read_table(file).to_pylist()
        ]
        for split in ("train", "validation", "test")
    }


def test_an_audit_has_its_probability_and_a_worst_first_review_has_none(
    service: ServiceInMemory,
) -> None:
    manifest = made(service)
    found = {row["record_id"]: row["helpful"] for row in rows(service, manifest)}
    drawn = {i for i, helpful in found.items() if helpful["audit_pi"] is not None}
    assert len(drawn) == 2
    assert {found[i]["audit_pi"] for i in drawn} == {PI}
    assert all(found[i]["adjudicated"] for i in drawn)
    assert sum(helpful["adjudicated"] for helpful in found.values()) == 3
    (question,) = [q for q in manifest.questions if q.name == "helpful"]
    assert (question.audits, question.adjudications) == (2, 3)


def test_audits_and_their_whole_groups_are_test_for_ever(service: ServiceInMemory) -> None:
    first = made(service)
    for _ in range(2):
        audited(service)
    later = made(service, slice_s=0.0)
    splits = [
        {row["record_id"]: row["split"] for row in rows(service, each)} for each in (first, later)
    ]
    assert splits[0] == splits[1]
    parted = by_split(service, later)
    tested = {row["group"] or row["record_id"] for row in parted["test"]}
    for split in ("train", "validation"):
        assert parted[split]
        assert not tested & {row["group"] or row["record_id"] for row in parted[split]}
        assert all(row["helpful"]["audit_pi"] is None for row in parted[split])
    assert sum(row["helpful"]["audit_pi"] is not None for row in parted["test"]) == 4


def test_an_audit_stays_test_where_its_prompt_was_changed_since(service: ServiceInMemory) -> None:
    """Its group is another one then, whose own place in the split might be anywhere."""
    audits = [e.record for e in service.history() if e.details.audit_pi is not None]
    for n in range(6):
        for record in audits:
            fields = {"prompt": f"something else entirely, number {n}, of {record}", "text": "x"}
            service.argilla.rows[D][record].fields = fields
        found = {row["record_id"]: row["split"] for row in rows(service, made(service))}
        assert {found[record] for record in audits} == {"test"}


def test_a_record_is_chosen_by_the_split_that_it_is_written_into(service: ServiceInMemory) -> None:
    """Audits by another prompt, whose own place is train: `--only split=train` is not to keep them."""
    audits = [e.record for e in service.history() if e.details.audit_pi is not None]
    other = next(row for row in rows(service, made(service)) if row["split"] == "train")
    for record in audits:
        service.argilla.rows[D][record].fields = other["fields"]
    whole = made(service)
    found = {row["record_id"]: row["split"] for row in rows(service, whole)}
    assert {found[record] for record in audits} == {"test"}
    for split in ("train", "test"):
        part = made(service, selection=Selection.parse((f"split={split}",), ()))
        wanted = {record for record, each in found.items() if each == split}
        assert {row["record_id"]: row["split"] for row in rows(service, part)} == dict.fromkeys(
            wanted, split
        )


def test_the_manifest_and_the_card_tell_what_audits_say(service: ServiceInMemory) -> None:
    manifest = made(service)
    by = {question.name: question for question in manifest.questions}
    audited = by["helpful"].audited
    assert audited.audits == 2
    assert audited.right is not None
    assert audited.right.low < 0.3
    assert audited.gain is not None
    assert by["stars"].audited.right is None  # nobody answered it
    assert Manifest.read(manifest.as_json()) == manifest
    told = card(manifest)
    assert "**helpful**: On 2 audits, " in told
    assert "**stars**: No audits yet" in told
    assert "`audit_pi`" in told


def test_of_an_earlier_moment_audits_are_those_of_then(service: ServiceInMemory) -> None:
    then = made(service)
    moment = service.store.now()
    audited(service)
    again, now = made(service, as_of=moment), made(service)
    assert again.content_sha256 == then.content_sha256 != now.content_sha256
    counts = [[q.audits for q in each.questions if q.name == "helpful"] for each in (again, now)]
    assert counts == [[2], [3]]
    assert [q.audited.right for q in again.questions] == [q.audited.right for q in then.questions]


def test_another_strategys_version_is_measured_on_the_same_audits(service: ServiceInMemory) -> None:
    manifest = made(service, strategy="majority")
    (question,) = [q for q in manifest.questions if q.name == "helpful"]
    assert question.strategy == "majority"
    assert question.audited.right is not None or question.audited.audits == 0
    assert question.audited.gain is None


def test_without_audits_a_version_claims_nothing(build: Build, tmp_path: Path) -> None:
    service = kept_in(build(), tmp_path)
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    manifest = made(service)
    assert all(question.audited.right is None for question in manifest.questions)
    assert "50 audits would tell it to ±" in card(manifest)
