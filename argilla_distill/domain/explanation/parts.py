"""Where a decision of several parts is least certain: what its runner-up has otherwise. Pure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

from argilla_distill.domain.state.decision import StoredDecision

Say = Callable[[Any], str]
"""How a part is put in words: a list of one label or span; of rankings, an item."""

TYPES = ("multi_label_selection", "ranking", "span")
"""Types of questions whose values have parts."""


def differing(kind: str, decision: StoredDecision, say: Say) -> str:
    """A part of the leader that the runner-up has otherwise, in words; empty where none is known.

    Parameters
    ----------
    kind : the question's type in Argilla, one of TYPES.

    >>> decision = StoredDecision(None, 0.6, leader=["tone", "facts"], runner_up=["facts"])
    >>> differing("multi_label_selection", decision, lambda value: value[0])
    'that tone belongs to it'
    """
    top, following = decision.leader, decision.runner_up
    if not isinstance(top, list) or not isinstance(following, list):
        return ""
    if kind == "ranking":
        return _order(top, following, say)
    more = [part for part in top if part not in following]
    less = [part for part in following if part not in top]
    if more:
        return f"that {say([more[0]])} belongs to it"
    return f"that {say([less[0]])} does not belong to it" if less else ""


def _order(top: list[dict[str, Any]], following: list[dict[str, Any]], say: Say) -> str:
    """Two items that the runner-up has the other way round, those that lie nearest."""
    here, there = ({item["value"]: item["rank"] for item in ranks} for ranks in (top, following))
    turned = [
        (abs(here[one] - here[other]), one, other)
        for one, other in permutations(here.keys() & there.keys(), 2)
        if here[one] < here[other] and there[one] >= there[other]
    ]
    if turned:
        _, one, other = min(turned)
        return f"that {say(one)} comes before {say(other)}"
    level = [
        (one, other)
        for one, other in permutations(sorted(here.keys() & there.keys()), 2)
        if here[one] == here[other] and there[one] != there[other]
    ]
    return f"that {say(level[0][0])} and {say(level[0][1])} are equal" if level else ""
