"""Figures of a report come from audits: what a simulated crowd's reviewers answered blind."""

from __future__ import annotations

import random

import numpy as np
import pytest

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.reporting.audits import Audit, audited, unknown
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.argilla_in_memory import D as SERVICE_D
from tests.workers.reviewed_service import decide, draw_one, opened
from tests.workers.service_in_memory import Build
from tests.workers.stored_dataset import D, StoredDataset

ASKED = label_question("yes", "no")
PI = 0.1


class Crowd:
    """Records with a true label, and answers of people of whom some are much better than others."""

    def __init__(self, seed: int, records: int = 400) -> None:
        draw = random.Random(seed)
        skill = (0.95, 0.9, 0.6, 0.55, 0.52)
        self.true = {f"r{n}": draw.choice(("yes", "no")) for n in range(records)}
        self.votes = [
            Vote(record, str(who), true if draw.random() < skill[who] else other(true))
            for record, true in self.true.items()
            for who in draw.sample(range(5), 3)
        ]
        self.drawn = draw.sample(sorted(self.true), 40)
        """Those that are marked out."""
        self.answered = self.drawn[: len(self.drawn) * 3 // 4]

    def measured(self, name: str = "dawid_skene", audits: int | None = None) -> Audited:
        """What the audits say of a strategy that has learned them, as it does when it is in use."""
        answered = self.answered[:audits]
        taught = [Adjudication(record, self.true[record]) for record in answered]
        strategy = registry.create(name, ASKED).fit([*self.votes, *taught])
        truths = {record: Audit(self.true[record], PI) for record in answered}
        waiting = [record for record in self.drawn if record not in truths]
        return audited(ASKED, strategy, truths, waiting, self.votes, {})

    def right(self, name: str = "dawid_skene") -> float:
        """How often the strategy is really right, without any review."""
        strategy = registry.create(name, ASKED).fit(self.votes)
        decided = [d for d in strategy.decide(list(self.true)) if d.value is not None]
        right: int = sum(d.value == self.true[d.record] for d in decided)
        return right / len(decided)


def other(label: str) -> str:
    return "no" if label == "yes" else "yes"


def test_what_a_report_says_is_unbiased_and_its_intervals_hold() -> None:
    errors, gains, held, old = [], [], 0, []
    for seed in range(36):
        crowd = Crowd(seed)
        found, true = crowd.measured(), crowd.right()
        assert found.right is not None
        assert found.gain is not None
        errors.append(found.right.value - true)
        gains.append(found.gain.value - (true - crowd.right("majority")))
        held += found.right.low <= true <= found.right.high
        old.append(worst_first(crowd) - true)
    for off in (errors, gains):
        assert abs(np.mean(off)) < 3 * np.std(off) / np.sqrt(len(off)) < 0.04
    assert held >= 0.85 * 36
    assert np.mean(old) < -0.2  # the share of reviews, worst first, that agreed with the labels


def worst_first(crowd: Crowd) -> float:
    strategy = registry.create("dawid_skene", ASKED).fit(crowd.votes)
    decided = sorted(strategy.decide(list(crowd.true)), key=lambda d: d.confidence)[:30]
    right: int = sum(d.value == crowd.true[d.record] for d in decided)
    return right / 30


def test_an_audit_is_never_judged_by_the_label_that_it_made_itself() -> None:
    """A strategy that has learned an audit repeats it with a confidence of 0.999."""
    crowd = Crowd(1)
    found = crowd.measured()
    assert found.right is not None
    assert found.right.value < 1
    assert max(each.confidence for each in found.bins) < 0.999


def test_what_is_measured_is_the_same_however_it_was_learned() -> None:
    crowd = Crowd(2)
    assert crowd.measured() == crowd.measured()


def test_majority_vote_is_not_compared_with_itself() -> None:
    found = Crowd(3).measured("majority")
    assert (found.majority, found.gain, found.to_settle) == (None, None, None)
    assert found.right is not None


def test_without_audits_it_is_said_what_some_would_tell() -> None:
    found = Crowd(4).measured(audits=0)
    assert (found.audits, found.waiting, found.records) == (0, 40, 40)
    assert (found.right, found.gain, found.overconfidence, found.bins) == (None, None, None, ())
    assert found.would == 50
    assert 0.03 < found.would_reach < 0.12
    assert unknown(0).would_reach == pytest.approx(0.093, abs=0.001)


def test_one_audit_tells_next_to_nothing_and_says_so() -> None:
    found = Crowd(5).measured(audits=1)
    assert found.right is not None
    assert found.gain is not None
    assert found.right.high - found.right.low > 0.8
    assert (found.gain.low, found.gain.high) == (-1.0, 1.0)
    assert "On 1 audit, " in found.sentence


def test_too_sure_a_strategy_is_told() -> None:
    """Dawid-Skene multiplies what annotators say as if nothing bound them; here all copy one another."""
    draw, votes, true = random.Random(6), [], {}
    for n in range(300):
        record, label = f"r{n}", draw.choice(("yes", "no"))
        said = label if draw.random() < 0.7 else other(label)
        true[record] = label
        votes += [Vote(record, str(who), said) for who in range(4)]
    drawn = sorted(true)[:80]
    strategy = registry.create("dawid_skene", ASKED).fit(votes)
    strategy = strategy.fit([*votes, *(Adjudication(r, true[r]) for r in drawn)])
    found = audited(ASKED, strategy, {r: Audit(true[r], PI) for r in drawn}, [], votes, {})
    assert found.overconfidence is not None
    assert found.overconfidence.low > 0.1
    assert "too high" in found.sureness


def test_an_audit_that_the_saved_model_does_not_know_yet_is_counted_later() -> None:
    crowd = Crowd(7)
    strategy = registry.create("majority", ASKED).fit(crowd.votes)
    truths = {record: Audit(crowd.true[record], PI) for record in crowd.answered}
    assert audited(ASKED, strategy, truths, [], crowd.votes, {}).audits == 0


def test_a_report_counts_audits_and_nothing_else(store: Store) -> None:
    stored = StoredDataset(store)
    for n in range(30):
        stored.say(f"r{n}", "apple apple pear" if n % 5 else "pear pear apple")
    for n in range(20):
        stored.review(f"r{n}", 9, "apple", audit_pi=PI if n % 2 else 0.0 or None)
    stored.close()
    report(stored.world, D)
    found = stored.store.reports.question(D, "topic")
    assert found is not None
    assert (found.adjudications, found.audited.audits) == (20, 10)
    assert found.audited.right is not None
    assert found.audited.right.value == 0.8  # r5 and r15 of r1, r3, … r19


def test_audits_of_the_whole_path_are_in_the_report_and_the_overview(build: Build) -> None:
    service = opened(build(strategy="dawid_skene", settled_confidence=0.75))
    drawn = draw_one(service)
    for n in range(6):
        service.argilla.add(f"more-{n}")
        for who in ("ann", "ben"):
            service.answer(who, f"more-{n}", helpful="no" if n % 2 else "yes")
    decide(service, "rob", drawn, helpful="yes", problem="none", stars="1")
    report(service.world, SERVICE_D)
    found = service.store.reports.question(SERVICE_D, "helpful")
    assert found is not None
    assert found.audited.audits == 1
    assert found.audited.right is not None
    assert found.audited.right.value == 1.0
    overview = service.store.reports.overview(SERVICE_D)
    assert overview is not None
    (line,) = [q for q in overview.questions if q["name"] == "helpful"]
    assert line["audited"]["audits"] == 1
    problem = service.store.reports.question(SERVICE_D, "problem")
    assert problem is not None
    assert problem.audited.audits == 0  # nobody had answered it, so nothing was decided
    decision = service.decision(drawn)
    assert isinstance(decision, StoredDecision)
    assert decision.confidence == 0.999
