"""What somebody asks a worker to do about a round: to cancel it, or to end it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from argilla_distill.domain.rounds.round import Round

Action = Literal["cancel", "end"]


@dataclass(frozen=True)
class RoundRequest:
    """What was asked for and is not done; of several the last.

    Attributes
    ----------
    asked_at : ms since the epoch.
    error : why it cannot be done; "" while it waits to be.
    """

    action: Action
    asked_at: int
    error: str = ""


def refusal(known: Round, action: Action) -> str:
    """Why it cannot be done to a round as it is; "" where it can.

    >>> refusal(Round("4", "bot", state="ended"), "cancel")
    'round 4 is ended: what was learned in it stays'
    """
    if action == "cancel" and known.state in ("ended", "ending"):
        return f"round {known.name} is {known.state}: what was learned in it stays"
    if action == "end" and known.state == "being written":
        return f"round {known.name} is not all in Argilla yet: repeat `round start`, or cancel it"
    if action == "end" and known.state == "cancelled":
        return f"round {known.name} was cancelled"
    return ""


def fulfilled(known: Round, action: Action) -> bool:
    """Whether it is done already, or being done.

    >>> fulfilled(Round("4", "bot", state="ending"), "end")
    True
    >>> fulfilled(Round("4", "bot", state="ending", error="no room"), "end")
    False
    """
    if action == "cancel":
        return known.state == "cancelled"
    return known.state == "ended" or (known.state == "ending" and not known.error)
