"""Whose votes differ on one question of a record. Finding conflicts is `workers.engine.measures`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OPEN, SETTLED = "open", "settled"

Sides = Mapping[str, tuple[int, ...]]
"""Value in words → the numbers of those who say so."""


@dataclass(frozen=True, slots=True)
class PastConflict:
    """A conflict that was settled: since and until when (ms), and as what, in words; None: as nothing."""

    since: int
    until: int
    outcome: str | None


@dataclass(frozen=True, slots=True)
class StoredConflict:
    """One question's conflict.

    Attributes
    ----------
    state : OPEN or SETTLED.
    since : when it came into this state, or first was a conflict; ms since the epoch.
    kind : of an open one: tie, dissent, split, … ; "" where it is not known.
    before : earlier conflicts on the question, oldest first.
    """

    state: str
    sides: Sides
    since: int
    kind: str = ""
    before: tuple[PastConflict, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it is not settled."""
        return self.state == OPEN
