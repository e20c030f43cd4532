"""A segment is asked again: blind, as many as fit, nothing twice, and what is answered counts as a vote."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.domain.versions.tracing import Suspect, Suspicions
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.tracing.asking_again import ask_again
from argilla_distill.workers.use_cases.tracing.auditing import audit
from argilla_distill.workers.use_cases.tracing.material import material
from tests.workers.argilla_in_memory import D
from tests.workers.made_versions import made
from tests.workers.reviewed_service import copies, decide, opened
from tests.workers.service_in_memory import Build, ServiceInMemory
from tests.workers.told_rounds import rounds_that_tell


def told(build: Build, folder: Path, **settings: object) -> ServiceInMemory:
    service = opened(build(settled_confidence=0.75, **settings))
    rounds_that_tell(service, folder, 10)
    return service


def again(service: ServiceInMemory, segment: str = "round=2") -> tuple[int, int, int]:
    """How many were asked, wait, and had no room."""
    manifest = service.store.versions.manifest(D, "latest")
    assert manifest is not None
    found = ask_again(service.world, material(service.world, manifest, "helpful"), segment)
    service.settle()
    return found.asked, found.waiting, found.no_room


def wanted(service: ServiceInMemory) -> list[str]:
    """The records whose copies want new votes, and have no answer yet."""
    rows = {record: row for record, (_, row) in copies(service).items() if not row.responses}
    return sorted(record for record, row in rows.items() if row.metadata["asks"] == "votes")


def test_a_segment_is_asked_again_blind_and_the_answers_are_votes_of_the_next_version(
    build: Build, tmp_path: Path
) -> None:
    service = told(build, tmp_path)
    before = service.store.versions.manifest(D, "latest")
    asked, waiting, no_room = again(service)
    some = wanted(service)
    assert 7 <= asked == waiting == len(some) <= 10
    assert no_room == 0
    assert again(service) == (0, asked, 0)
    assert wanted(service) == some
    for record in some:
        _, row = copies(service)[record]
        assert row.suggestions == {}
        assert "page" not in row.metadata
        assert (row.metadata["wanted"], row.metadata["priority"]) == (1.0, 0.0)
    first = some[0]
    value = service.decision(first).value
    other = {"yes": "no", "no": "yes"}[str(value)]
    decide(service, "cas", first, helpful=other)
    assert first not in wanted(service)
    assert again(service) == (0, asked - 1, 0)
    decide(service, "rob", some[1], helpful="no")
    assert some[1] not in wanted(service)
    after = made(service, strategy="majority")
    assert before is not None
    assert after.votes == before.votes + 2
    assert again(service)[0] == asked - 1  # all but the one that a reviewer decided, once a version


def test_so_many_are_asked_as_fit_and_a_repeat_asks_the_others(
    build: Build, tmp_path: Path
) -> None:
    service = told(build, tmp_path, review_most=4)
    asked, waiting, no_room = again(service)
    assert (asked, waiting) == (4, 4)
    assert no_room > 0
    assert again(service) == (0, 4, no_room)
    decide(service, "cas", wanted(service)[0], helpful="no")
    assert again(service) == (1, 4, no_room - 1)


def test_an_audit_that_waits_is_not_asked_again_and_an_odd_segment_is_refused(
    build: Build, tmp_path: Path
) -> None:
    service = told(build, tmp_path)
    manifest = service.store.versions.manifest(D, "latest")
    assert manifest is not None
    read = material(service.world, manifest, "helpful")
    bad = Suspect("round", "round=2", 10, 10, 5, 1.0, 4.0, 0.01, True)
    audit(service.world, read, Suspicions("helpful", manifest.name, 0, 30, 30, True, "", (bad,)), 3)
    service.settle()
    asked, waiting, _ = again(service)
    assert waiting == asked + 3
    assert len(wanted(service)) == asked
    for segment, said in (
        ("round=7", "no record has this round"),
        ("runde=2", "did you mean round"),
        ("round=2,annotator=zed", "no record has this annotator"),
        ("round=1,label=helpful:yes,label=helpful:no", "is in"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            ask_again(service.world, read, segment)
