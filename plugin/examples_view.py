"""Examples for newcomers, by label: what is plainly so, and where the label ends. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.report import Example, QuestionReport


@dataclass(frozen=True)
class Lesson:
    """One label: the records that tell it best, and close calls that a reviewer settled."""

    value: str
    telling: tuple[Example, ...]
    close: tuple[Example, ...]


def lessons(report: QuestionReport) -> tuple[Lesson, ...]:
    """By the question's own order of labels; values that are no labels of it come last."""
    values = dict.fromkeys([*report.labels, *(e.value for e in report.examples)])
    found = (
        Lesson(value, _of(report, value, "telling"), _of(report, value, "close"))
        for value in values
    )
    return tuple(lesson for lesson in found if lesson.telling or lesson.close)


def _of(report: QuestionReport, value: str, kind: str) -> tuple[Example, ...]:
    return tuple(e for e in report.examples if e.value == value and e.kind == kind)
