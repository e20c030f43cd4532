"""The sentence on what the answers are worth together."""

from __future__ import annotations

from argilla_distill.domain.explanation.case import Case

FEWEST = 3
"""Of two answers nothing is said: one is as good as both, and everybody sees that."""


def worth(case: Case) -> str:
    """How many answers that err independently these count as; empty where that is not known, or all.

    Kish, Survey Sampling (1965): the design effect.
    """
    count, worth = len(case.voters), case.decision.independent_votes
    if worth is None or count < FEWEST or case.balance.reviewed or case.counts_heads:
        return ""
    if worth > count - 0.5:
        return ""
    return (
        f"The {count} answers are worth {worth:.1f} that err independently of each other: what misleads "
        "one misleads others."
    )
