"""The overview as values: every dataset in a few figures, and in words what they mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from argilla_distill.domain import intervals
from argilla_distill.domain.queue_length import Queue
from argilla_distill.domain.report import Overview
from argilla_distill.plugin.argilla.links import overseer_link, review_link
from argilla_distill.plugin.pages.looked_up import Found

DAY_MS = 86_400_000


@dataclass(frozen=True)
class QuestionLine:
    """One question of a dataset; what was not counted is None.

    Attributes
    ----------
    agreement : Krippendorff's alpha; `confidence` the mean of the decisions
    calibration : expected calibration error on reviewed records, in [0, 1]
    accuracy, majority : share of adjudications that the strategy and majority vote agree with
    gain : accuracy minus majority
    …_low, …_high : the interval of each, which holds it 9 times in 10 (`domain.intervals`)
    """

    name: str
    type: str = ""
    strategy: str = ""
    fit: int = 0
    decided: int = 0
    undecided: int = 0
    agreement: float | None = None
    confidence: float | None = None
    calibration: float | None = None
    conflicts: int = 0
    adjudications: int = 0
    accuracy: float | None = None
    majority: float | None = None
    gain: float | None = None
    calibration_low: float | None = None
    calibration_high: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None


@dataclass(frozen=True)
class DatasetLine:
    """One dataset. `counted_at` is in ms since the epoch, None before the first report."""

    id: str
    name: str
    state: str
    reason: str
    argilla_url: str
    review_url: str
    review_reason: str
    records: int
    completed: int
    conflicts: int
    waiting: int
    set_aside: int
    due: int
    queue: Queue
    counted_at: int | None
    today: Mapping[str, int] | None
    questions: tuple[QuestionLine, ...]


def line(found: Found, argilla_url: str, now: int) -> DatasetLine:
    """A dataset's line. `now` in ms: what was counted as today's may be yesterday's by now."""
    counts = {name: int(found.info.get(name, 0)) for name in ("records", "completed", "conflicts")}
    review = found.review
    return DatasetLine(
        id=found.id,
        name=found.name,
        state=found.info.get("state", "new"),
        reason=found.info.get("word", ""),
        argilla_url=overseer_link(argilla_url, found.id, review, found.due),
        review_url=review_link(argilla_url, review.id) if review else "",
        review_reason=review.trouble if review else "",
        **counts,
        waiting=found.waiting,
        set_aside=found.set_aside,
        due=found.due,
        queue=found.queue,
        counted_at=found.overview.taken_at if found.overview else None,
        today=_today(found.overview, now),
        questions=tuple(map(question_line, found.overview.questions if found.overview else ())),
    )


def question_line(counted: Mapping[str, Any]) -> QuestionLine:
    """One question's line from what the report has of it.

    >>> round(question_line({"name": "q", "accuracy": 0.9, "majority": 0.85, "more": 1}).gain, 2)
    0.05
    """
    known = {field.name for field in fields(QuestionLine)}
    values = {name: value for name, value in counted.items() if name in known}
    accuracy, majority = counted.get("accuracy"), counted.get("majority")
    if accuracy is not None and majority is not None:
        n = int(counted.get("adjudications", 0))
        values["gain"] = accuracy - majority
        values["gain_low"], values["gain_high"] = intervals.gain(accuracy, majority, n)
    if accuracy is not None:
        n = int(counted.get("adjudications", 0))
        values["accuracy_low"], values["accuracy_high"] = intervals.share(accuracy * n, n)
    return QuestionLine(**values)


def _today(overview: Overview | None, now: int) -> Mapping[str, int] | None:
    """What was counted since midnight UTC, None if that was another midnight."""
    if overview is None or overview.taken_at // DAY_MS != now // DAY_MS:
        return None
    return asdict(overview.today) | {
        "versions": overview.today.fits
    }  # its name in the last release
