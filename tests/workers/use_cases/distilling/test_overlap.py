"""Nothing of ours on a record with fewer submitted answers than its overlap, whatever Argilla tells."""

from __future__ import annotations

import pytest

from argilla_distill.domain.records import Suggestion
from argilla_distill.plugin.dispatch import SWEEP
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.watch import look_round
from tests.workers.argilla_in_memory import HELPFUL, NOTE, PROBLEM, D
from tests.workers.interruptions import once
from tests.workers.queued_jobs import forget_jobs, jobs
from tests.workers.service_in_memory import Build, ServiceInMemory


def ours(service: ServiceInMemory, record: str) -> set[str]:
    """The questions on which Argilla shows something of ours."""
    shown = {q.name: service.argilla.shown(record, q) for q in (HELPFUL, PROBLEM, NOTE)}
    return {name for name, s in shown.items() if s is not None and s.ours}


def reconcile(service: ServiceInMemory) -> None:
    sweep(service.world, D)
    service.settle()


@pytest.fixture
def busy(build: Build) -> ServiceInMemory:
    """Overlap 3: r1 is agreed on, r2 is a tie with a note, r3 has both a value and a note."""
    service = build(overlap=3)
    for record, said in {"r1": "yes yes yes", "r2": "yes no", "r3": "yes yes no"}.items():
        for user, helpful in zip(("ann", "ben", "cas"), said.split(), strict=False):
            service.answer(user, record, helpful=helpful, problem="tone")
    service.answer("cas", "r2", problem="tone")
    service.settle()
    assert ours(service, "r1") == {"helpful", "problem"}
    assert ours(service, "r2") == {"problem", "conflicts"}
    assert ours(service, "r3") == {"helpful", "problem", "conflicts"}
    return service


def test_one_reconciliation_after_a_user_was_deleted_leaves_nothing_of_ours(
    busy: ServiceInMemory,
) -> None:
    """Argilla leaves such records completed, and our own write would have made them pending."""
    busy.argilla.delete_user("cas")
    assert busy.argilla.rows[D]["r1"].status == "completed"
    reconcile(busy)
    assert [ours(busy, record) for record in ("r1", "r2", "r3")] == [set(), set(), set()]
    assert busy.counts()["completed"] == 0
    assert busy.state() == busy.fresh().state()


def test_no_write_of_ours_makes_such_a_record_pending_with_something_on_it(
    busy: ServiceInMemory,
) -> None:
    """A delivery about one of them comes before any reconciliation."""
    busy.argilla.delete_user("cas")
    busy.mark("r1", "r2", "r3")
    busy.settle()
    assert [ours(busy, record) for record in ("r1", "r2", "r3")] == [set(), set(), set()]


def test_a_note_that_was_left_on_a_pending_record_goes_with_the_next_reconciliation(
    busy: ServiceInMemory,
) -> None:
    """Nothing has changed since our last look but that it lies there."""
    left = busy.argilla.shown("r3", NOTE)
    assert left is not None
    busy.argilla.delete_user("cas")
    reconcile(busy)
    busy.argilla.rows[D]["r3"].suggestions[NOTE.id] = left
    reconcile(busy)
    assert ours(busy, "r3") == set()


def test_a_note_that_somebody_took_away_comes_back_with_the_next_reconciliation(
    busy: ServiceInMemory,
) -> None:
    del busy.argilla.rows[D]["r2"].suggestions[NOTE.id]
    reconcile(busy)
    assert ours(busy, "r2") == {"problem", "conflicts"}


def test_a_suggestion_for_a_question_that_is_decided_no_more_goes_from_a_pending_record(
    busy: ServiceInMemory,
) -> None:
    old = Suggestion("old", "q-stars", 1, 0.9, "distill/gone:1", "model", 1)
    busy.argilla.rows[D]["r4"].suggestions["q-stars"] = old
    reconcile(busy)
    assert busy.argilla.rows[D]["r4"].suggestions == {}


def test_a_user_deleted_between_our_look_and_our_write_leaves_nothing_of_ours(build: Build) -> None:
    """Argilla's own answer to the write tells that the record is pending now."""
    service = build(overlap=2)
    for user, helpful in (("ann", "yes"), ("ben", "no")):
        service.answer(user, "r1", helpful=helpful, problem="tone")
    service.argilla.before = once("suggest", lambda: service.argilla.delete_user("ben"))
    service.distil()
    assert service.argilla.rows[D]["r1"].status == "pending"
    assert ours(service, "r1") == set()
    assert service.counts()["completed"] == 0


def raise_overlap(service: ServiceInMemory, overlap: int) -> None:
    service.argilla.overlap = overlap


def test_an_overlap_raised_between_our_look_and_our_write_leaves_nothing_of_ours(
    service: ServiceInMemory,
) -> None:
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    service.argilla.before = once("suggest", lambda: raise_overlap(service, 3))
    service.distil()
    assert ours(service, "r1") == set()


@pytest.mark.parametrize(("before", "after", "shows"), [(2, 3, set()), (3, 2, {"helpful"})])
def test_a_changed_overlap_is_noticed_at_the_next_look_and_followed(
    build: Build, before: int, after: int, shows: set[str]
) -> None:
    """Argilla works all statuses out anew, some time; we do not wait for that."""
    service = build(overlap=before)
    for user in ("ann", "ben"):
        service.answer(user, "r1", helpful="yes")
    reconcile(service)
    assert ours(service, "r1") == {"helpful"} - shows
    assert look_round(service.world) == []
    forget_jobs(service)
    raise_overlap(service, after)
    assert look_round(service.world) == [D]
    assert (SWEEP, D) in jobs(service)
    reconcile(service)
    assert ours(service, "r1") == shows
    assert look_round(service.world) == []
