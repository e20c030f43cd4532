"""Strategies as the live service has them: ours as they are, a team's own confined to a process.

What is asked of the other process, and how it is stopped, is `strategy_process`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Content, Fact
from argilla_distill.workers.engine.contract.question import Question, question_of
from argilla_distill.workers.engine.contract.strategy import Reliability, State, Strategy, Training
from argilla_distill.workers.engine.contract.terms import PLAIN, Terms
from argilla_distill.workers.engine.dated import DATED, Dated, dated
from argilla_distill.workers.engine.errors import EngineError, NotCurrent, StrategyFailed
from argilla_distill.workers.models.strategy_process import StrategyProcess

if TYPE_CHECKING:
    from typing_extensions import Self

LIMIT_S = 20.0
"""How long one call may take where nobody says otherwise."""

SLACK = 1e-6
"""By so much may probabilities miss 1 in sum, for rounding."""


class Confined(Strategy):
    """A team's own strategy, which runs in a process of its own.

    Keeps the contract of strategies; what it raises beside that, and any result that is not sound,
    is `StrategyFailed`. After that it can only be closed.
    """

    name = "confined"

    def __init__(self, question: Question, process: StrategyProcess) -> None:
        self.question = question
        self.process = process
        setattr(self, "name", process.name)  # noqa: B010 - a class variable to mypy

    @classmethod
    def create(cls, name: str, question: Question, limit_s: float = LIMIT_S) -> Self:
        """A new one, not fitted yet. Raises as `registry.create` does, and StrategyFailed."""
        return cls._begun(name, question, limit_s, "create")

    @classmethod
    def from_state(cls, state: State, limit_s: float = LIMIT_S) -> Self:
        """The one that `state` was taken of. Raises as `registry.restore` does, and StrategyFailed."""
        question = question_of(state["question"])
        return cls._begun(str(state["strategy"]), question, limit_s, "restore", state)

    @classmethod
    def _begun(
        cls, name: str, question: Question, limit_s: float, how: str, *arguments: Any
    ) -> Self:
        process = StrategyProcess(name, question, limit_s)
        try:
            process.ask(how, *arguments)
        except EngineError:
            process.close()
            raise
        return cls(question, process)

    @property
    def failure(self) -> EngineError | None:
        """Why it cannot be asked any more; None as long as it can."""
        return self.process.failure

    def close(self) -> None:
        """End its process. May be repeated."""
        self.process.close()

    def fit(self, facts: Iterable[Fact]) -> Self:
        self._ask("fit", list(facts))
        return self

    def refit(self) -> Self:
        self._ask("refit")
        return self

    def learn(self, fact: Fact) -> None:
        self._ask("learn", fact)

    def revert(self, fact: Fact) -> None:
        self._ask("revert", fact)

    def knows(self, content: Content) -> bool:
        return bool(self._ask("knows", content))

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        wanted = list(records)
        decisions: list[Decision] = self._ask("decide", wanted, floor)
        if [getattr(each, "record", None) for each in decisions] != wanted:
            raise self.process.fail("decide returned other records than it was asked for")
        for decision in decisions:
            why = unsound(self.question, decision)
            if why:
                raise self.process.fail(f"its decision of record {decision.record}: {why}")
        return decisions

    def moved(self, tolerance: float) -> list[str]:
        return list(self._ask("moved", tolerance))

    def annotators(self) -> list[Reliability]:
        found: list[Reliability] = self._ask("annotators")
        for each in found:
            if not all(map(_is_probability, (each.low, each.accuracy, each.high))):
                raise self.process.fail(f"the reliability of annotator {each.annotator}: {each}")
        return found

    @property
    def training(self) -> Training | None:
        found: Training | None = self._ask("training")
        return found

    @property
    def staleness(self) -> float:
        return float(self._ask("staleness"))

    @property
    def n_votes(self) -> int:
        return int(self._ask("n_votes"))

    def state(self) -> dict[str, Any]:
        return dict(self._ask("state"))

    def _ask(self, method: str, *arguments: Any) -> Any:
        try:
            return self.process.ask(method, *arguments)
        except (NotCurrent, StrategyFailed):
            raise
        except (
            EngineError
        ) as error:  # it refused what the question takes, or its own posterior is off
            raise self.process.fail(f"{method}: {error}") from None


def create(name: str, question: Question, limit_s: float, terms: Terms = PLAIN) -> Strategy:
    """A strategy by name, not fitted yet; a team's own may take `limit_s` seconds for each call.

    Raises
    ------
    UnknownStrategy, UnsuitedStrategy, UnsuitedTerms : as `registry.create`.
    StrategyFailed : a team's own cannot be made.
    """
    if registry.built_in(name):
        return registry.create(name, question, terms)
    if terms != PLAIN:
        registry.suited(name, question, terms)
    return dated(Confined.create(name, question, limit_s), terms)


def restore(state: State, limit_s: float) -> Strategy:
    """The strategy that this is the state of. Raises as `create` does, and BadSnapshot."""
    if registry.built_in(state.get("strategy")):
        return registry.restore(state)
    inner = Confined.from_state({k: v for k, v in state.items() if k != DATED}, limit_s)
    return Dated.around(inner, state) if DATED in state else inner


def process_of(strategy: Strategy) -> Confined | None:
    """The part of a strategy that runs in a process of its own, if any does."""
    inner = strategy.inner if isinstance(strategy, Dated) else strategy
    return inner if isinstance(inner, Confined) else None


def close(strategy: Strategy) -> None:
    """End the process of a team's own strategy; others have none. May be repeated."""
    own = process_of(strategy)
    if own is not None:
        own.close()


@contextmanager
def restored(state: State, limit_s: float) -> Iterator[Strategy]:
    """The same for as long as it is needed. Raises as `restore` does."""
    strategy = restore(state, limit_s)
    try:
        yield strategy
    finally:
        close(strategy)


def unsound(question: Question, decision: Decision) -> str:
    """Why a decision cannot be published; empty where it can.

    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> asked, posterior = label_question("yes", "no"), {"yes": math.nan, "no": 0.5}
    >>> unsound(asked, Decision("r", "yes", "yes", "no", 0.5, posterior, 0.0, (), None))
    "the posterior is no distribution: P('yes') is nan"
    """
    for name, p in decision.posterior.items():
        if not _is_probability(p):
            return f"the posterior is no distribution: P({name!r}) is {p}"
    total = sum(decision.posterior.values())
    chosen = question.type in ("label", "rating")
    if chosen and decision.posterior and abs(total - 1) > SLACK:
        return f"the posterior is no distribution: it sums to {total:g}"
    if not all(map(_is_probability, (decision.confidence, *(decision.scores or ())))):
        return f"the confidence is no probability: {decision.confidence}, {decision.scores}"
    pulls = [decision.prior_log_odds, *(each.log_odds for each in decision.contributions)]
    if not all(map(math.isfinite, pulls)):
        return "a log odds is no number"
    allowed = question.labels if question.type == "label" else question.scale
    for value in (decision.value, decision.leader):
        if chosen and allowed and value is not None and value not in allowed:
            return f"{value!r} is none of {', '.join(map(str, allowed))}"
    return ""


def _is_probability(number: object) -> bool:
    return isinstance(number, int | float) and -SLACK <= number <= 1 + SLACK
