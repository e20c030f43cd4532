"""Rounds with all that their pages show: three that have ended, one under way, one that cannot end."""

from __future__ import annotations

from collections.abc import Callable

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.rounds.report import ReliabilityChange, RoundReport
from argilla_distill.domain.rounds.round import Round, TakenOutput
from argilla_distill.domain.versions.tracing import Suspect, Suspicions
from argilla_distill.plugin.store import Store
from tests.plugin.pages.scene import DATASET, RECORD, at

Say = Callable[[str], str]

AT = f"/datasets/{DATASET}/rounds"

RATES = (Figure(0.61, 0.55, 0.67), Figure(0.66, 0.6, 0.72), Figure(0.81, 0.76, 0.86))


def write(store: Store, say: Say = str) -> None:
    """All of it; `say` is applied to what people wrote."""
    for n, rate in enumerate(RATES, 1):
        known = round_(str(n), say, state="ended", ended_at=at(n + 20), version=f"learned-{n + 1}")
        store.rounds.keep_report(DATASET, known, report(known, rate, say))
    open_ = round_("4", say, state="under way")
    taken = [TakenOutput(n + 1, f"chat-{n}", "random", 0.1) for n in range(2)]
    store.rounds.plan(
        DATASET, open_, [taken[0], TakenOutput(3, "c", "random", 0.1, record_id=RECORD)]
    )
    store.rounds.keep(DATASET, round_("5", say, state="ending", error=say("no room for learned-9")))
    store.suspicions.keep(DATASET, suspicions())


def round_(name: str, say: Say, **more: object) -> Round:
    """One that takes 300 of 10,000 outputs."""
    known = Round(
        name,
        say(f"bot-0.{name}"),
        "learned-3",
        "helpful",
        (say("yes"),),
        10_000,
        9_800,
        300,
        300,
        chosen_by="Chosen far from the texts of learned-3.",
        before="learned-3",
        written=300,
        started_at=at(int(name)),
    )
    return Round(**{**vars(known), **more})


def report(of: Round, rate: Figure, say: Say) -> RoundReport:
    """With all that can be told."""
    return RoundReport(
        of.name,
        of.model,
        of.version,
        of.before,
        300,
        290,
        of.ended_at,
        Figure(0.84, 0.7, 0.94) if of.name == "3" else None,
        60 if of.name == "3" else 7,
        rate,
        12,
        Figure(0.75, 0.5, 0.9),
        "On 60 audits 93 % of labels are right.",
        0.61,
        Figure(0.88, 0.84, 0.91),
        Figure(0.96, 0.93, 0.98),
        (ReliabilityChange(say("ben"), 0.71, 0.83),),
        2400,
        5,
        {"a new or edited answer": 3, "weighed anew": 2},
    )


def suspicions() -> Suspicions:
    """Of rounds, of which 2 is suspect, and of an annotator in round 3."""
    found = (
        Suspect("round", "round=2", 150, 60, 24, 8.1, 4.2, 0.00001, True),
        Suspect("round", "round=1", 150, 60, 8, 8.1, 0.1, 0.5, False),
        Suspect("round", "round=3", 12, 4, 1, 0.0, 0.0, 1.0, False),
        Suspect(
            "annotator and round", "annotator=ben,round=3", 50, 40, 20, 4.0, 5.0, 0.00001, True
        ),
        Suspect("annotator and round", "annotator=ann,round=3", 50, 40, 4, 4.0, 0.0, 0.5, False),
        Suspect("week", "week=2026-W47", 150, 60, 24, 8.1, 4.2, 0.00001, True),
    )
    return Suspicions("helpful", "learned-4", at(80), 300, 300, True, "Texts tell.", found)


def looked_at(version: str, suspect: str) -> Suspicions:
    """All three rounds of a version, of which one is suspect."""
    found = tuple(
        Suspect("round", f"round={n}", 150, 60, 24, 8.1, 4.2, 0.001, n == suspect) for n in "123"
    )
    return Suspicions("helpful", version, at(90), 300, 300, True, "Texts tell.", found)
