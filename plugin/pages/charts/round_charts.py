"""Rounds as a picture, and what those hear who cannot see it. Pure.

How charts are drawn is `svg`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from markupsafe import Markup

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.wording import percent, reach
from argilla_distill.plugin.pages.charts.svg import spreads

MAX_ROUNDS = 30
"""So many rounds are in the picture, the latest; all are in the table."""


def passing(rates: Sequence[tuple[str, Figure]], doubtful: Collection[str] = ()) -> Markup:
    """How many outputs pass by labels, round by round.

    Parameters
    ----------
    doubtful : rounds whose labels are suspect: their dots are hollow.

    >>> said = passing([("2", Figure(0.8, 0.75, 0.85))]).split('"')
    >>> print(next(part for part in said if "round 2:" in part))
    Outputs that pass by labels, round by round. round 2: 80\u202f%, 75 to 85\u202f%.
    """
    shown = rates[-MAX_ROUNDS:]
    listed = "; ".join(
        f"round {name}: {percent(rate.value)}, {reach(rate.low, rate.high)}"
        + (", its labels are suspect" if name in doubtful else "")
        for name, rate in shown
    )
    points = [(rate.low, rate.value, rate.high) for _, rate in shown]
    return spreads(
        [name for name, _ in shown],
        points,
        f"Outputs that pass by labels, round by round. {listed}.",
        [n for n, (name, _) in enumerate(shown) if name in doubtful],
    )
