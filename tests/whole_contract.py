"""A strategy that keeps the whole contract, as somebody elsewhere writes it: it runs, and it type-checks."""

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
