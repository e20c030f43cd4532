"""Everything about one question, but for its examples' words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.report import Across, Example, QuestionReport
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.strategy import Reliability, Training
from argilla_distill.workers.engine.measures.agreement import agreement
from argilla_distill.workers.reporting.annotator_reports import AnnotatorReports
from argilla_distill.workers.reporting.calibration import histogram
from argilla_distill.workers.reporting.pairs import pairs
from argilla_distill.workers.reporting.periods import rounds, weeks
from argilla_distill.workers.reporting.question_columns import NONE, QuestionColumns
from argilla_distill.workers.reporting.survey import Survey

MAX_VALUES = 30

SUMMARY = (
    *("name", "type", "strategy", "fit", "votes", "decided", "undecided", "agreement"),
    *("conflicts", "settled", "adjudications", "across_count", "audited"),
)
"""What an overview shows of each question, beside the mean confidence."""


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
    audited: Audited,
) -> QuestionReport:
    """Count one question."""
    found = agreement(question.asked, question.votes)
    training = believed.training
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
        training=training.summary if training else "",
        annotators=AnnotatorReports(survey, question, found).reports(believed.annotators),
        examples=tuple(examples),
        words=words,
        audited=audited,
    )


def summary(report: QuestionReport, question: QuestionColumns) -> dict[str, object]:
    """What the overview shows of a question."""
    sure = _sure(question)
    return {
        **{name: getattr(report, name) for name in SUMMARY},
        "confidence": float(sure.mean()) if len(sure) else None,
        "audited": asdict(report.audited),
    }


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
