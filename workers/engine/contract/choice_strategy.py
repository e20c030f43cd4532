"""Strategies that choose among candidate values: current facts, and a model of them.

How facts become a choice is the model's business (`workers.engine.contract.choice_model`): each of
the rooms `rating` and `text` has its own, and `custom` one for a team's. Label questions have
`workers.engine.label`, values of several parts `workers.engine.composite`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from argilla_distill.workers.engine.contract.choice_model import ChoiceModel
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source, Vote
from argilla_distill.workers.engine.contract.movement import Movement, Report, Reported
from argilla_distill.workers.engine.contract.question import Question, question_of
from argilla_distill.workers.engine.contract.strategy import Reliability, State, Strategy, Training
from argilla_distill.workers.engine.contract.terms import Rating

if TYPE_CHECKING:
    from typing_extensions import Self

MAX_SWEEPS = 3
"""So many rounds of annotators and records changing one another at most, in one `moved`."""


class ChoiceStrategy(Strategy):
    """A fold over the facts about one question, with a model that chooses.

    Attributes
    ----------
    question : Question
    model : ChoiceModel
        What learns from the facts and chooses among the candidates. Each strategy's constructor
        makes its own.
    facts_ : CurrentFacts
    movement_ : Movement
    reported_ : Reported
    rating : Rating
        Which value of a scale is decided.
    """

    keeps: ClassVar[tuple[type[Fact], ...]] = (Vote, Adjudication)
    """The kinds of facts that it has a use for."""

    question: Question
    model: ChoiceModel
    rating: Rating = "most_probable"
    facts_: CurrentFacts
    movement_: Movement[str]
    reported_: Reported

    def fit(self, facts: Iterable[Fact]) -> Self:
        kept = (fact for fact in facts if isinstance(fact, self.keeps))
        self.facts_ = CurrentFacts(self._checked(fact) for fact in kept)
        self.movement_, self.reported_ = Movement(), Reported()
        return self.refit()

    def refit(self) -> Self:
        self.model.fit(self.facts_)
        self.movement_.fitted(len(self.facts_))
        return self

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, self.keeps):
            self._change(self._checked(fact), self.facts_.learn)

    def revert(self, fact: Fact) -> None:
        if isinstance(fact, self.keeps):
            fact = self._checked(fact)
            self.facts_.require(fact)
            self._change(fact, self.facts_.revert)

    def knows(self, content: Content) -> bool:
        if Content not in self.keeps:
            return True
        return self.facts_.contents.get(content.record) == content.text

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        records = list(records)
        choices = self.model.choices(records)
        if self.question.scale:
            choices = [choice.central(self.rating) for choice in choices]
        return [c.decision(record, floor) for record, c in zip(records, choices, strict=True)]

    def moved(self, tolerance: float) -> list[str]:
        self._spread(tolerance)
        votes, adjudications = self.facts_.votes, self.facts_.adjudications
        touched = self.movement_.take(
            lambda: {*votes, *adjudications, *self.reported_},
        )
        now = (
            Report(d.record, d.record in votes or d.record in adjudications, d.leader, d.posterior)
            for d in self.decide(touched)
        )
        return self.reported_.differing(now, tolerance, self.model.differs)

    def annotators(self) -> list[Reliability]:
        return self.model.annotators()

    @property
    def training(self) -> Training | None:
        return self.model.training

    @property
    def fit_due(self) -> bool:
        return self.model.refit_due(self.movement_)

    @property
    def staleness(self) -> float:
        return self.movement_.staleness

    @property
    def n_votes(self) -> int:
        return len(self.facts_)

    def state(self) -> dict[str, Any]:
        return {
            "strategy": self.name,
            "question": asdict(self.question),
            "standing": self.facts_.state(),
            "reported": self.reported_.state(),
            **self.movement_.state(),
            **self.model.state(),
            **({} if self.rating == "most_probable" else {"rating": self.rating}),
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = cls(question_of(state["question"]))
        self.facts_ = CurrentFacts.of_state(state["standing"], self.question.type == "span")
        self.rating = state.get("rating", "most_probable")
        self.reported_, self.movement_ = Reported(), Movement()
        self.reported_.restore(state["reported"])
        self.movement_.restore(state)
        self.model.restore(self.facts_, state)
        return self

    # -- inside -----------------------------------------------------------------------------

    def _checked(self, fact: Fact) -> Fact:
        if isinstance(fact, Vote | Adjudication):
            return fact._replace(value=self.model.checked(fact.value))
        return fact

    def _change(self, fact: Fact, change: Callable[[Fact], None]) -> None:
        if isinstance(fact, Vote | Adjudication):
            self.model.leave(fact.record)
            change(fact)
            self.model.enter(fact.record)
            self.movement_.changed([fact.record])
        else:
            change(fact)
            if isinstance(fact, Content):
                self.movement_.touch([fact.record])
            elif isinstance(fact, Source):
                self.movement_.touch(self.facts_.records.get(fact.annotator, ()))

    def _spread(self, tolerance: float) -> None:
        """Refit if that is due; otherwise let annotators and records change one another."""
        if self.fits_itself and self.fit_due:
            self.refit()
        if self.movement_.touched is None:
            return
        for _ in range(MAX_SWEEPS):
            records = self.model.drifted(tolerance)
            if not records:
                return
            for record in sorted(records):
                self.model.relearn(record)
            self.movement_.touch(records)
