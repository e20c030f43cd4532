"""The head that all pages of one dataset have in common, and the page of one question. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from argilla_distill.domain.report import Period, QuestionReport
from argilla_distill.plugin.pages.looked_up import Found
from argilla_distill.plugin.pages.views.overview_view import DatasetLine, line

MAX_WEEKS = 52
MAX_ROUNDS = 30
MAX_ACROSS = 20


@dataclass(frozen=True)
class Head:
    """Which dataset and which of its questions. `questions` are all that are distilled, in order.

    `question` is "" where none is distilled.
    """

    dataset: DatasetLine
    questions: tuple[str, ...]
    question: str
    left_alone: tuple[tuple[str, str], ...]


def head(found: Found, wanted: str, argilla_url: str, now: int) -> Head:
    """The head, with the question that is wanted if there is such a one, else the first."""
    questions, left_alone = distilled(found.info.get("questions", ""))
    chosen = wanted if wanted in questions else next(iter(questions), "")
    return Head(line(found, argilla_url, now), questions, chosen, left_alone)


def distilled(questions: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The names of the questions that are distilled, and the others with the reason why not.

    >>> distilled('{"a": {"word": "distilled"}, "b": {"word": "is ours"}}')
    (('a',), (('b', 'is ours'),))
    """
    words = {name: known.get("word", "") for name, known in json.loads(questions or "{}").items()}
    ours = tuple(name for name, word in words.items() if word == "distilled")
    return ours, tuple((name, word) for name, word in words.items() if word != "distilled")


def shown(report: QuestionReport) -> QuestionReport:
    """What of a report the dataset's page shows: annotators and examples have pages of their own."""
    return replace(
        report,
        annotators=(),
        examples=(),
        words={},
        weeks=_latest(report.weeks, MAX_WEEKS),
        rounds=_latest(report.rounds, MAX_ROUNDS),
        across=report.across[:MAX_ACROSS],
    )


def without_others(report: QuestionReport | None) -> dict[str, Any] | None:
    """The same as JSON has it: without what other pages show."""
    if report is None:
        return None
    audited = report.audited
    former = {  # names in the last release
        "version": report.fit,
        "accuracy": audited.right.value if audited.right else None,
        "majority": audited.majority.value if audited.majority else None,
        "calibration": [
            {**asdict(b), "reviewed": b.audits, "count": b.audits} for b in audited.bins
        ],
    }
    found = asdict(report) | former
    return {k: v for k, v in found.items() if k not in ("annotators", "examples", "words")}


def _latest(periods: Sequence[Period], most: int) -> tuple[Period, ...]:
    return tuple(sorted(periods, key=lambda period: period.since))[-most:]
