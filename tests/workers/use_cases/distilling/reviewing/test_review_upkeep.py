"""The review dataset and its queue, kept in order whatever happens to them."""

from __future__ import annotations

import pytest

from argilla_distill.domain.queue_length import Queue
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.plugin.pages import lookup
from argilla_distill.plugin.pages.views.queue_view import queued
from argilla_distill.workers.use_cases.checks import doctor
from argilla_distill.workers.use_cases.checks.finding import Finding
from argilla_distill.workers.use_cases.reviews import (
    CannotReview,
    adopt,
    disable,
    enable,
    inspect,
)
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.writing.review_copy import remembered
from tests.workers.argilla_in_memory import NOTE, D, Row
from tests.workers.reviewed_service import (
    copies,
    decide,
    divided,
    opened,
    review_id,
    review_status,
    split,
)
from tests.workers.service_in_memory import Build, ServiceInMemory


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


def test_the_review_dataset_that_a_deleted_dataset_leaves_is_told(
    reviewed: ServiceInMemory,
) -> None:
    split(reviewed, "r1")
    reviewed.settle()
    left = reviewed.argilla.dataset(review_id(reviewed)).full_name
    del reviewed.argilla.sets[D]
    assert reviewed.distil().status == "deleted"
    word = reviewed.store.datasets.info(D)["word"]
    assert word.startswith(f"deleted in Argilla; its history is kept. {left} is left there")


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

    def finding() -> Finding:
        return {f.what: f for f in doctor.examine(reviewed.world)}["review of support/chat"]

    assert finding() == Finding(
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
