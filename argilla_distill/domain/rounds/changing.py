"""What may be asked to be done about a round that is there: to cancel it, or to end it."""

from __future__ import annotations

from typing import Literal

from argilla_distill.domain.rounds.round import Round

Change = Literal["cancel", "end"]


def refusal(known: Round, change: Change) -> str:
    """Why it cannot be done to a round as it is; "" where it can.

    >>> refusal(Round("4", "bot", state="ended"), "cancel")
    'round 4 is ended: what was learned in it stays'
    """
    if change == "cancel" and known.state in ("ended", "ending"):
        return f"round {known.name} is {known.state}: what was learned in it stays"
    if change == "end" and known.state == "being written":
        return f"round {known.name} is not all in Argilla yet: repeat `round start`, or cancel it"
    if change == "end" and known.state == "cancelled":
        return f"round {known.name} was cancelled"
    return ""


def fulfilled(known: Round, change: Change) -> bool:
    """Whether it is done already, or being done.

    >>> fulfilled(Round("4", "bot", state="ending"), "end")
    True
    >>> fulfilled(Round("4", "bot", state="ending", error="no room"), "end")
    False
    """
    if change == "cancel":
        return known.state == "cancelled"
    return known.state == "ended" or (known.state == "ending" and not known.error)
