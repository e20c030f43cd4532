"""The strategies of docs/three_strategies.md do what the page says."""

from __future__ import annotations

import re
from typing import Any

from argilla_distill import strategies
from argilla_distill.workers.engine.contract.terms import Terms
from argilla_distill.workers.engine.dated import DAY_MS, Dated
from tests.places import ROOT

ASKED = strategies.Question("label", ("no", "yes"))


def shown(name: str) -> Any:
    """One of the page's classes."""
    page = (ROOT / "docs" / "three_strategies.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    space: dict[str, Any] = {"__name__": "acme_three"}
    exec(code, space)
    return space[name]


def said(*votes: tuple[str, str, int]) -> list[strategies.Vote]:
    """Who says what, on which day."""
    return [strategies.Vote("r", who, what, at=day * DAY_MS) for who, what, day in votes]


def test_one_veto_is_enough() -> None:
    votes = said(("ann", "no", 0), ("bob", "no", 0), ("cas", "yes", 0))
    assert shown("OneVeto")(ASKED).fit(votes).decide(["r"])[0].value == "yes"
    assert shown("OneVeto")(ASKED).fit(votes[:2]).decide(["r"])[0].value == "no"


def test_where_an_expert_has_answered_only_experts_count() -> None:
    votes = said(("ada", "yes", 0), ("bob", "no", 0), ("cas", "no", 0))
    assert shown("ExpertsFirst")(ASKED).fit(votes).decide(["r"])[0].value == "yes"
    assert shown("ExpertsFirst")(ASKED).fit(votes[1:]).decide(["r"])[0].value == "no"


def test_the_newest_answer_counts_more_than_two_old_ones() -> None:
    votes = said(("ann", "no", 0), ("bob", "no", 0), ("cas", "yes", 30))
    recent = shown("RecentFirst")
    assert recent(ASKED).fit(votes).decide(["r"])[0].value == "no"
    fading = Dated(recent(ASKED), Terms(half_life_days=10))
    assert fading.fit(votes).decide(["r"])[0].value == "yes"
