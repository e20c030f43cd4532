"""What `argilla_distill.strategies` promises: a team's strategy needs nothing else of the package."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import argilla_distill
from argilla_distill import strategies

ROOT = Path(argilla_distill.__file__).resolve().parent.parent

WHOLE_CONTRACT = '''
"""A strategy that keeps the whole contract, with types."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from argilla_distill.strategies import (
    Adjudication,
    BadValue,
    Content,
    CurrentFacts,
    Custom,
    Decision,
    Fact,
    NotCurrent,
    Question,
    Reliability,
    Source,
    State,
    Strategy,
    Training,
    Vote,
)


class PeopleFirst(Custom):
    name = "people_first"
    types = frozenset({"label", "rating"})

    def posterior(self, votes: Sequence[Vote]) -> Mapping[str, float]:
        facts: CurrentFacts = self.facts
        kinds = [facts.sources.get(vote.annotator, "person") for vote in votes]
        return {str(vote.value): 3.0 if kind == "person" else 1.0 for vote, kind in zip(votes, kinds)}


class Silent(Strategy):
    """Abstains always."""

    name = "silent"

    def __init__(self, question: Question) -> None:
        self.question = question
        self.facts = CurrentFacts()

    def fit(self, facts: Iterable[Fact]) -> "Silent":
        self.facts = CurrentFacts(facts)
        return self

    def refit(self) -> "Silent":
        return self

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, Vote | Adjudication) and fact.value is None:
            raise BadValue("nothing")
        self.facts.learn(fact)

    def revert(self, fact: Fact) -> None:
        try:
            self.facts.revert(fact)
        except NotCurrent:
            raise

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        return [Decision(r, None, None, None, 0.0, {}, 0.0, (), "silent") for r in records]

    def moved(self, tolerance: float) -> list[str]:
        return []

    def annotators(self) -> list[Reliability]:
        return []

    @property
    def training(self) -> Training | None:
        return None

    @property
    def staleness(self) -> float:
        return 0.0

    @property
    def n_votes(self) -> int:
        return len(self.facts)

    def state(self) -> dict[str, Any]:
        return {"strategy": self.name, "facts": self.facts.state()}

    @classmethod
    def from_state(cls, state: State) -> "Silent":
        self = cls(Question("label"))
        self.facts = CurrentFacts.of_state(state["facts"])
        return self


def use(question: Question) -> list[Decision]:
    facts: list[Fact] = [Vote("r", "ann", "yes"), Source("ann", "model"), Content("r", "a text")]
    return [*PeopleFirst(question).fit(facts).decide(["r"]), *Silent(question).fit(facts).decide(["r"])]
'''


def documented() -> str:
    """The module that docs/strategies.md shows first."""
    page = (ROOT / "docs" / "strategies.md").read_text("utf-8")
    found = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


def test_a_strategy_is_written_and_type_checked_outside_the_repository(tmp_path: Path) -> None:
    """Under mypy strict, by the types that the installed package has; nobody needs its inner names."""
    (tmp_path / "acme_whole.py").write_text(WHOLE_CONTRACT, "utf-8")
    (tmp_path / "mypy.ini").write_text(
        f"[mypy]\nstrict = true\nmypy_path = {ROOT}\nfollow_imports = silent\n", "utf-8"
    )
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), "acme_whole.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert (ROOT / "argilla_distill" / "py.typed").exists()


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
