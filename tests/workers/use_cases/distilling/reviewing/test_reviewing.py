"""The review loop on the whole path, beside an Argilla in memory: copies go out, decisions come back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.workers.use_cases.reviews import (
    adopt,
    enable,
    inspect,
)
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import HELPFUL, NOTE, D
from tests.workers.reviewed_service import (
    copies,
    decide,
    divided,
    in_review,
    opened,
    review_id,
    split,
)
from tests.workers.service_in_memory import Build, ServiceInMemory


def test_a_contested_record_is_copied_with_suggestion_note_and_metadata(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    reviewed.answer("ann", "r2", helpful="yes")
    reviewed.answer("ben", "r2", helpful="yes")
    reviewed.settle()
    assert set(copies(reviewed)) == {"r1"}
    _, row = copies(reviewed)["r1"]
    assert row.metadata["asks"] == "adjudication"
    assert row.metadata["kind"] == "tie"
    assert row.metadata["original"] == "r1"
    assert row.metadata["page"].endswith("/records/r1")
    assert row.metadata["priority"] == pytest.approx(
        dict(reviewed.store.reviews.due(D))["r1"], abs=1e-4
    )
    assert "ann" in in_review(reviewed, "r1")[NOTE.name]


def test_a_record_is_not_copied_before_its_overlap_is_complete(build: Build) -> None:
    service = opened(build(overlap=3))
    split(service, "r1")
    service.settle()
    assert copies(service) == {}
    service.answer("cas", "r1", helpful="no")
    service.settle()
    assert set(copies(service)) == {"r1"}
    assert "we lean to no" in in_review(service, "r1")[NOTE.name]


def test_an_adjudication_decides_settles_and_is_told_with_its_reason(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    reviewed.settle()
    assert reviewed.conflicts() != {}
    decide(reviewed, "rob", "r1", helpful="no", why="it never answers the question")
    assert reviewed.decision("r1").value == "no"
    assert reviewed.decision("r1").confidence == 0.999
    assert reviewed.argilla.shown("r1", HELPFUL).value == "no"  # type: ignore[union-attr]
    assert reviewed.conflicts() == {}
    (entry,) = [e for e in reviewed.history() if e.kind == "adjudication"]
    assert (reviewed.name(entry.annotator), entry.values) == ("rob", {"helpful": "no"})
    assert entry.details.why == "it never answers the question"
    assert entry.details.thought == {"helpful": (None, 0.5)}  # what we thought before: a tie
    assert reviewed.store.reviews.due(D) == []
    assert set(copies(reviewed)) == {"r1"}  # opened: it stays
    assert (
        reviewed.ledger("r1").adjudications[entry.annotator or 0].why
        == "it never answers the question"
    )


def test_what_is_contested_is_not_filled_in_and_what_is_settled_is(
    reviewed: ServiceInMemory,
) -> None:
    """Two clicks on Submit, with nothing touched, once settled a conflict as we had filled it in."""
    divided(reviewed, "r1")
    reviewed.settle()
    assert set(in_review(reviewed, "r1")) == {"problem", NOTE.name}
    assert in_review(reviewed, "r1")["problem"] == "none"
    assert copies(reviewed)["r1"][1].metadata["asked"] == ["helpful"]
    assert in_review(reviewed, "r1")[NOTE.name].startswith("Please decide **helpful**.\n")


@pytest.mark.parametrize(
    ("suggest", "filled"),
    [("all", {"helpful", "problem"}), ("none", set()), ("settled", {"problem"})],
)
def test_what_is_filled_in_is_as_the_team_wants_it(
    build: Build, suggest: str, filled: set[str]
) -> None:
    service = opened(build(overlap=3, settled_confidence=0.75, review_suggest=suggest))
    divided(service, "r1")
    service.answer("cas", "r1", helpful="no", problem="none")
    service.settle()
    assert set(in_review(service, "r1")) == {*filled, NOTE.name}


def test_only_what_was_asked_is_decided_by_submitting_what_was_filled_in(
    reviewed: ServiceInMemory,
) -> None:
    divided(reviewed, "r1")
    reviewed.settle()
    before = reviewed.decision("r1", "problem")
    decide(reviewed, "rob", "r1", helpful="no", problem="none", why="so")
    (entry,) = [e for e in reviewed.history() if e.kind == "adjudication"]
    assert entry.values == {"helpful": "no"}
    assert reviewed.decision("r1").confidence == 0.999
    assert reviewed.decision("r1", "problem").confidence == before.confidence < 0.999


def test_what_was_filled_in_and_is_changed_is_decided(reviewed: ServiceInMemory) -> None:
    divided(reviewed, "r1")
    reviewed.settle()
    decide(reviewed, "rob", "r1", helpful="no", problem="tone")
    (entry,) = [e for e in reviewed.history() if e.kind == "adjudication"]
    assert entry.values == {"helpful": "no", "problem": "tone"}
    assert reviewed.decision("r1", "problem").value == "tone"
    decide(
        reviewed, "rob", "r1", helpful="no", problem="none"
    )  # back: no decision of theirs any more
    assert reviewed.decision("r1", "problem").confidence < 0.999


def test_what_was_asked_is_decided_although_it_was_filled_in(build: Build) -> None:
    service = opened(build(overlap=3, settled_confidence=0.75, review_suggest="all"))
    divided(service, "r1")
    service.answer("cas", "r1", helpful="no", problem="none")
    service.settle()
    decide(service, "rob", "r1", helpful="no", problem="none")
    (entry,) = [e for e in service.history() if e.kind == "adjudication"]
    assert entry.values == {"helpful": "no"}


def test_with_nothing_filled_in_every_answer_decides(build: Build) -> None:
    service = opened(build(settled_confidence=0.75, review_suggest="none"))
    divided(service, "r1")
    service.settle()
    decide(service, "rob", "r1", helpful="no", problem="none")
    (entry,) = [e for e in service.history() if e.kind == "adjudication"]
    assert entry.values == {"helpful": "no", "problem": "none"}


def test_a_question_that_becomes_contested_later_is_asked_of_what_is_submitted_from_then_on(
    build: Build,
) -> None:
    service = opened(build(settled_confidence=0.75, review_overlap=2))
    service.argilla.chiefs.add("sue")
    divided(service, "r1")
    service.settle()
    decide(service, "rob", "r1", helpful="no", problem="none")
    service.answer("ben", "r1", helpful="no", problem="facts")
    service.settle()
    assert copies(service)["r1"][1].metadata["asked"] == ["helpful", "problem"]
    assert service.conflicts().keys() == {
        ("r1", "problem")
    }  # what rob left as it was decided nothing
    decide(service, "rob", "r1", helpful="no", problem="none")
    assert service.decision("r1", "problem").confidence == 0.999
    assert service.conflicts() == {}
    sweep(service.world, D)
    service.settle()
    choices = service.world.settings.plan.model_dump()
    other = ServiceInMemory.build(service.argilla.copy(), service.store.redis, choices)
    adopt(other.world, other.world.gateway.datasets())
    sweep(other.world, D)
    other.settle()
    assert other.state() == service.state()


def test_a_copy_made_by_an_earlier_release_asks_for_everything_until_it_is_renewed(
    reviewed: ServiceInMemory,
) -> None:
    divided(reviewed, "r1")
    divided(reviewed, "r2")
    reviewed.settle()
    for record in ("r1", "r2"):  # as it was: nothing says what is asked, and all is filled in
        copy_id, row = copies(reviewed)[record]
        row.metadata = {k: v for k, v in row.metadata.items() if k != "asked"}
        review = reviewed.argilla.sets[review_id(reviewed)]
        helpful = review.question("helpful")
        assert helpful is not None
        suggested = {"question_id": helpful.id, "value": "no", "agent": "distill/majority:1"}
        reviewed.argilla.set_suggestions(row, copy_id, [suggested])
        kept = CopyInfo(copy_id, suggested=("helpful", "problem", NOTE.name))
        with reviewed.store.redis.pipeline() as pipe:
            reviewed.store.reviews.write_copies(pipe, D, {record: kept})
            pipe.execute()
    decide(reviewed, "rob", "r1", helpful="no", problem="none")
    (entry,) = [e for e in reviewed.history() if e.kind == "adjudication"]
    assert entry.values == {"helpful": "no", "problem": "none"}
    assert enable(reviewed.world, D).action == "kept"
    reviewed.settle()
    assert set(in_review(reviewed, "r2")) == {"problem", NOTE.name}
    assert copies(reviewed)["r2"][1].metadata["asked"] == ["helpful"]


def test_the_note_comes_first_and_one_that_does_not_is_told_and_mended(
    reviewed: ServiceInMemory,
) -> None:
    review = reviewed.argilla.sets[review_id(reviewed)]
    assert [q.name for q in review.questions] == ["conflicts", "helpful", "problem", "stars", "why"]
    assert inspect(reviewed.world, D) == ""
    note, *rest = review.questions
    older = replace(review, questions=(*rest[:-1], note, rest[-1]))
    reviewed.argilla.sets[review.id] = older
    split(reviewed, "r1")
    reviewed.settle()
    assert set(copies(reviewed)) == {"r1"}  # it goes on working
    assert "behind its questions" in inspect(reviewed.world, D)
    assert enable(reviewed.world, D).action == "created"
    assert inspect(reviewed.world, D) == ""
    reviewed.settle()
    assert set(copies(reviewed)) == {"r1"}


def test_after_a_fresh_start_what_was_decided_in_an_older_review_dataset_counts(
    reviewed: ServiceInMemory,
) -> None:
    """Its note comes last; a new one in its place would know nothing of it."""
    review = reviewed.argilla.sets[review_id(reviewed)]
    note, *rest = review.questions
    reviewed.argilla.sets[review.id] = replace(review, questions=(*rest[:-1], note, rest[-1]))
    split(reviewed, "r1")
    reviewed.settle()
    decide(reviewed, "rob", "r1", helpful="no")
    choices = reviewed.world.settings.plan.model_dump()
    other = ServiceInMemory.build(reviewed.argilla.copy(), reviewed.store.redis, choices)
    (found,) = adopt(other.world, other.world.gateway.datasets())
    assert (found.id, found.action) == (review.id, "kept")
    sweep(other.world, D)
    other.settle()
    assert other.decision("r1").confidence == 0.999


def test_a_record_that_is_only_unsure_is_told_of_as_well(build: Build) -> None:
    service = opened(build(review_worth=0.1))
    for who in ("ann", "ben"):
        service.answer(who, "r1", helpful="yes")
    service.settle()
    note = in_review(service, "r1")[NOTE.name]
    assert "we lean to yes" in note
    assert "nobody says otherwise" in note
    assert service.argilla.shown("r1", NOTE) is None  # no conflict, no note on the record itself
