"""A team's own strategy runs in a process of its own and keeps the contract of strategies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import Question, label_question
from argilla_distill.workers.engine.errors import (
    NotAStrategy,
    NotCurrent,
    StrategyFailed,
    UnknownStrategy,
    UnsuitedStrategy,
)
from argilla_distill.workers.engine.label.majority import Majority
from argilla_distill.workers.models import confined
from argilla_distill.workers.models.confined import Confined, unsound
from demo.running.installation import eventually
from tests.places import ROOT
from tests.workers.models.misbehaving import FAULTS, NAME, Misbehaving

ASKED = label_question("yes", "no")
VOTES = [Vote("r", "ann", "yes"), Vote("r", "ben", "yes"), Vote("s", "ann", "no")]


@pytest.fixture
def own() -> Iterator[Confined]:
    with confined.restored(registry.create(NAME, ASKED).fit([]).state(), 20.0) as strategy:
        assert isinstance(strategy, Confined)
        yield strategy


def test_it_decides_as_it_would_among_us(own: Confined) -> None:
    there, here = own.fit(VOTES), registry.create(NAME, ASKED).fit(VOTES)
    for each in (there, here):
        each.learn(Vote("s", "ben", "yes"))
        each.revert(Vote("r", "ann", "yes"))
    assert there.decide(["r", "s", "new"]) == here.decide(["r", "s", "new"])
    assert there.moved(0.01) == here.moved(0.01) == ["r", "s"]
    assert there.annotators() == here.annotators()
    assert (there.n_votes, there.staleness, there.training) == (3, here.staleness, None)
    assert there.refit().decide(["r"]) == here.refit().decide(["r"])
    assert snapshot.pack(there.state()) == snapshot.pack(here.state())
    assert there.name == NAME


def test_what_the_contract_refuses_is_refused_and_it_goes_on(own: Confined) -> None:
    own.fit(VOTES)
    with pytest.raises(NotCurrent):
        own.revert(Vote("r", "eve", "yes"))
    assert own.n_votes == 3


@pytest.mark.parametrize(
    ("name", "question", "error"),
    [
        ("best", ASKED, UnknownStrategy),
        ("tests.workers.nowhere:Rule", ASKED, NotAStrategy),
        (NAME, Question("text"), UnsuitedStrategy),
    ],
)
def test_what_cannot_be_made_is_refused_as_the_registry_does(
    name: str, question: Question, error: type[Exception]
) -> None:
    with pytest.raises(error, match=name):
        confined.create(name, question, 20.0)


def test_ours_run_among_us() -> None:
    assert type(confined.create("majority", ASKED, 20.0)) is Majority
    state = Majority(ASKED).fit(VOTES).state()
    assert type(confined.restore(state, 20.0)) is Majority


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_it_does_is_one_error_that_names_it(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Misbehaving, "fault", fault)
    own = Confined.create(NAME, ASKED, 0.5)
    with pytest.raises(StrategyFailed) as failed:
        own.fit(VOTES)
    assert FAULTS[fault][1] in str(failed.value)
    assert NAME in str(failed.value)
    assert own.failure is failed.value
    with pytest.raises(StrategyFailed) as again:
        own.decide(["r"])
    assert again.value is failed.value


def test_a_process_that_is_closed_answers_no_more(own: Confined) -> None:
    own.close()
    own.close()
    with pytest.raises(StrategyFailed, match="closed"):
        own.decide(["r"])


SOUND = Decision("r", "yes", "yes", "no", 0.9, {"yes": 0.9, "no": 0.1}, 0.0, (), None)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"posterior": {"yes": 0.9, "no": 0.3}}, "it sums to 1.2"),
        ({"posterior": {"yes": -0.5, "no": 1.5}}, "P('yes') is -0.5"),
        ({"posterior": {"yes": None, "no": 1.0}}, "P('yes') is None"),
        ({"confidence": float("nan")}, "the confidence is no probability"),
        ({"scores": (0.5, 2.0)}, "the confidence is no probability"),
        ({"prior_log_odds": float("inf")}, "a log odds is no number"),
        ({"value": "perhaps"}, "'perhaps' is none of yes, no"),
    ],
)
def test_a_decision_that_cannot_be_published_is_known(change: dict[str, Any], why: str) -> None:
    assert why in unsound(ASKED, replace(SOUND, **change))
    assert bool(why) == bool(unsound(ASKED, replace(SOUND, **change)))


ORPHANS = f"""
from tests.workers.models.misbehaving import Misbehaving
from argilla_distill.workers.models.confined import Confined
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.question import label_question

Misbehaving.fault = "loops"
own = Confined.create({NAME!r}, label_question("yes", "no"), 600.0)
print(own.process._process.pid, flush=True)
own.fit([Vote("r", "ann", "yes")])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's word for it is Linux's own")
def test_a_killed_worker_takes_a_looping_strategy_with_it(tmp_path: Path) -> None:
    root = str(ROOT)
    with subprocess.Popen(
        [sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True, cwd=root
    ) as job:
        assert job.stdout is not None
        child = int(job.stdout.readline())
        os.kill(child, 0)  # it is there
        job.send_signal(signal.SIGKILL)
        job.wait()
    eventually(lambda: not _runs(child), 60)


def _runs(pid: int) -> bool:
    """Whether a process is there and is no zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
