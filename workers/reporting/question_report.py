"""Everything about one question, but for its examples' words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from argilla_distill.domain.report import Across, Example, QuestionReport
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.strategy import Reliability, Training
from argilla_distill.workers.engine.measures.agreement import agreement
from argilla_distill.workers.reporting.annotator_reports import AnnotatorReports
from argilla_distill.workers.reporting.calibration import (
    calibration,
    calibration_error,
    calibration_interval,
    histogram,
    share_right,
)
from argilla_distill.workers.reporting.pairs import pairs
from argilla_distill.workers.reporting.periods import rounds, weeks
from argilla_distill.workers.reporting.question_columns import NONE, QuestionColumns
from argilla_distill.workers.reporting.survey import Survey

MAX_VALUES = 30

SUMMARY = (
    *("name", "type", "strategy", "fit", "votes", "decided", "undecided", "agreement"),
    *("conflicts", "settled", "adjudications", "accuracy", "majority", "across_count"),
)
"""What an overview shows of each question, beside the mean confidence and how calibrated it is."""


@dataclass(frozen=True)
class Believed:
    """What the strategy in use says of itself.

    `kind` is the question's type in Argilla.
    """

    kind: str
    strategy: str
    fit: int
    annotators: Sequence[Reliability] = ()
    training: Training | None = None


def question_report(
    survey: Survey,
    question: QuestionColumns,
    believed: Believed,
    across: tuple[int, tuple[Across, ...]],
    examples: Sequence[Example],
    words: Mapping[str, tuple[str, ...]],
) -> QuestionReport:
    """Count one question."""
    found = agreement(question.asked, question.votes)
    confidence, right = reviewed(survey, question)
    training = believed.training
    ours = float(right.mean()) if len(right) else None
    measured = training is not None and training.accuracy is not None
    return QuestionReport(
        name=question.name,
        type=believed.kind,
        strategy=believed.strategy,
        fit=believed.fit,
        labels=question.asked.labels or tuple(map(str, question.asked.scale)),
        votes=len(question.votes.record),
        decided=int((question.decided != NONE).sum()),
        undecided=int(((question.decided == NONE) & (question.degree > 0)).sum()),
        values=_values(question),
        confidence=histogram(_sure(question)),
        calibration=calibration(confidence, right),
        agreement=found.alpha,
        conflicts=int(question.open.sum()),
        settled=question.settled,
        kinds=question.kinds,
        pairs=pairs(question),
        weeks=weeks(survey, question, found),
        rounds=rounds(survey, question, found),
        across=across[1],
        across_count=across[0],
        adjudications=int((question.reviewed != NONE).sum()),
        accuracy=training.accuracy if training and measured else ours,
        majority=training.majority if training and measured else _majority(survey, question),
        training=training.word if training else "",
        annotators=AnnotatorReports(survey, question, found).reports(believed.annotators),
        examples=tuple(examples),
        words=words,
    )


def summary(report: QuestionReport, survey: Survey, question: QuestionColumns) -> dict[str, object]:
    """What the overview shows of a question."""
    sure = _sure(question)
    low, high = calibration_interval(*reviewed(survey, question)) or (None, None)
    return {
        **{name: getattr(report, name) for name in SUMMARY},
        "confidence": float(sure.mean()) if len(sure) else None,
        "calibration": calibration_error(*reviewed(survey, question)),
        "calibration_low": low,
        "calibration_high": high,
    }


def reviewed(survey: Survey, question: QuestionColumns) -> tuple[Floats, Floats]:
    """Of reviewed records: how sure we were before, and how far that was right."""
    values = question.values
    found = [
        (sure, share_right(question.asked, values.list[said], values.list[question.reviewed[row]]))
        for row, said, sure in _thought(survey, question)
    ]
    table = np.array(found, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _thought(survey: Survey, question: QuestionColumns) -> list[tuple[int, int, float]]:
    """Row, value's code and confidence of what was decided before each current adjudication."""
    thought = survey.thought.get(question.name, {})
    coded = [(row, question.values.code(said), sure) for row, (said, sure) in thought.items()]
    return [each for each in coded if each[1] != NONE and question.reviewed[each[0]] != NONE]


def _sure(question: QuestionColumns) -> Floats:
    return np.asarray(question.confidence[question.decided != NONE], np.float64)


def _values(question: QuestionColumns) -> dict[str, int]:
    """How many records are decided so; of free values those that came more than once."""
    count = np.bincount(question.decided[question.decided != NONE])
    least = 1 if question.asked.type in ("label", "multi_label", "rating") else 2
    found: dict[str, int] = {}
    for code in np.argsort(-count, kind="stable")[:MAX_VALUES].tolist():
        if count[code] >= least:
            words = question.values.words(code)
            found[words] = found.get(words, 0) + int(count[code])
    return found


def _majority(survey: Survey, question: QuestionColumns) -> float | None:
    """Share of the same reviewed labels that most votes had right; a tie counts for its share."""
    rows = [row for row, _, _ in _thought(survey, question)]
    if question.asked.type != "label" or not rows:
        return None
    votes, k = question.votes, len(question.values.list)
    shape = (question.n_records, k)
    said = sparse.csr_array((np.ones(len(votes.record)), (votes.record, votes.code)), shape=shape)
    count = said[np.array(rows)].toarray()
    first = count == count.max(axis=1, keepdims=True)
    right = first[np.arange(len(rows)), question.reviewed[rows]] / first.sum(axis=1)
    return float(right.mean())
