"""Whether labels of a round are suspect: what tracing said of it, as it is told with the round."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RoundSuspicion:
    """Whether labels of a round, or of one annotator in it, are associated with wrong ones.

    `verdict` is "suspect", "not suspect" or "too few to tell"; `version` the one that was looked at.
    """

    question: str
    version: str
    segment: str
    verdict: str
    sentence: str
