"""What if a segment had not been there, or had right labels: what a small model would be like.

How it is worked out is `workers.use_cases.tracing.what_if`. Segments are a small part of all that a model
learns from, so the effect is small as a rule, and audits are few: mostly it cannot be told.
"""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.versions.contest import Contest
from argilla_distill.domain.wording.figures import count, many, points, points_reach


@dataclass(frozen=True)
class WhatIf:
    """A small model of a version's texts, beside one that did not learn from a segment.

    Attributes
    ----------
    records : of the segment that such a model learns from: with a label, and of no test split.
    decided, corrected : so many of these reviewers have decided, and so many of them otherwise than the
        version has it.
    without : the model without the segment (one), beside the one with all labels (other), on audits.
    anew : the one whose labels are as reviewers decided, beside the same; None where that changes nothing.
    """

    question: str
    version: str
    segment: str
    records: int
    decided: int
    corrected: int
    without: Contest
    anew: Contest | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is to be said of it.

        >>> gone = Contest("q", "", "hard", "without round=2", "learned-3", 80, 80, 0.85, 0.8, 0.05, -0.01,
        ...     0.11, p_holm=0.1, more=40)
        >>> found = WhatIf("q", "learned-3", "round=2", 96, 30, 0, gone)
        >>> print(found.sentences[0])
        Without round=2 (96 records), whether a small model is better cannot be told: +5 points \
(−1 to +11), on 80 audits; about 40 more would tell.
        >>> print(found.sentences[1])
        What its labels corrected would bring is not told: reviewers have corrected none of them.
        """
        whole = f"Without {self.segment} ({many(self.records, 'record')})"
        if self.anew is None:
            why = "What its labels corrected would bring is not told: reviewers have corrected none of them."
            return _sentence(whole, self.without), why
        said = (
            f"With {count(self.corrected)} of its labels corrected as reviewers decided "
            f"({many(self.decided, 'record')} so far)"
        )
        return _sentence(whole, self.without), _sentence(said, self.anew)


def _sentence(what: str, found: Contest) -> str:
    verdict = found.verdict
    if verdict == "stopped":
        return f"{what}: {found.stopped[0].lower()}{found.stopped[1:]}"
    by = f"{points(found.difference)} ({points_reach(found.low, found.high)})"
    on = f"{by}, on {many(found.audits, 'audit')}"
    if verdict == "one":
        return f"{what}, a small model is better: {on}."
    if verdict == "other":
        return f"{what}, a small model is worse: {on}."
    if verdict == "alike":
        return f"{what}, a small model is as good: {on}."
    more = f"; about {count(found.more)} more would tell" if found.more else ""
    return f"{what}, whether a small model is better cannot be told: {on}{more}."
