"""What `argilla_distill.strategies` promises: a team's strategy needs nothing else of the package."""

from __future__ import annotations

import re

from argilla_distill import strategies
from tests.places import ROOT
from tests.whole_contract import WHOLE_CONTRACT


def documented() -> str:
    """The module that docs/strategies.md shows first."""
    page = (ROOT / "docs" / "strategies.md").read_text("utf-8")
    found = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


def test_what_type_checks_runs_as_well() -> None:
    space: dict[str, object] = {"__name__": "acme_whole"}
    exec(WHOLE_CONTRACT, space)
    use = space["use"]
    assert callable(use)
    first, second = use(strategies.Question("label", ("yes", "no")))
    assert (first.value, second.abstention) == ("yes", "silent")


def test_the_documented_strategy_runs() -> None:
    space: dict[str, object] = {"__name__": "acme_rules"}
    exec(documented(), space)
    strategy = space["PeopleFirst"]
    assert isinstance(strategy, type)
    assert issubclass(strategy, strategies.Custom)
    votes = [strategies.Vote("r", name, "yes") for name in ("gpt", "claude")]
    facts = [*votes, strategies.Vote("r", "ann", "no")]
    kinds = [strategies.Source(name, "model") for name in ("gpt", "claude")]
    [decision] = (
        strategy(strategies.Question("label", ("yes", "no"))).fit([*facts, *kinds]).decide(["r"])
    )
    assert decision.value == "no"


def test_every_name_that_is_promised_is_there() -> None:
    assert sorted(strategies.__all__) == strategies.__all__
    assert all(hasattr(strategies, name) for name in strategies.__all__)
