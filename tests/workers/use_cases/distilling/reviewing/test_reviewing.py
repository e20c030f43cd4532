"""The review loop on the whole path, beside an Argilla in memory: copies go out, decisions come back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.queue_length import Queue
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.views.queue_view import queued
from argilla_distill.workers.use_cases.checks import doctor
from argilla_distill.workers.use_cases.checks.status import ReviewStatus, status
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.reviews import (
    CannotReview,
    adopt,
    disable,
    enable,
    inspect,
)
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.writing.review_copy import remembered
from tests.workers.argilla_in_memory import HELPFUL, NOTE, D, Row
from tests.workers.interruptions import once, raising
from tests.workers.queued_jobs import forget_jobs, jobs
from tests.workers.reviewed_service import copies, decide, opened, review_id, split
from tests.workers.service_in_memory import Build, ServiceInMemory


def review_status(service: ServiceInMemory) -> ReviewStatus:
    found = status(service.store)[0].review
    assert found is not None
    return found


def in_review(service: ServiceInMemory, record: str) -> dict[str, Any]:
    """What the copy of a record suggests, by question."""
    _, row = copies(service)[record]
    review = service.argilla.sets[review_id(service)]
    return {str(review.named(q)): s.value for q, s in row.suggestions.items()}


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


def divided(service: ServiceInMemory, record: str, problem: str = "none") -> None:
    """Two who differ on one question of a record, and agree on another."""
    service.answer("ann", record, helpful="yes", problem=problem)
    service.answer("ben", record, helpful="no", problem=problem)


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


def test_what_arrives_about_a_copy_wakes_the_distiller_of_its_original(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    reviewed.settle()
    forget_jobs(reviewed)
    copy_id, _ = copies(reviewed)["r1"]
    reviewed.store.dirty.mark(review_id(reviewed), [copy_id])
    assert distil(reviewed.world, review_id(reviewed)).status == "forwarded"
    assert jobs(reviewed) == [(DISTIL, D)]
    assert reviewed.store.dirty.sizes(D)[0] == 1
    assert reviewed.store.dirty.sizes(review_id(reviewed))[0] == 0


@pytest.mark.parametrize("how", ["draft", "discarded", "deleted"])
def test_an_adjudication_can_be_taken_back(reviewed: ServiceInMemory, how: str) -> None:
    split(reviewed, "r1")
    reviewed.settle()
    before = reviewed.state()
    decide(reviewed, "rob", "r1", helpful="no")
    assert reviewed.state() != before
    copy_id, row = copies(reviewed)["r1"]
    if how == "deleted":
        del row.responses["rob"]
        reviewed.store.dirty.mark(review_id(reviewed), [copy_id])
        distil(reviewed.world, review_id(reviewed))
        reviewed.settle()
    else:
        decide(reviewed, "rob", "r1", how, helpful="no")
    assert reviewed.state() == before


def test_reviewers_who_differ_are_a_conflict_of_adjudications(build: Build) -> None:
    service = build(review_overlap=2)
    service.argilla.chiefs.add("sue")
    opened(service)
    split(service, "r1")
    service.settle()
    decide(service, "rob", "r1", helpful="no")
    decide(service, "sue", "r1", helpful="yes")
    conflict = service.store.datasets.conflicts(D)["r1", "helpful"]
    assert (conflict.state, conflict.kind) == ("open", "adjudications")
    assert service.conflicts() == {("r1", "helpful"): {"no": ["rob"], "yes": ["sue"]}}
    assert service.decision("r1").value == "yes"  # the latest
    decide(service, "rob", "r1", helpful="yes")
    assert service.conflicts() == {}


def test_the_latest_of_two_reviewers_decides_on_a_fresh_start_as_well(build: Build) -> None:
    """The last in Argilla's list used to, or the last whose delivery arrived."""
    service = build()
    service.argilla.chiefs.update(("rob", "sue"))
    enable(service.world, D)
    service.settle()
    split(service, "r1")
    service.settle()
    for who, value in (("rob", "no"), ("sue", "no"), ("rob", "yes"), ("sue", "no"), ("rob", "yes")):
        decide(service, who, "r1", helpful=value)
    sweep(service.world, D)
    service.settle()
    other = ServiceInMemory.build(
        service.argilla.copy(), service.store.redis, service.world.settings.plan.model_dump()
    )
    adopt(other.world, other.argilla.datasets())
    sweep(other.world, D)
    other.settle()
    assert service.decision("r1").value == other.decision("r1").value == "yes"


def test_a_copy_is_withdrawn_when_its_record_settles_and_nobody_has_opened_it(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    split(reviewed, "r2")
    reviewed.settle()
    copy_id, _ = copies(reviewed)["r2"]
    reviewed.argilla.answer("rob", copy_id, "draft", helpful="no")  # opened, and not yet delivered
    for record in ("r1", "r2"):
        reviewed.answer("ben", record, helpful="yes")
    reviewed.settle()
    assert reviewed.conflicts() == {}
    assert reviewed.store.reviews.due(D) == []
    assert set(copies(reviewed)) == {"r2"}
    assert set(reviewed.store.reviews.all_copies(D)) == {"r2"}


def test_an_answer_of_somebody_else_in_the_review_dataset_is_a_vote(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    reviewed.settle()
    decide(reviewed, "cas", "r1", helpful="no", why="mine")
    assert reviewed.decision("r1").value == "no"
    assert reviewed.decision("r1").confidence < 0.999
    assert [reviewed.name(e.annotator) for e in reviewed.answers()].count("cas") == 1
    assert not [e for e in reviewed.history() if e.kind == "adjudication"]
    responses = reviewed.counts()["responses"]
    assert ("cas", "submitted") not in responses  # it is not one of the dataset's own


def test_somebody_who_answered_the_record_has_one_vote_wherever_they_answer(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    reviewed.settle()
    before = reviewed.decision("r1").posterior
    decide(reviewed, "ben", "r1", helpful="yes")
    assert reviewed.decision("r1").posterior == before


def test_an_ambiguous_record_asks_for_more_votes_before_it_asks_for_an_adjudication(
    build: Build,
) -> None:
    service = opened(build(more_votes=1))
    split(service, "r1")
    service.settle()
    _, row = copies(service)["r1"]
    assert (row.metadata["asks"], row.metadata["priority"]) == ("votes", 0.0)
    assert row.metadata["wanted"] > 0
    assert in_review(service, "r1") == {}  # nobody is led
    assert service.argilla.sets[review_id(service)].min_submitted == 2
    decide(service, "cas", "r1", helpful="no")
    _, row = copies(service)["r1"]
    assert (row.metadata["asks"], row.metadata["wanted"]) == ("adjudication", 0.0)
    assert row.metadata["priority"] > 0
    assert set(in_review(service, "r1")) == {NOTE.name}


def test_a_fresh_start_on_the_same_argilla_comes_to_the_same(reviewed: ServiceInMemory) -> None:
    for record in ("r1", "r2", "r3"):
        split(reviewed, record)
    reviewed.settle()
    decide(reviewed, "rob", "r1", helpful="no", why="so")
    decide(reviewed, "cas", "r2", helpful="yes")
    sweep(reviewed.world, D)
    reviewed.settle()
    choices = reviewed.world.settings.plan.model_dump()
    other = ServiceInMemory.build(reviewed.argilla.copy(), reviewed.store.redis, choices)
    every = other.world.gateway.datasets()
    assert [d.id for d in every if other.world.distils(d)] == [D]
    (found,) = adopt(other.world, every)
    assert found.action == "kept"
    sweep(other.world, D)
    other.settle()
    assert other.state() == reviewed.state()
    assert set(copies(other)) == set(copies(reviewed))


def test_lost_deliveries_of_reviewers_are_made_good_by_a_sweep(reviewed: ServiceInMemory) -> None:
    split(reviewed, "r1")
    reviewed.settle()
    copy_id, _ = copies(reviewed)["r1"]
    reviewed.argilla.answer("rob", copy_id, helpful="no")
    sweep(reviewed.world, D)
    reviewed.settle()
    assert reviewed.decision("r1").value == "no"


def test_a_failure_while_copying_loses_nothing(reviewed: ServiceInMemory) -> None:
    reviewed.argilla.before = once("put_records", raising(ArgillaUnavailable("away")))
    split(reviewed, "r1")
    reviewed.distil()
    assert reviewed.store.reviews.desk_size(D) == 1
    assert not copies(reviewed)
    reviewed.distil()
    assert set(copies(reviewed)) == {"r1"}
    assert reviewed.store.reviews.desk_size(D) == 0


def test_a_copy_that_argilla_refuses_is_told_and_holds_up_no_other(
    reviewed: ServiceInMemory,
) -> None:
    reviewed.argilla.refuses.add("r1")
    split(reviewed, "r1")
    split(reviewed, "r2")
    reviewed.argilla.refuses.discard("r2")
    reviewed.settle()
    reviewed.argilla.refuses.clear()
    reviewed.distil()
    assert "r2" in copies(reviewed)
    assert review_status(reviewed).refused.keys() <= {"r1"}


def test_a_deleted_review_dataset_is_told_loses_nothing_and_is_mended(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    split(reviewed, "r2")
    reviewed.settle()
    decide(reviewed, "rob", "r1", helpful="no", why="so")
    reviewed.argilla.delete_dataset(review_id(reviewed))
    split(reviewed, "r3")
    reviewed.settle()
    assert inspect(reviewed.world, D).startswith("the review dataset is gone")
    assert "review enable" in review_status(reviewed).message
    assert reviewed.decision("r1").value == "no"
    assert enable(reviewed.world, D).action == "created"
    reviewed.settle()
    assert set(copies(reviewed)) == {"r2", "r3"}
    assert reviewed.decision("r1").value == "no"
    assert inspect(reviewed.world, D) == ""


def test_a_changed_overlap_is_told_and_mended(build: Build) -> None:
    service = opened(build(review_overlap=2))
    service.argilla.update_dataset(review_id(service), distribution={"min_submitted": 5})
    assert "completed by 5 answers, not by 2" in inspect(service.world, D)
    assert enable(service.world, D).action == "mended"
    assert inspect(service.world, D) == ""


def test_a_label_removed_there_is_told_and_mended(reviewed: ServiceInMemory) -> None:
    review = reviewed.argilla.sets[review_id(reviewed)]
    question = review.question("problem")
    assert question is not None
    fewer = {"options": [{"value": "none"}, {"value": "tone"}]}
    reviewed.argilla.update_question(question.id, settings=fewer)
    assert "question 'problem' lacks facts" in inspect(reviewed.world, D)
    assert enable(reviewed.world, D).action == "mended"


def test_no_more_copies_than_the_settings_allow_and_the_best_of_what_waits_come_next(
    build: Build,
) -> None:
    service = opened(build(review_most=1, settled_confidence=0.75))
    for record in ("r1", "r2", "r3"):
        split(service, record)
    service.settle()
    assert len(copies(service)) == 1
    (first,) = copies(service)
    service.answer("ben", first, helpful="yes")  # it settles by itself
    service.settle()
    assert len(copies(service)) == 1
    assert first not in copies(service)
    (second,) = copies(service)
    decide(service, "rob", second, helpful="no")  # what is reviewed takes nobody's place
    assert len(copies(service)) == 2
    assert [r for r, _ in service.store.reviews.due(D)] == [
        r for r in copies(service) if r != second
    ]


def test_a_review_dataset_is_not_reviewed_itself_and_not_distilled(
    reviewed: ServiceInMemory,
) -> None:
    with pytest.raises(CannotReview, match="review dataset itself"):
        enable(reviewed.world, review_id(reviewed))
    assert sweep(reviewed.world, review_id(reviewed)).status == "ignored: a review dataset"


def test_disabling_leaves_what_was_decided(reviewed: ServiceInMemory) -> None:
    split(reviewed, "r1")
    reviewed.settle()
    decide(reviewed, "rob", "r1", helpful="no")
    assert disable(reviewed.world, D) == "support/chat-review"
    assert disable(reviewed.world, D) is None
    assert adopt(reviewed.world, reviewed.world.gateway.datasets()) == []
    reviewed.mark("r1")
    reviewed.settle()
    assert reviewed.decision("r1").value == "no"


def test_a_dataset_is_reviewed_in_the_workspace_that_the_settings_name(build: Build) -> None:
    service = opened(build(review_workspace="quality"))
    assert service.argilla.sets[review_id(service)].full_name == "quality/chat-review"
    with pytest.raises(CannotReview, match="no workspace 'nowhere'"):
        opened(build(review_workspace="nowhere"))


def test_the_queue_is_put_in_order_anew_once_the_strategy_is_to_be_believed(build: Build) -> None:
    service = opened(build(strategy="learned", review_share=1.0))
    records = [f"n{n:02}" for n in range(30)]
    service.argilla.add(*records)
    for record in records:
        split(service, record)
    service.settle()
    assert "helpful" in service.store.datasets.info(D)["early"].split()
    for n, record in enumerate(records[:20]):
        copy_id, _ = copies(service)[record]
        service.argilla.answer("rob", copy_id, helpful="yes" if n % 2 else "no")
        service.mark(record)
    service.settle()
    assert "helpful" not in service.store.datasets.info(D)["early"].split()
    due = dict(service.store.reviews.due(D))
    assert set(due) == set(records[20:])
    for record, worth in due.items():
        parts = service.decision(record).worth
        assert parts is not None
        assert (
            0.9 < worth / (parts.gain + parts.teaching) < 1.15
        )  # chance hardly has a say any more


def test_the_doctor_looks_at_the_review_dataset(
    reviewed: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "ARRIVAL_S", 0.05)

    def finding() -> doctor.Finding:
        return {f.what: f for f in doctor.examine(reviewed.world)}["review of support/chat"]

    assert finding() == doctor.Finding(
        "review of support/chat", "ok", "in support/chat-review; 0 records are worth a review"
    )
    reviewed.argilla.delete_dataset(review_id(reviewed))
    assert finding().state == "warn"
    assert "review enable" in finding().text


def test_the_parts_of_what_a_review_is_worth_add_up_to_it(reviewed: ServiceInMemory) -> None:
    reviewed.argilla.chiefs.add("sue")
    for record in ("r1", "r2", "r3"):
        reviewed.answer("ann", record, helpful="yes", problem="none")
        reviewed.answer("ben", record, helpful="no", problem="tone")
    reviewed.settle()
    decide(reviewed, "rob", "r3", helpful="no", problem="none")
    decide(reviewed, "sue", "r3", helpful="yes", problem="none")
    queue = queued(lookup.queue(reviewed.store, D, 10))
    assert {each.record for each in queue} == {"r1", "r2", "r3"}
    for each in queue:
        assert None not in (each.gain, each.teaching, each.chance, each.dispute)
        parts = each.gain + each.teaching + each.chance + each.dispute  # type: ignore[operator]
        assert each.worth == pytest.approx(parts, abs=1e-9)
    assert {each.record for each in queue if each.dispute == 1.0} == {"r3"}


def test_the_queue_tells_the_records_text_while_it_is_in_it(reviewed: ServiceInMemory) -> None:
    reviewed.argilla.rows[D]["r1"].fields = {"text": "I was\n charged twice. " + "x" * 900}
    split(reviewed, "r1")
    reviewed.settle()
    (first,) = queued(lookup.queue(reviewed.store, D, 10))
    assert first.text.startswith("I was charged twice. xxx")
    assert len(first.text) == 300
    reviewed.answer("ben", "r1", helpful="yes")
    reviewed.settle()
    assert reviewed.store.reviews.about(D, ["r1"]) == {}


def test_a_queue_is_the_best_of_what_is_worth_a_review(build: Build) -> None:
    """One of 82 among 82 records is none."""
    service = opened(build(review_audits=0.0))
    records = [f"n{n:02}" for n in range(82)]
    service.argilla.add(*records)
    for record in records:
        split(service, record)
    service.settle()
    due = [record for record, _ in service.store.reviews.due(D, 0, 100)]
    assert len(due) == 82
    info = service.store.datasets.info(D)
    assert lookup.queue_of(info, 82) == Queue(queued=21, behind=61, settled=0)
    assert set(due[:21]) <= set(copies(service))
    assert len(copies(service)) <= 2 * 21
    for n in range(10):  # as they are reviewed, the next come up
        ((best, _worth),) = service.store.reviews.due(D, 0, 1)
        decide(service, "rob", best, helpful="yes" if n % 2 else "no")
    due = [record for record, _ in service.store.reviews.due(D, 0, 100)]
    assert len(due) == 72
    assert set(due[:21]) <= set(copies(service))


def test_a_copy_that_has_fallen_far_behind_goes_unless_somebody_opened_it(build: Build) -> None:
    service = opened(build(review_share=0.01))
    records = [f"n{n:02}" for n in range(25)]
    service.argilla.add(*records)
    for record in records:
        split(service, record)
    service.settle()
    due = [record for record, _ in service.store.reviews.due(D, 0, 100)]
    last = due[20:]
    kept = {record: CopyInfo(f"copy-{record}") for record in last}
    with service.store.redis.pipeline() as pipe:
        service.store.reviews.write_copies(pipe, D, kept)
        pipe.execute()
    for record in last:
        service.argilla.rows[review_id(service)][f"copy-{record}"] = Row(external_id=record)
    service.argilla.answer("rob", f"copy-{last[0]}", "draft", helpful="yes")
    service.mark("r1")
    service.settle()
    assert set(copies(service)) & set(last) == {last[0]}


def test_a_record_that_nobody_contests_is_in_the_queue_if_a_review_is_worth_something(
    build: Build,
) -> None:
    service = opened(build(settled_confidence=0.99))
    for who in ("ann", "ben"):
        service.answer(who, "r1", helpful="yes")
    service.answer("ann", "r2", helpful="yes")
    service.answer("ben", "r2", helpful="yes", problem="tone")
    service.settle()
    assert [record for record, _ in service.store.reviews.due(D)] == ["r2"]  # one vote of one on it


def test_a_copy_whose_write_is_in_doubt_goes_on_asking_what_it_asked(
    reviewed: ServiceInMemory,
) -> None:
    """We do not know of it: the lease was lost while it was being made."""
    divided(reviewed, "r1")
    reviewed.settle()
    copy_id, _ = copies(reviewed)["r1"]
    decide(reviewed, "rob", "r1", helpful="no", problem="none")
    (kept,) = reviewed.store.reviews.copies(D, ["r1"])
    assert kept is not None
    review = reviewed.argilla.sets[review_id(reviewed)]
    found = remembered(reviewed.argilla.record(copy_id), review)
    assert (found.id, found.asked) == (kept.id, kept.asked) == (copy_id, {"helpful": -1})
    assert set(found.suggested) == set(kept.suggested) == {"problem", NOTE.name}
