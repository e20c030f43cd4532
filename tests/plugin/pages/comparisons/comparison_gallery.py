"""Comparisons with all that their pages show: of versions, of runs, with and without verdicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.domain.runs.standing import RunStanding, StandingsTaken, WeekStanding
from argilla_distill.domain.versions.contest import Contest, VersionsCompared
from argilla_distill.plugin.store import Store
from tests.plugin.pages.scene import DATASET, at
from tests.plugin.pages.versions import version_gallery

Say = Callable[[str], str]

AT = f"/datasets/{DATASET}/compare"
PAIR = f"{AT}/learned-2...learned-3"
RUNS = f"{AT}?runs=bot-a...bot-b"

STANDINGS = f"/datasets/{DATASET}/runs"

NEW = f"{AT}/learned-3...learned-2"
"""Nobody has compared these yet."""


def write(store: Store, folder: Path, say: Say = str) -> None:
    """All of it; `say` is applied to what people wrote. The folder is where versions are kept."""
    version_gallery.write(store, folder, say)
    store.compared.keep(of_versions(say))
    for name, content in (("bot-a", "1"), ("bot-b", "2")):
        run = ModelRun(name, "helpful", "learned-2", say("predictions.jsonl"), "", 2, 0, content, 1)
        store.runs.add(DATASET, run, [Prediction("r1", "yes"), Prediction("r2", "no")])
    store.compared.keep(of_runs(say))
    first, _ = store.runs.all(DATASET)
    right = Figure(0.9, 0.86, 0.93)
    weeks = (
        WeekStanding("2026-W46", 20, Figure(0.8, 0.6, 0.93)),
        WeekStanding("2026-W47", 400, right),
    )
    counted = (RunStanding(first, 400, right, 0.31, weeks),)
    store.standings.keep(DATASET, StandingsTaken(at(84), "x", counted))


def of_versions(say: Say) -> VersionsCompared:
    """Better models, labels of which nobody can tell, and a question whose texts tell nothing."""
    two = "learned-2", "learned-3"
    labels = contest(say("helpful"), "labels", *two, (0.81, 0.83), (-0.02, 0.07), 0.4, more=300)
    hard = contest(say("helpful"), "hard", *two, (0.71, 0.79), (0.03, 0.13), 0.004)
    soft = contest(say("helpful"), "soft", *two, (0.70, 0.80), (0.05, 0.15), 0.002)
    stopped = Contest(
        "problem", say("tone"), "hard", *two, stopped="Models are not compared. Texts tell nothing."
    )
    every = (labels, hard, soft, stopped)
    audits = {say("helpful"): 400, "problem": 12}
    notes = ("A label that is left open counts as not right.",)
    return VersionsCompared(DATASET, "support/chat", two, "c", at(82), audits, every, notes)


def of_runs(say: Say) -> VersionsCompared:
    """Of which one is better."""
    found = contest(say("helpful"), "runs", "bot-a", "bot-b", (0.9, 0.7), (-0.3, -0.1), 0.001)
    return VersionsCompared(
        DATASET,
        "support/chat",
        (),
        "d",
        at(83),
        {say("helpful"): 400},
        (found,),
        (),
        ("bot-a", "bot-b"),
        ("1", "2"),
    )


def contest(
    question: str,
    aspect: str,
    one: str,
    other: str,
    rights: tuple[float, float],
    beyond: tuple[float, float],
    p: float,
    more: int | None = None,
) -> Contest:
    """The other is right more often, by between `beyond`."""
    one_right, other_right = rights
    low, high = -beyond[1], -beyond[0]
    return Contest(
        question,
        "",
        aspect,  # type: ignore[arg-type]  # the tests' words are the aspects'
        one,
        other,
        400,
        390,
        one_right,
        other_right,
        one_right - other_right,
        low,
        high,
        0.6 if aspect in ("hard", "soft") else 0.0,
        20,
        52,
        p,
        p,
        p,
        more,
        one_low=one_right - 0.04,
        one_high=one_right + 0.04,
        other_low=other_right - 0.04,
        other_high=other_right + 0.04,
    )
