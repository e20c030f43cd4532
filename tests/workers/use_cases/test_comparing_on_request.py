"""Comparisons that pages ask for: made aside, whole or not at all, and once more where that was asked for."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from argilla_distill.domain.versions.contest import ComparisonRequest
from argilla_distill.plugin.dispatch import COMPARE
from argilla_distill.workers.use_cases.comparisons.comparing import compare
from argilla_distill.workers.use_cases.comparisons.on_request import (
    COMPARED,
    COUNTED,
    NOTHING,
    WAITING,
    carry_out,
    compare_asked,
    count,
    count_asked,
)
from argilla_distill.workers.use_cases.comparisons_due import ask_for_standings, wake
from argilla_distill.workers.use_cases.runs.adding import RunWish, add, delete
from argilla_distill.workers.use_cases.versions import keeping
from argilla_distill.workers.versions.aside import WorkFailed, beside
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import answered, kept_in, made
from tests.workers.service_in_memory import Build, ServiceInMemory


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    found = kept_in(build(), tmp_path)
    answered(found)
    return found


def asked(service: ServiceInMemory, *versions: str) -> ComparisonRequest:
    """A comparison is asked for, and nobody was on it."""
    request = ComparisonRequest(versions, (), service.store.now())
    assert service.store.compared.ask(D, request)
    return request


def test_what_is_asked_for_is_found_out_and_kept(service: ServiceInMemory) -> None:
    one, other = made(service).name, made(service).name
    request = asked(service, one, other)
    store = service.store.compared
    assert (
        compare_asked(service.world, D, lambda each: carry_out(service.world, D, each)) == COMPARED
    )
    found = store.find(D, [one, other])
    assert found is not None
    assert found.versions == (one, other)
    assert (store.asked(D), store.progress(D, request.name)) == ([], {})
    assert compare_asked(service.world, D, lambda _: None) == NOTHING


def test_a_turn_that_is_over_leaves_it_to_the_next(service: ServiceInMemory) -> None:
    request = asked(service, made(service).name, made(service).name)

    def not_done(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        return False

    assert compare_asked(service.world, D, lambda _: None, not_done) == WAITING
    assert service.store.compared.asked(D) == [request]
    assert service.store.compared.find(D, request.versions) is None


def test_what_was_asked_for_once_more_meanwhile_is_made_once_more(service: ServiceInMemory) -> None:
    request = asked(service, made(service).name, made(service).name)

    def meanwhile(each: ComparisonRequest) -> None:
        carry_out(service.world, D, each)
        again = ComparisonRequest(each.versions, (), each.at + 1)
        assert not service.store.compared.ask(D, again)

    assert compare_asked(service.world, D, meanwhile) == WAITING
    (left,) = service.store.compared.asked(D)
    assert left.at == request.at + 1


@pytest.mark.parametrize("killed", [True, False])
def test_why_it_cannot_be_made_is_told_and_it_may_be_asked_for_again(
    service: ServiceInMemory, killed: bool
) -> None:
    one, other = made(service).name, made(service).name
    request = asked(service, one, other)
    if not killed:
        keeping.delete(service.world, CHAT, one)

    def work(each: ComparisonRequest) -> None:
        if killed:
            raise WorkFailed("the process that makes it was killed 3 times")
        carry_out(service.world, D, each)

    assert compare_asked(service.world, D, work).startswith("failed")
    store = service.store.compared
    told = store.progress(D, request.name)["error"]
    assert ("killed 3 times" if killed else f"the files of {one} are deleted") in told
    assert store.asked(D) == []
    assert store.find(D, request.versions) is None
    assert store.ask(D, request)


def test_a_process_that_is_killed_is_begun_anew_and_nothing_is_half_kept(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    one, other = made(service).name, made(service).name
    request = asked(service, one, other)
    killed = tmp_path / "killed"

    def carried(each: ComparisonRequest) -> None:
        """In the process beside: the first is killed before it has found anything."""
        if not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        carry_out(service.world, D, each)

    assert compare_asked(service.world, D, carried, beside) == COMPARED
    assert killed.exists()
    found = service.store.compared.find(D, request.versions)
    assert found is not None
    assert found == compare(service.world, CHAT, [one, other])
    assert service.store.compared.asked(D) == []


def test_runs_are_counted_when_one_comes_and_not_twice(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("record_id,prediction\nr1,yes\nr2,no\n", "utf-8")
    store = service.store.standings
    added = add(service.world, CHAT, RunWish("bot", path, "helpful"))
    assert store.asked(D) is not None

    def counted() -> None:
        count(service.world, D)

    assert count_asked(service.world, D, counted) == COUNTED
    taken = store.of(D)
    assert taken is not None
    assert [(each.run, each.audits) for each in taken.standings] == [(added, 0)]
    assert (store.asked(D), count_asked(service.world, D, counted)) == (None, NOTHING)
    ask_for_standings(service.world, D)
    count_asked(service.world, D, counted)
    again = store.of(D)
    assert again == taken  # neither runs nor audits have changed
    delete(service.world, CHAT, "bot")
    count_asked(service.world, D, counted)
    gone = store.of(D)
    assert gone is not None
    assert gone.standings == ()


def test_the_cron_sends_somebody_for_what_shows_no_sign_of_life(service: ServiceInMemory) -> None:
    request = ComparisonRequest(("a", "b"), (), 1)
    service.store.compared.ask(D, request)
    assert not wake(service.world, D)
    service.store.redis.delete(service.store.keys.of(D, f"compare_progress:{request.name}"))
    before = service.world.dispatch.queued(COMPARE)
    assert wake(service.world, D)
    assert not wake(service.world, D)
    assert service.world.dispatch.queued(COMPARE) == before + 1
