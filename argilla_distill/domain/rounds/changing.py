"""What may be asked to be done about a round that is there: to cancel it, or to end it."""

from __future__ import annotations

from typing import Literal

from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.wording import many

Change = Literal["cancel", "end"]

CHANGES: tuple[Change, ...] = ("end", "cancel")


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


def consequences(known: Round, change: Change, completed: int) -> list[str]:
    """What it does to a round of which so many records are completed, in sentences.

    >>> consequences(Round("4", "bot", state="under way", taken=9, written=9), "end", 2)[0]
    '2 of 9 records are completed; the others count as far as they are answered.'
    """
    if change == "end":
        return [
            f"{completed:,} of {many(known.written, 'record')} are completed; the others count as far as "
            "they are answered.",
            "A version is made, and what the round came to is counted from it, once. What is answered after "
            "that counts in later versions.",
        ]
    return [
        "Its records are deleted from Argilla, but for those that somebody has answered, if only with a "
        f"draft: these stay, and so do their labels. {completed:,} of {many(known.written, 'record')} are "
        "completed.",
        "That cannot be taken back. The round is not counted, and no other can have its name.",
    ]
