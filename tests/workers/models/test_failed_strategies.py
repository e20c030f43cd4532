"""A team's own strategy that fails: its question keeps what it last published, all else goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.plugin.health import metrics
from argilla_distill.workers.use_cases import watch
from argilla_distill.workers.use_cases.checks.doctor import examine
from argilla_distill.workers.use_cases.checks.finding import FAIL
from argilla_distill.workers.use_cases.checks.status import status
from argilla_distill.workers.use_cases.distilling.fitting.refit import refit
from argilla_distill.workers.use_cases.reports.report import report
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import HELPFUL, NOTE, PROBLEM, D
from tests.workers.models.misbehaving import FAULTS, NAME, Misbehaving
from tests.workers.service_in_memory import Build, ServiceInMemory

OWN = {"questions": {"helpful": {"strategy": NAME}}, "strategy_timeout_s": 0.5}


@pytest.fixture
def service(build: Build) -> ServiceInMemory:
    """`helpful` is decided by a strategy of the team's own, and something is published."""
    service = build(**OWN)
    for who, said in (("ann", "yes"), ("ben", "yes")):
        service.answer(who, "r1", helpful=said, problem="tone")
    for who, said in (("ann", "yes"), ("ben", "no"), ("cas", "no")):
        service.answer(who, "r2", helpful=said, problem="none")
    service.settle()
    assert service.decision("r1").value == "yes"
    return service


def misbehave(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(Misbehaving, "fault", fault)


def tries(service: ServiceInMemory) -> int:
    return int(service.store.models.failures(D)["helpful"].tries)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_other_questions_go_on_and_it_is_told(
    service: ServiceInMemory, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, fault)
    service.answer("ann", "r3", helpful="no", problem="facts")
    service.answer("ben", "r3", helpful="no", problem="facts")
    outcome = service.distil()
    why = FAULTS[fault][1]
    assert (outcome.status, not outcome.waiting) == ("done", True)
    assert service.argilla.shown("r3", PROBLEM) is not None
    assert service.argilla.shown("r3", HELPFUL) is None
    assert not any(service.store.dirty.sizes(D))

    [dataset] = status(service.store)
    assert why in dataset.message
    assert why in dataset.questions["helpful"].failed
    assert dataset.questions["problem"].failed == ""
    found = [f for f in examine(service.world) if f.what == "support/chat, helpful"]
    assert [f.state for f in found] == [FAIL]
    assert why in found[0].text
    exposed = metrics.expose(service.store, "q").decode()
    assert (
        f'distill_strategy_failed{{dataset="support/chat",question="helpful",strategy="{NAME}"}} 1.0'
        in exposed
    )


def test_what_was_published_stays_while_the_record_goes_on(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, kept = service.argilla.shown("r2"), service.decision("r2")
    note = service.argilla.shown("r2", NOTE)
    assert (before is not None, note is not None) == (True, True)
    misbehave(monkeypatch, "raises")
    service.answer("dan", "r2", helpful="yes", problem="tone")
    service.settle()
    assert service.argilla.shown("r2") == before
    assert service.argilla.shown("r2", NOTE) == note
    assert service.decision("r2") == kept
    assert service.conflicts()["r2", "helpful"] == {"yes": ["ann"], "no": ["ben", "cas"]}
    assert service.voices()["r2"]["dan"][1] == {"helpful": "yes", "problem": "tone"}


def test_on_a_record_that_is_pending_again_nothing_stays(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "raises")
    service.argilla.retract("ann", "r1")
    service.mark("r1")
    service.settle()
    assert service.argilla.shown("r1") is None
    assert service.decision("r1").shown[-1].until is not None


def test_it_is_left_in_peace_for_a_while_so_that_nobody_waits_for_it(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "loops")
    for record in ("r1", "r3", "r4"):
        service.answer("eve", record, helpful="no", problem="tone")
        service.distil()
    assert tries(service) == 1
    report(service.world, D)
    assert tries(service) == 1


def test_once_mended_it_decides_what_a_fresh_start_decides(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "nan")
    for who in ("ann", "ben", "cas"):
        service.answer(who, "r3", helpful="no", problem="facts")
        service.answer(who, "r4", helpful="yes", problem="none")
    service.answer("eve", "r1", helpful="no")
    service.settle()
    sweep(service.world, D)
    service.settle()
    assert tries(service) == 2
    misbehave(monkeypatch, "")
    sweep(service.world, D)  # as `reconcile` does: it is tried again at once
    service.settle()
    assert service.store.models.failures(D) == {}
    assert status(service.store)[0].message == ""
    assert service.state() == service.fresh().state()
    assert service.decision("r3").value == "no"


def test_the_cron_wakes_a_dataset_whose_strategy_is_to_be_tried_again(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "exits")
    service.answer("eve", "r1", helpful="no")
    service.settle()
    assert watch.tick(service.world) == 0
    known = service.store.models.failures(D)["helpful"]
    service.store.models.write_failures(D, {"helpful": replace(known, until=0)})
    assert watch.tick(service.world) == 1
    service.settle()
    assert tries(service) == 2


def test_refit_tries_it_again_and_says_what_it_saw(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "raises")
    told = refit(service.world, D)
    assert "LookupError: no such rule" in str(told["helpful"])
    assert isinstance(told["problem"], int)
    misbehave(monkeypatch, "")
    assert isinstance(refit(service.world, D)["helpful"], int)
    assert service.store.models.failures(D) == {}


def test_an_unknown_strategy_silences_its_question_only(build: Build) -> None:
    service = build(questions={"helpful": {"strategy": "best"}})
    service.answer("ann", "r1", helpful="yes", problem="tone")
    service.answer("ben", "r1", helpful="yes", problem="tone")
    service.settle()
    assert service.argilla.shown("r1", PROBLEM) is not None
    assert service.argilla.shown("r1") is None
    assert "unknown strategy 'best'" in status(service.store)[0].message


def test_where_every_strategy_fails_answers_are_still_kept(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = build(strategy=NAME, strategy_timeout_s=0.5)
    misbehave(monkeypatch, "raises")
    service.answer("ann", "r1", helpful="yes", problem="tone")
    service.settle()
    assert service.voices()["r1"]["ann"][1] == {"helpful": "yes", "problem": "tone"}
    misbehave(monkeypatch, "")
    service.answer("ben", "r1", helpful="yes")
    sweep(service.world, D)
    service.settle()
    assert service.decision("r1").value == "yes"


@pytest.mark.parametrize("by", ["cron", "refit"])
def test_a_record_without_answers_that_was_first_seen_meanwhile_is_decided_as_well(
    service: ServiceInMemory, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No vote of anybody moved it, so nobody looked at it again."""
    misbehave(monkeypatch, "raises")
    service.mark("r3", "r4")
    service.answer("eve", "r1", helpful="no")
    service.settle()
    assert ("r4", "helpful") not in service.values()
    misbehave(monkeypatch, "")
    if by == "refit":
        refit(service.world, D)
    else:
        known = service.store.models.failures(D)["helpful"]
        service.store.models.write_failures(D, {"helpful": replace(known, until=0)})
    service.settle()
    assert service.store.models.failures(D) == {}
    assert ("r4", "helpful") in service.values()
    assert service.state() == service.fresh().state()
