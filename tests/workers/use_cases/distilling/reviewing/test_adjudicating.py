"""What reviewers and others answer in the review dataset, and what it decides."""

from __future__ import annotations

import pytest

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.plugin.errors import ArgillaUnavailable
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.reviews import (
    adopt,
    enable,
)
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import NOTE, D
from tests.workers.interruptions import Killed, once, raising
from tests.workers.queued_jobs import forget_jobs, jobs
from tests.workers.reviewed_service import copies, decide, in_review, opened, review_id, split
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.mark.parametrize("doubted", [False, True])
def test_what_is_answered_on_a_copy_that_nobody_could_remember_is_not_lost(
    reviewed: ServiceInMemory, doubted: bool
) -> None:
    """It is made, and its worker is killed; the delivery finds no record that it is of."""
    split(reviewed, "r1")
    reviewed.argilla.after = once("put_records", raising(Killed()))
    with pytest.raises(Killed):
        reviewed.distil()
    if doubted:
        reviewed.store.reviews.doubt(D, ["r1"])
    copy_id, _ = copies(reviewed)["r1"]
    at = reviewed.argilla.answer("rob", copy_id, helpful="no")
    reviewed.store.dirty.mark(review_id(reviewed), [copy_id], at)
    assert distil(reviewed.world, review_id(reviewed)).records == 0
    reviewed.distil()
    assert reviewed.decision("r1").value == "no"


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
