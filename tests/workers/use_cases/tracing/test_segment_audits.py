"""Audits of segments on the whole path: drawn, blind, decided, judged; never taken for the queue's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.versions.segment_audits import place
from argilla_distill.domain.versions.tracing import Suspect, Suspicions
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.visitors.visitor import Visitor
from argilla_distill.workers.use_cases.reviews import disable, enable
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.tracing.auditing import audit
from argilla_distill.workers.use_cases.tracing.material import Material, material
from tests.workers.argilla_in_memory import D
from tests.workers.reviewed_service import copies, decide, opened, review_id
from tests.workers.service_in_memory import Build, ServiceInMemory
from tests.workers.told_rounds import rounds_that_tell

OWNER = Visitor("1", "olga", "owner")
NAMES = ("round=2", "round=1", "round=3")


def suspected(*segments: str) -> Suspicions:
    """These segments, the most suspect first."""
    some = (
        Suspect(s.partition("=")[0], s, 40, 40, 9, 4.0, 5.0 - n, 0.01, True)
        for n, s in enumerate(segments)
    )
    return Suspicions("helpful", "majority-1", 0, 60, 60, True, "", tuple(some))


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    """Three rounds of 20; in round 2 half of all is wrong."""
    service = opened(build(settled_confidence=0.75))
    rounds_that_tell(service, tmp_path, 20, wrong=0.5)
    return service


@pytest.fixture
def read(service: ServiceInMemory) -> Material:
    manifest = service.store.versions.manifest(D, "latest")
    assert manifest is not None
    return material(service.world, manifest, "helpful")


def drawn(service: ServiceInMemory) -> dict[str, list[str]]:
    """Segment → its records; "" for the rest."""
    kept = service.store.segment_audits.of(D, "helpful")
    assert kept is not None
    return {each.segment: [r.record_id for r in each.records] for each in kept.segments}


def truth(read: Material, record_id: str) -> str:
    """The label that the text tells."""
    good = {"good", "kind", "helpful", "clear", "correct", "friendly", "patient", "precise"}
    return "yes" if good & set(read.texts[read.places[record_id]].split()) else "no"


def test_so_many_of_each_segment_and_of_the_rest_are_asked_blind_and_none_of_the_test_split(
    service: ServiceInMemory, read: Material
) -> None:
    line = service.store.reviews.audits(D)
    told = audit(service.world, read, suspected("round=2", "annotator=ann"), 6)
    service.settle()
    found = drawn(service)
    # ann answered every record, so that nothing is left for the rest
    assert {segment: len(some) for segment, some in found.items()} == {
        "round=2": 6,
        "annotator=ann": 6,
        "": 0,
    }
    assert told.waiting == len({i for some in found.values() for i in some})
    test = {i for i, split in zip(read.ids, read.splits, strict=True) if split == "test"}
    assert test
    for record in {i for some in found.values() for i in some}:
        assert record not in test
        _, row = copies(service)[record]
        assert row.suggestions == {}
        assert "page" not in row.metadata
        assert "audit_pi" not in row.metadata
        assert (row.metadata["kind"], row.metadata["asks"]) == ("audit", "adjudication")
        assert row.metadata["priority"] >= 1
        known = lookup.record(service.store, record, OWNER)
        assert known is not None
        assert (known.audit, known.decisions) == (True, {})
    assert service.store.reviews.audits(D) == line


def test_what_is_suspect_and_nearly_the_same_records_is_judged_on_the_same_audits(
    service: ServiceInMemory, read: Material
) -> None:
    """A round and whoever answered all of it: whether its labels are wrong, and whose answers."""
    whose = "annotator=ann,round=2"
    looked = suspected("round=2", whose, "model=bot-2")
    both = Suspect("annotator and round", whose, 40, 40, 9, 4.0, 4.0, 0.01, True)
    same = Suspect("model", "model=bot-2", 40, 40, 9, 4.0, 1.0, 0.3, False)
    looked = replace(looked, segments=(looked.segments[0], both, same))
    audit(service.world, read, looked, 5)
    found = drawn(service)
    assert found.keys() == {"round=2", whose, ""}
    assert found["round=2"] == found[whose]
    service.settle()
    for record in {i for some in found.values() for i in some}:
        decide(service, "rob", record, helpful=truth(read, record), problem="none", stars="1")
    told = service.store.segment_audits.decided_so_far(D, "helpful")
    assert told is not None
    assert {(each.segment, each.judged) for each in told.segments} == {
        ("round=2", "labels"),
        (whose, "answers"),
        ("", "labels"),
        ("", "answers"),
    }


def test_who_is_drawn_is_repeatable_and_a_larger_sample_holds_the_smaller(
    service: ServiceInMemory, read: Material
) -> None:
    audit(service.world, read, suspected("round=2"), 4)
    first = drawn(service)
    assert first["round=2"] == sorted(first["round=2"], key=lambda i: place(i, D))
    service.settle()
    before = set(copies(service))
    audit(service.world, read, suspected("round=2"), 4)
    audit(service.world, read, suspected("round=2"), 2)
    service.settle()
    assert drawn(service) == first
    assert set(copies(service)) == before
    audit(service.world, read, suspected("round=2"), 7)
    larger = drawn(service)
    assert {s: some[:4] for s, some in larger.items()} == first
    assert [len(some) for some in larger.values()] == [7, 7]


def test_reviewers_decide_which_segment_is_worse_and_no_figure_of_the_queue_takes_it(
    service: ServiceInMemory, read: Material
) -> None:
    told = audit(service.world, read, suspected("round=2"), 14)
    assert told.sentence.startswith("Nothing is audited yet. 2")
    service.settle()
    for record in sorted({i for some in drawn(service).values() for i in some}):
        decide(service, "rob", record, helpful=truth(read, record), problem="none", stars="1")
    found = service.store.segment_audits.decided_so_far(D, "helpful")
    assert found is not None
    worst, rest = found.segments
    assert (worst.segment, worst.worse, worst.audited, rest.segment) == ("round=2", True, 14, "")
    assert worst.share is not None
    assert worst.share > 0.3
    assert worst.low < worst.share < worst.high
    assert worst.pi == round(14 / worst.population, 4)
    assert found.waiting == 0
    assert found.sentence == "Audits prove more wrong labels than in the rest: round=2."
    reviewed = [e for e in service.history() if e.kind == "adjudication"]
    assert len(reviewed) == 28
    assert {entry.details.audit_pi for entry in reviewed} == {None}
    again = audit(service.world, read, suspected("round=2"), 14)
    assert (again.waiting, again.segments) == (0, found.segments)


def test_a_segments_audit_stays_blind_whatever_happens_and_after_a_new_review_dataset(
    service: ServiceInMemory, read: Material
) -> None:
    audit(service.world, read, suspected("round=2"), 3)
    service.settle()
    first, second, third = drawn(service)["round=2"]
    service.answer("cas", first, helpful="no")
    service.answer("dan", first, helpful="yes")
    sweep(service.world, D)
    service.settle()
    assert first not in dict(service.store.reviews.due(D))
    decide(service, "rob", first, helpful="no", problem="none", stars="1")
    service.argilla.chiefs.add("sue")
    decide(service, "sue", first, helpful="yes", problem="none", stars="1")  # reviewers differ
    assert copies(service)[first][1].suggestions == {}
    decide(service, "rob", third, "discarded")
    told = service.store.segment_audits.decided_so_far(D, "helpful")
    assert told is not None
    assert [each.audited for each in told.segments] == [1, 0]
    assert told.waiting == 4  # the discarded one will not be answered
    del service.argilla.rows[review_id(service)], service.argilla.sets[review_id(service)]
    disable(service.world, D)
    enable(service.world, D)
    service.settle()
    assert copies(service)[second][1].metadata["kind"] == "audit"
    assert third not in copies(service)


def test_a_copy_loses_its_note_before_it_becomes_an_audit(
    service: ServiceInMemory, read: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who opened it in between would be told what we think; so would everybody, after a kill there."""
    for record, split in zip(read.ids, read.splits, strict=True):
        if split != "test":
            service.answer("cas", record, helpful="no")
            service.answer("dan", record, helpful="yes")
    service.settle()
    sweep(service.world, D)
    service.settle()
    noted = [record for record, (_, copy) in copies(service).items() if copy.suggestions]
    assert noted
    put = service.argilla.put_records
    still: list[str] = []

    def watched(dataset_id: str, items: Sequence[Mapping[str, Any]]) -> Any:
        now = copies(service)
        for item in items:
            copy = now.get(item["external_id"])
            if item["metadata"]["kind"] == "audit" and copy and copy[1].suggestions:
                still.append(item["external_id"])
        return put(dataset_id, items)

    monkeypatch.setattr(service.argilla, "put_records", watched)
    audit(service.world, read, suspected(*NAMES), 20)
    service.settle()
    blind = {
        record for record, (_, copy) in copies(service).items() if copy.metadata["kind"] == "audit"
    }
    assert blind & set(noted)
    assert still == []


def test_segments_that_are_nearly_the_same_records_are_drawn_from_once(
    service: ServiceInMemory, read: Material
) -> None:
    told = audit(service.world, read, suspected("model=bot-2", *NAMES, "model=bot-3"), 2)
    found = drawn(service)
    assert list(found) == ["model=bot-2", "round=1", "round=3", "round=2", "model=bot-3", ""]
    assert found["round=2"] == found["model=bot-2"]
    assert told.waiting == 6


def test_where_texts_tell_nothing_every_round_is_audited(
    service: ServiceInMemory, read: Material
) -> None:
    nothing = Suspicions("helpful", "majority-1", 0, 60, 60, False, "Texts tell nothing.")
    audit(service.world, read, nothing, 2)
    assert sorted(drawn(service)) == ["", "round=1", "round=2", "round=3"]


def test_without_a_review_dataset_nothing_is_drawn(build: Build, tmp_path: Path) -> None:
    service = build()
    manifest = rounds_that_tell(service, tmp_path, 4)
    read = material(service.world, manifest, "helpful")
    with pytest.raises(InvalidRequest, match="review enable"):
        audit(service.world, read, suspected("round=2"), 3)
    assert service.store.segment_audits.of(D, "helpful") is None
    assert service.store.requests.all(D) == {}
    with pytest.raises(InvalidRequest, match="1 to 500"):
        audit(service.world, read, suspected("round=2"), 0)
