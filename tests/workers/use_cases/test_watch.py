"""The cron's eyes: whoever waits is woken, what no delivery told is noticed, nothing is swept for nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from argilla_distill.plugin.dispatch import DISTIL, SWEEP
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.watch import SILENCE_MS, SWEEP_MS, look_round, tick
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.queued_jobs import forget_jobs, jobs
from tests.workers.service_in_memory import Build, ServiceInMemory

# Tick


@pytest.mark.parametrize("kind", ["dirty", "stale"])
def test_a_dataset_that_waits_and_on_which_nobody_works_is_woken(
    quiet: ServiceInMemory, kind: str
) -> None:
    if kind == "dirty":
        quiet.mark("r1")
        quiet.store.redis.delete(f"{quiet.store.keys.prefix}:{D}:wake")
    else:
        quiet.store.dirty.make_stale(D, ["r1"])
    assert tick(quiet.world) == 1
    assert jobs(quiet) == [(DISTIL, D)]


def test_a_quiet_dataset_is_left_alone(quiet: ServiceInMemory) -> None:
    assert tick(quiet.world) == 0
    assert jobs(quiet) == []


def test_a_dataset_on_which_somebody_works_is_left_alone(quiet: ServiceInMemory) -> None:
    quiet.store.dirty.make_stale(D, ["r1"])
    lease = quiet.store.lease(D)
    assert lease is not None
    assert tick(quiet.world) == 0
    lease.release()


def test_a_dataset_whose_job_is_queued_gets_no_second_one(quiet: ServiceInMemory) -> None:
    quiet.store.dirty.make_stale(D, ["r1"])
    tick(quiet.world)
    tick(quiet.world)
    assert jobs(quiet) == [(DISTIL, D)]


def test_each_tick_is_a_sign_of_life(service: ServiceInMemory) -> None:
    tick(service.world)
    assert abs(service.store.service.beats()["cron"] - service.store.now()) < 5_000


def test_after_a_long_silence_everything_is_swept(quiet: ServiceInMemory) -> None:
    quiet.store.service.beat("cron", quiet.store.now() - SILENCE_MS - 1_000)
    tick(quiet.world)
    tick(quiet.world)
    assert jobs(quiet) == [(SWEEP, D)]


def test_a_service_that_is_not_connected_wakes_nobody_but_is_alive(build: Build) -> None:
    service = build(connected=False)
    service.store.datasets.add(D)
    service.mark("r1")
    assert tick(service.world) == 0
    assert look_round(service.world) == []
    assert "cron" in service.store.service.beats()
    assert (jobs(service), service.argilla.calls) == ([], [])


# Look round


def test_a_dataset_that_we_do_not_know_yet_is_swept_at_once(service: ServiceInMemory) -> None:
    assert look_round(service.world) == [D]
    assert jobs(service) == [(SWEEP, D)]


def test_a_dataset_that_is_as_we_know_it_is_not_swept(quiet: ServiceInMemory) -> None:
    assert [look_round(quiet.world) for _ in range(3)] == [[], [], []]
    assert jobs(quiet) == []


def edit_unheard(service: ServiceInMemory) -> None:
    """The counts stay; Argilla notes the activity later than anything that was heard of."""
    service.argilla.answer("ben", "r1", helpful="no")
    later = service.argilla.sets[D].last_activity + 60_000
    service.argilla.sets[D] = replace(service.argilla.sets[D], last_activity=later)


LOST: dict[str, Callable[[ServiceInMemory], object]] = {
    "a new answer": lambda service: service.argilla.answer("cas", "r1", helpful="no"),
    "a retraction": lambda service: service.argilla.retract("ben", "r1"),
    "a deletion": lambda service: service.argilla.rows[D]["r1"].responses.pop("ben"),
    "a deleted record": lambda service: service.argilla.rows[D].pop("r1"),
    "a deleted user": lambda service: service.argilla.delete_user("ben"),
    "an edit": edit_unheard,
}


@pytest.mark.parametrize("what", LOST)
def test_what_no_delivery_told_is_swept_at_the_second_look(
    quiet: ServiceInMemory, what: str
) -> None:
    """At the first look its delivery may still be on its way."""
    LOST[what](quiet)
    assert look_round(quiet.world) == []
    assert look_round(quiet.world) == [D]
    assert jobs(quiet) == [(SWEEP, D)]
    sweep(quiet.world, D)
    quiet.settle()
    forget_jobs(quiet)
    assert [look_round(quiet.world) for _ in range(2)] == [[], []]


def test_a_delivery_that_was_only_late_causes_no_sweep(quiet: ServiceInMemory) -> None:
    quiet.argilla.answer("cas", "r1", helpful="no")
    assert look_round(quiet.world) == []
    quiet.mark("r1", heard=quiet.argilla.sets[D].last_activity)
    quiet.settle()
    assert [look_round(quiet.world) for _ in range(2)] == [[], []]


def test_while_work_is_under_way_nothing_is_doubted(quiet: ServiceInMemory) -> None:
    quiet.argilla.answer("cas", "r1", helpful="no")
    quiet.mark("r2")
    assert [look_round(quiet.world) for _ in range(3)] == [[], [], []]


def test_a_day_after_the_last_sweep_the_next_is_due(quiet: ServiceInMemory) -> None:
    quiet.store.datasets.note(D, swept_at=quiet.store.now() - SWEEP_MS - 1)
    assert look_round(quiet.world) == [D]


def test_a_dataset_that_argilla_has_no_more_is_woken_so_that_it_is_let_go(
    quiet: ServiceInMemory,
) -> None:
    quiet.argilla.sets.clear()
    assert look_round(quiet.world) == []
    assert jobs(quiet) == [(DISTIL, D)]
    assert quiet.distil().status == "deleted"


def test_a_dataset_that_is_not_to_be_distilled_is_not_swept(build: Build) -> None:
    service = build(distil=False)
    assert look_round(service.world) == []
    assert jobs(service) == []


@pytest.mark.parametrize("error", [ArgillaUnavailable("503"), ArgillaRefused("401")])
def test_with_argilla_away_the_look_is_given_up_with_a_word(
    quiet: ServiceInMemory, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def away(name: str) -> None:
        raise error

    quiet.argilla.before = away
    with caplog.at_level(logging.WARNING, "distill.cron"):
        assert look_round(quiet.world) == []
    assert str(error) in caplog.text


def test_a_dataset_that_cannot_be_looked_at_does_not_hide_the_next(quiet: ServiceInMemory) -> None:
    quiet.argilla.sets["dataset-2"] = replace(CHAT, id="dataset-2", name="other")

    def away(name: str) -> None:
        if name == "progress":
            raise ArgillaUnavailable("503")

    quiet.argilla.before = away
    assert look_round(quiet.world) == ["dataset-2"]
