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
from argilla_distill.workers.reporting.calibration import (
    calibration,
    calibration_error,
    calibration_interval,
    histogram,
    share_right,
)
from argilla_distill.workers.reporting.crowd import Crowd
from argilla_distill.workers.reporting.pairs import pairs
from argilla_distill.workers.reporting.periods import rounds, weeks
from argilla_distill.workers.reporting.standing import NONE, Standing
from argilla_distill.workers.reporting.survey import Survey

MAX_VALUES = 30

SUMMARY = (
    *("name", "type", "strategy", "version", "votes", "decided", "undecided", "agreement"),
    *("conflicts", "settled", "adjudications", "accuracy", "majority", "across_count"),
)
"""What an overview tells of each question, beside the mean confidence and how calibrated it is."""


@dataclass(frozen=True)
class Believed:
    """What the strategy in use says of itself.

    `kind` is the question's type in Argilla.
    """

    kind: str
    strategy: str
    version: int
    annotators: Sequence[Reliability] = ()
    training: Training | None = None


def question_report(
    survey: Survey,
    standing: Standing,
    believed: Believed,
    across: tuple[int, tuple[Across, ...]],
    examples: Sequence[Example],
    words: Mapping[str, tuple[str, ...]],
) -> QuestionReport:
    """Count one question."""
    found = agreement(standing.asked, standing.votes)
    confidence, right = reviewed(survey, standing)
    training = believed.training
    ours = float(right.mean()) if len(right) else None
    measured = training is not None and training.accuracy is not None
    return QuestionReport(
        name=standing.name,
        type=believed.kind,
        strategy=believed.strategy,
        version=believed.version,
        labels=standing.asked.labels or tuple(map(str, standing.asked.scale)),
        votes=len(standing.votes.record),
        decided=int((standing.decided != NONE).sum()),
        undecided=int(((standing.decided == NONE) & (standing.degree > 0)).sum()),
        values=_values(standing),
        confidence=histogram(_sure(standing)),
        calibration=calibration(confidence, right),
        agreement=found.alpha,
        conflicts=int(standing.open.sum()),
        settled=standing.settled,
        kinds=standing.kinds,
        pairs=pairs(standing),
        weeks=weeks(survey, standing, found),
        rounds=rounds(survey, standing, found),
        across=across[1],
        across_count=across[0],
        adjudications=int((standing.reviewed != NONE).sum()),
        accuracy=training.accuracy if training and measured else ours,
        majority=training.majority if training and measured else _majority(survey, standing),
        training=training.word if training else "",
        annotators=Crowd(survey, standing, found).reports(believed.annotators),
        examples=tuple(examples),
        words=words,
    )


def summary(report: QuestionReport, survey: Survey, standing: Standing) -> dict[str, object]:
    """What the overview tells of a question."""
    sure = _sure(standing)
    low, high = calibration_interval(*reviewed(survey, standing)) or (None, None)
    return {
        **{name: getattr(report, name) for name in SUMMARY},
        "confidence": float(sure.mean()) if len(sure) else None,
        "calibration": calibration_error(*reviewed(survey, standing)),
        "calibration_low": low,
        "calibration_high": high,
    }


def reviewed(survey: Survey, standing: Standing) -> tuple[Floats, Floats]:
    """Of reviewed records: how sure we were before, and how far that was right."""
    values = standing.values
    found = [
        (sure, share_right(standing.asked, values.list[said], values.list[standing.reviewed[row]]))
        for row, said, sure in _thought(survey, standing)
    ]
    table = np.array(found, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _thought(survey: Survey, standing: Standing) -> list[tuple[int, int, float]]:
    """Row, value's code and confidence of what was thought before reviews that stand."""
    thought = survey.thought.get(standing.name, {})
    coded = [(row, standing.values.code(said), sure) for row, (said, sure) in thought.items()]
    return [each for each in coded if each[1] != NONE and standing.reviewed[each[0]] != NONE]


def _sure(standing: Standing) -> Floats:
    return np.asarray(standing.confidence[standing.decided != NONE], np.float64)


def _values(standing: Standing) -> dict[str, int]:
    """How many records are decided so; of free values those that came more than once."""
    count = np.bincount(standing.decided[standing.decided != NONE])
    least = 1 if standing.asked.type in ("label", "multi_label", "rating") else 2
    found: dict[str, int] = {}
    for code in np.argsort(-count, kind="stable")[:MAX_VALUES].tolist():
        if count[code] >= least:
            words = standing.values.words(code)
            found[words] = found.get(words, 0) + int(count[code])
    return found


def _majority(survey: Survey, standing: Standing) -> float | None:
    """Share of the same reviewed labels that most votes had right; a tie counts for its share."""
    rows = [row for row, _, _ in _thought(survey, standing)]
    if standing.asked.type != "label" or not rows:
        return None
    votes, k = standing.votes, len(standing.values.list)
    shape = (standing.n_records, k)
    said = sparse.csr_array((np.ones(len(votes.record)), (votes.record, votes.code)), shape=shape)
    count = said[np.array(rows)].toarray()
    first = count == count.max(axis=1, keepdims=True)
    right = first[np.arange(len(rows)), standing.reviewed[rows]] / first.sum(axis=1)
    return float(right.mean())
