"""A team's own strategy that fails: its question keeps what it last published, all else goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill.plugin.health import metrics
from argilla_distill.workers.use_cases import watch
from argilla_distill.workers.use_cases.checks.doctor import FAIL, examine
from argilla_distill.workers.use_cases.checks.status import status
from argilla_distill.workers.use_cases.distilling.refit import refit
from argilla_distill.workers.use_cases.reports.report import report
from argilla_distill.workers.use_cases.sweep import sweep
from tests.workers.argilla_in_memory import HELPFUL, NOTE, PROBLEM, D
from tests.workers.conftest import Build
from tests.workers.models.misbehaving import FAULTS, NAME, Misbehaving
from tests.workers.service_in_memory import Town

OWN = {"questions": {"helpful": {"strategy": NAME}}, "strategy_timeout_s": 0.5}


@pytest.fixture
def town(build: Build) -> Town:
    """`helpful` is decided by a strategy of the team's own, and something is published."""
    town = build(**OWN)
    for who, said in (("ann", "yes"), ("ben", "yes")):
        town.answer(who, "r1", helpful=said, problem="tone")
    for who, said in (("ann", "yes"), ("ben", "no"), ("cas", "no")):
        town.answer(who, "r2", helpful=said, problem="none")
    town.settle()
    assert town.decision("r1")["v"] == "yes"
    return town


def misbehave(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(Misbehaving, "fault", fault)


def tries(town: Town) -> int:
    return int(town.store.datasets.failed_strategies(D)["helpful"].tries)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_other_questions_go_on_and_it_is_told(
    town: Town, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, fault)
    town.answer("ann", "r3", helpful="no", problem="facts")
    town.answer("ben", "r3", helpful="no", problem="facts")
    outcome = town.distil()
    why = FAULTS[fault][1]
    assert (outcome.word, not outcome.waiting) == ("done", True)
    assert town.argilla.shown("r3", PROBLEM) is not None
    assert town.argilla.shown("r3", HELPFUL) is None
    assert not any(town.store.dirty.sizes(D))

    [dataset] = status(town.store)
    assert why in dataset["word"]
    assert why in dataset["questions"]["helpful"]["failed"]
    assert "failed" not in dataset["questions"]["problem"]
    found = [f for f in examine(town.world) if f.what == "support/chat, helpful"]
    assert [f.state for f in found] == [FAIL]
    assert why in found[0].text
    exposed = metrics.expose(town.store, "q").decode()
    assert (
        f'distill_strategy_failed{{dataset="support/chat",question="helpful",strategy="{NAME}"}} 1.0'
        in exposed
    )


def test_what_was_published_stays_while_the_record_goes_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, kept = town.argilla.shown("r2"), town.decision("r2")
    note = town.argilla.shown("r2", NOTE)
    assert (before is not None, note is not None) == (True, True)
    misbehave(monkeypatch, "raises")
    town.answer("dan", "r2", helpful="yes", problem="tone")
    town.settle()
    assert town.argilla.shown("r2") == before
    assert town.argilla.shown("r2", NOTE) == note
    assert town.decision("r2") == kept
    assert town.conflicts()["r2", "helpful"] == {"yes": ["ann"], "no": ["ben", "cas"]}
    assert town.voices()["r2"]["dan"][1] == {"helpful": "yes", "problem": "tone"}


def test_on_a_record_that_is_pending_again_nothing_stays(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "raises")
    town.argilla.retract("ann", "r1")
    town.mark("r1")
    town.settle()
    assert town.argilla.shown("r1") is None
    assert town.decision("r1")["shown"][-1][2] is not None


def test_it_is_left_in_peace_for_a_while_so_that_nobody_waits_for_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "loops")
    for record in ("r1", "r3", "r4"):
        town.answer("eve", record, helpful="no", problem="tone")
        town.distil()
    assert tries(town) == 1
    report(town.world, D)
    assert tries(town) == 1


def test_once_mended_it_decides_what_a_fresh_start_decides(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "nan")
    for who in ("ann", "ben", "cas"):
        town.answer(who, "r3", helpful="no", problem="facts")
        town.answer(who, "r4", helpful="yes", problem="none")
    town.answer("eve", "r1", helpful="no")
    town.settle()
    sweep(town.world, D)
    town.settle()
    assert tries(town) == 2
    misbehave(monkeypatch, "")
    sweep(town.world, D)  # as `reconcile` does: it is tried again at once
    town.settle()
    assert town.store.datasets.failed_strategies(D) == {}
    assert status(town.store)[0]["word"] == ""
    assert town.state() == town.fresh().state()
    assert town.decision("r3")["v"] == "no"


def test_the_cron_wakes_a_dataset_whose_strategy_is_to_be_tried_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "exits")
    town.answer("eve", "r1", helpful="no")
    town.settle()
    assert watch.tick(town.world) == 0
    known = town.store.datasets.failed_strategies(D)["helpful"]
    town.store.datasets.write_failed_strategies(D, {"helpful": replace(known, until=0)})
    assert watch.tick(town.world) == 1
    town.settle()
    assert tries(town) == 2


def test_refit_tries_it_again_and_says_what_it_saw(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehave(monkeypatch, "raises")
    told = refit(town.world, D)
    assert "LookupError: no such rule" in str(told["helpful"])
    assert isinstance(told["problem"], int)
    misbehave(monkeypatch, "")
    assert isinstance(refit(town.world, D)["helpful"], int)
    assert town.store.datasets.failed_strategies(D) == {}


def test_an_unknown_strategy_silences_its_question_only(build: Build) -> None:
    town = build(questions={"helpful": {"strategy": "best"}})
    town.answer("ann", "r1", helpful="yes", problem="tone")
    town.answer("ben", "r1", helpful="yes", problem="tone")
    town.settle()
    assert town.argilla.shown("r1", PROBLEM) is not None
    assert town.argilla.shown("r1") is None
    assert "unknown strategy 'best'" in status(town.store)[0]["word"]


def test_where_every_strategy_fails_answers_are_still_kept(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = build(strategy=NAME, strategy_timeout_s=0.5)
    misbehave(monkeypatch, "raises")
    town.answer("ann", "r1", helpful="yes", problem="tone")
    town.settle()
    assert town.voices()["r1"]["ann"][1] == {"helpful": "yes", "problem": "tone"}
    misbehave(monkeypatch, "")
    town.answer("ben", "r1", helpful="yes")
    sweep(town.world, D)
    town.settle()
    assert town.decision("r1")["v"] == "yes"


@pytest.mark.parametrize("by", ["cron", "refit"])
def test_a_record_without_answers_that_was_first_seen_meanwhile_is_decided_as_well(
    town: Town, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No vote of anybody moved it, so nobody looked at it again."""
    misbehave(monkeypatch, "raises")
    town.mark("r3", "r4")
    town.answer("eve", "r1", helpful="no")
    town.settle()
    assert ("r4", "helpful") not in town.values()
    misbehave(monkeypatch, "")
    if by == "refit":
        refit(town.world, D)
    else:
        known = town.store.datasets.failed_strategies(D)["helpful"]
        town.store.datasets.write_failed_strategies(D, {"helpful": replace(known, until=0)})
    town.settle()
    assert town.store.datasets.failed_strategies(D) == {}
    assert ("r4", "helpful") in town.values()
    assert town.state() == town.fresh().state()
