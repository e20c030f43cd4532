"""The overview as values: every dataset in a few figures, and in words what they mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.queue_length import Queue
from argilla_distill.domain.report import Overview, read
from argilla_distill.plugin.argilla.links import overseer_link, review_link
from argilla_distill.plugin.pages.looked_up import Found
from argilla_distill.plugin.store.datasets import DELETED

DAY_MS = 86_400_000

FORMER = ("accuracy", "majority", "calibration")
"""What reports of the last release had, measured on reviews that were worst first: not to be shown."""


@dataclass(frozen=True)
class QuestionLine:
    """One question of a dataset; what was not counted is None.

    Attributes
    ----------
    agreement : Krippendorff's alpha; `confidence` the mean of the decisions
    audited : how often labels are right, as audits tell
    calibration : how far, by tenths of confidence, the share that is right is from it, on audits
    accuracy, majority, gain, …_low, …_high : what `audited` says, under the names of the last release
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
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    audited: Audited = field(default_factory=Audited)


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
    audits: int
    counted_at: int | None
    today: Mapping[str, int] | None
    questions: tuple[QuestionLine, ...]

    @property
    def gone(self) -> bool:
        """Whether it is gone from Argilla, where nothing can be done with it."""
        return self.state == DELETED


def line(found: Found, argilla_url: str, now: int) -> DatasetLine:
    """A dataset's line. `now` in ms: what was counted as today's may be yesterday's by now."""
    counts = {name: int(found.info.get(name, 0)) for name in ("records", "completed", "conflicts")}
    review, gone = found.review, found.gone
    return DatasetLine(
        id=found.id,
        name=found.name,
        state=found.info.get("state", "new"),
        reason="; ".join(filter(None, (found.info.get("word"), found.info.get("unswept")))),
        argilla_url="" if gone else overseer_link(argilla_url, found.id, review, found.due),
        review_url=review_link(argilla_url, review.id) if review and not gone else "",
        review_reason=review.trouble if review else "",
        **counts,
        waiting=found.waiting,
        set_aside=found.set_aside,
        due=found.due,
        queue=found.queue,
        audits=found.audits,
        counted_at=found.overview.taken_at if found.overview else None,
        today=_today(found.overview, now),
        questions=tuple(map(question_line, found.overview.questions if found.overview else ())),
    )


def question_line(counted: Mapping[str, Any]) -> QuestionLine:
    """One question's line from what the report has of it.

    >>> figures = {"gain": {"value": 0.05, "low": 0.01, "high": 0.1}, "audits": 60}
    >>> question_line({"name": "q", "audited": figures, "more": 1}).gain
    0.05
    """
    known = {each.name for each in fields(QuestionLine)} - {*FORMER}
    values = {name: value for name, value in counted.items() if name in known}
    audited = values["audited"] = read(Audited, counted.get("audited") or {})
    for name, figure in (("accuracy", audited.right), ("gain", audited.gain)):
        if figure is not None:
            values[name] = figure.value
            values[f"{name}_low"], values[f"{name}_high"] = figure.low, figure.high
    values["majority"] = audited.majority.value if audited.majority else None
    values["calibration"] = calibration_error(audited)
    return QuestionLine(**values)


def calibration_error(audited: Audited) -> float | None:
    """How far confidence is from the share that is right, by tenths; None without audits."""
    n = sum(each.audits for each in audited.bins)
    off = (abs(each.confidence * each.audits - each.right) for each in audited.bins)
    return sum(off) / n if n else None


def _today(overview: Overview | None, now: int) -> Mapping[str, int] | None:
    """What was counted since midnight UTC, None if that was another midnight."""
    if overview is None or overview.taken_at // DAY_MS != now // DAY_MS:
        return None
    return asdict(overview.today) | {
        "versions": overview.today.fits
    }  # its name in the last release
