"""A team's own strategy that failed on a question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FailedStrategy:
    """What was seen of it, how often in a row, and until when (ms) it is left alone."""

    strategy: str
    error: str
    tries: int
    until: int
