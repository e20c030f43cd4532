"""Rounds in a notebook: which there are, what they came to, whether models get better."""

from __future__ import annotations

from dataclasses import replace

import pytest

from argilla_distill import Client
from argilla_distill.client.errors import NotFound
from argilla_distill.domain.audited import Figure
from argilla_distill.domain.rounds.report import ReliabilityChange, RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.versions.tracing import Suspect, Suspicions
from tests.client.running_service import Running
from tests.workers.argilla_in_memory import D

NAME = "support/chat"


def test_rounds_come_with_what_they_came_to(served: Running, client: Client) -> None:
    store = served.service.store
    reports = []
    for n, value in enumerate((0.6, 0.8, 0.9)):
        rate = Figure(value, value - 0.05, value + 0.05)
        learned = (ReliabilityChange("ann", 0.7, 0.8),)
        told = RoundReport(str(n), "bot", "majority-2", "majority-1", 9, 9, n, by_labels=rate)
        reports.append(RoundReport(**{**vars(told), "learned": learned, "causes": {"weighed": 1}}))
        known = Round(str(n), "bot", state="ended", started_at=n, passes=("yes",))
        known = replace(known, question="helpful", version="majority-2")
        store.rounds.keep_report(D, known, reports[-1])
    store.rounds.keep(D, Round("four ü", "bot", state="under way", started_at=9))
    bad = Suspect("round", "round=1", 150, 60, 24, 8.1, 4.2, 0.00001, True)
    store.suspicions.keep(
        D, Suspicions("helpful", "majority-2", 1, 300, 300, True, "Texts tell.", (bad,))
    )
    dataset = client.dataset(NAME)
    found = dataset.rounds()
    assert [each.report for each in found] == [*reports, None]
    assert found[0].plan.passes == ("yes",)
    assert found[0].sentences == reports[0].sentences
    assert [each.verdict for each in found[1].suspicions] == ["suspect"]
    assert [each.version for each in found[1].suspicions_at_end] == ["majority-2"]
    assert dataset.round("1") == found[1]
    assert repr(found[3]) == "<Round four ü of bot: under way>"
    assert dataset.progress()[0].startswith("From round 0 to round 2 more outputs pass")
    with pytest.raises(NotFound, match="no round 7 here"):
        dataset.round("7")
