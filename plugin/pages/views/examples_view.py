"""Examples for newcomers, by label: what is plainly so, and where the label ends. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from argilla_distill.domain.report import Example, QuestionReport


@dataclass(frozen=True)
class LabelExamples:
    """One label: its clearest records, and close calls that a reviewer settled."""

    value: str
    telling: tuple[Example, ...]
    close: tuple[Example, ...]


def label_examples(report: QuestionReport, known: Collection[str]) -> tuple[LabelExamples, ...]:
    """By the question's own order of labels; values that are no labels of it come last.

    Parameters
    ----------
    known : the records whose decision every annotator may know now.
    """
    examples = [each for each in report.examples if each.record in known]
    values = dict.fromkeys([*report.labels, *(e.value for e in examples)])
    found = (
        LabelExamples(value, _of(examples, value, "telling"), _of(examples, value, "close"))
        for value in values
    )
    return tuple(label for label in found if label.telling or label.close)


def _of(examples: Sequence[Example], value: str, kind: str) -> tuple[Example, ...]:
    return tuple(e for e in examples if e.value == value and e.kind == kind)
