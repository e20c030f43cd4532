"""How agreement and confidence went by week and by round."""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np

from argilla_distill.domain.report import Period
from argilla_distill.workers.engine.measures.agreement import Agreement
from argilla_distill.workers.reporting.question_columns import NONE, Ints, QuestionColumns
from argilla_distill.workers.reporting.survey import Survey

DAY_MS = 86_400_000
MONDAY = 4
"""The first Monday, in days since the epoch."""


def week(at: Ints) -> Ints:
    """The number of the week of each moment (ms since the epoch), from Monday to Sunday, UTC.

    >>> week(np.array([4 * DAY_MS - 1, 4 * DAY_MS]))
    array([-1,  0])
    """
    return np.asarray((at // DAY_MS - MONDAY) // 7, np.int64)


def monday(number: int) -> tuple[str, int]:
    """A week's name and when it began.

    >>> monday(2967)
    ('2026-11-16', 1794787200000)
    """
    since = (number * 7 + MONDAY) * DAY_MS
    return f"{datetime.fromtimestamp(since / 1000, timezone.utc):%Y-%m-%d}", since


def weeks(survey: Survey, question: QuestionColumns, found: Agreement) -> tuple[Period, ...]:
    """Records by the week of their first answer; answers by the week in which they were given."""
    voted = (question.degree > 0) & (survey.first_at > 0)
    given, begun = week(question.at), week(survey.first_at[voted])
    names = np.union1d(given, begun)
    group = np.full(question.n_records, NONE)
    group[voted] = np.searchsorted(names, begun)
    answers = np.bincount(np.searchsorted(names, given), minlength=len(names))
    named = [monday(int(number)) for number in names]
    return _periods(question, found, group, answers, named)


def rounds(survey: Survey, question: QuestionColumns, found: Agreement) -> tuple[Period, ...]:
    """Records by their round, earlier rounds first."""
    group = np.where(question.degree > 0, survey.round, NONE)
    n, votes = len(survey.rounds), group[question.votes.record]
    answers = np.bincount(votes[votes >= 0], minlength=n)
    since = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(since, votes[votes >= 0], question.at[votes >= 0])
    named = [(name, int(at)) for name, at in zip(survey.rounds, since, strict=True)]
    found_rounds = _periods(question, found, group, answers, named)
    return tuple(sorted((p for p in found_rounds if p.records), key=lambda p: (p.since, p.name)))


def _periods(
    question: QuestionColumns,
    found: Agreement,
    group: Ints,
    answers: Ints,
    named: list[tuple[str, int]],
) -> tuple[Period, ...]:
    n, inside = len(named), group >= 0
    sure = inside & (question.decided != NONE)
    records = np.bincount(group[inside], minlength=n)
    decided = np.bincount(group[sure], minlength=n)
    confidence = np.bincount(group[sure], question.confidence[sure], n)
    conflicts = np.bincount(group[inside & question.open], minlength=n)
    alphas = found.of_groups(group, n)
    return tuple(
        Period(
            name=name,
            since=since,
            answers=int(answers[g]),
            records=int(records[g]),
            agreement=alphas[g],
            confidence=float(confidence[g] / decided[g]) if decided[g] else None,
            conflicts=int(conflicts[g]),
        )
        for g, (name, since) in enumerate(named)
    )
