"""What strategies share that choose among candidate values: the fold over the standing facts.

How facts become a `Choice` is each strategy's own (`rating`, `text`, `custom`). Strategies for label
questions stand on `workers.engine.label.label_model` instead.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from scipy.special import betaincinv

from argilla_distill.workers.engine.contract.choice import Choice
from argilla_distill.workers.engine.contract.current_facts import Standing
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, Value, question_of
from argilla_distill.workers.engine.contract.strategy import Reliability, State, Strategy

if TYPE_CHECKING:
    from typing_extensions import Self

REFIT_SHARE = 0.01
"""`moved` refits when more than this share of votes changed."""

SWEEPS = 3
"""At most so many rounds of annotators and records changing one another in one `moved`."""

Report = tuple[Value, Mapping[str, float]]
"""A leader and the posterior."""


class ValueModel(Strategy):
    """A fold over the standing facts of one question.

    Attributes
    ----------
    standing_ : Standing
    reported_ : mapping of record to what `moved` last reported of it
    """

    keeps: ClassVar[tuple[type[Fact], ...]] = (Vote, Adjudication)
    """The kinds of facts that it has a use for."""

    standing_: Standing
    reported_: dict[str, Report]
    _touched: set[str] | None  # records that may have moved; None: all of them

    def __init__(self, question: Question) -> None:
        self.question = question

    @abstractmethod
    def _fit(self) -> None:
        """Set the model from `standing_`, from scratch."""

    @abstractmethod
    def _choices(self, records: Sequence[str]) -> list[Choice]:
        """What the model as it is now holds of these records, known or not."""

    def _checked(self, value: Value) -> Value:
        """The value as the question takes it. Raises BadValue."""
        return value

    def _leave(self, record: str) -> None:
        """Take out of the model what the record's votes and adjudication told it."""

    def _enter(self, record: str) -> None:
        """Tell the model what the record's votes and adjudication are now."""

    def _settle(self, tolerance: float) -> None:
        """Let changed annotators reach their other records, such as by `_spread`."""

    def _of_drifted(self, tolerance: float) -> set[str]:
        """The records of annotators who moved far enough to move a posterior by `tolerance`."""
        return set()

    def _again(self, record: str) -> None:
        """Tell the model anew what the record says, its annotators being what they are now."""

    def _spread(self, tolerance: float, refit_below: int) -> None:
        """Refit if that is due, or else let annotators and records change one another."""
        few = len(self.standing_) < refit_below and self._changed > 0
        if few or self._changed > REFIT_SHARE * self._fitted_votes:
            self.refit()
        if self._touched is None:
            return
        for _ in range(SWEEPS):
            records = self._of_drifted(tolerance)
            if not records:
                return
            for record in sorted(records):
                self._again(record)
            self._touch(records)

    def _differs(self, before: Report, now: Decision, tolerance: float) -> bool:
        leader, posterior = before
        names = posterior.keys() | now.posterior.keys()
        gaps = (abs(posterior.get(name, 0.0) - now.posterior.get(name, 0.0)) for name in names)
        return leader != now.leader or max(gaps, default=0.0) > tolerance

    # -- the contract -----------------------------------------------------------------------

    def fit(self, facts: Iterable[Fact]) -> Self:
        kept = (fact for fact in facts if isinstance(fact, self.keeps))
        self.standing_ = Standing(self._valid(fact) for fact in kept)
        self.reported_ = {}
        return self.refit()

    def refit(self) -> Self:
        self._fit()
        self._fitted_votes = len(self.standing_)
        self._changed = 0
        self._touched = None
        return self

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, self.keeps):
            self._change(self._valid(fact), self.standing_.learn)

    def revert(self, fact: Fact) -> None:
        if isinstance(fact, self.keeps):
            fact = self._valid(fact)
            self.standing_.must_stand(fact)
            self._change(fact, self.standing_.revert)

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        records = list(records)
        choices = self._choices(records)
        return [c.decision(record, floor) for record, c in zip(records, choices, strict=True)]

    def moved(self, tolerance: float) -> list[str]:
        self._settle(tolerance)
        votes, adjudications = self.standing_.votes, self.standing_.adjudications
        touched = self._touched
        if touched is None:
            touched = votes.keys() | adjudications.keys() | self.reported_.keys()
        self._touched = set()
        moved = []
        for now in self.decide(sorted(touched)):
            record, before = now.record, self.reported_.get(now.record)
            heard = record in votes or record in adjudications
            if before is None or not heard:
                differs = heard or before is not None
            else:
                differs = self._differs(before, now, tolerance)
            if differs:
                moved.append(record)
                self.reported_[record] = now.leader, now.posterior
            if not heard:
                self.reported_.pop(record, None)
        return moved

    @property
    def staleness(self) -> float:
        return self._changed / max(self._fitted_votes, 1)

    @property
    def n_votes(self) -> int:
        return len(self.standing_)

    def state(self) -> dict[str, Any]:
        return {
            "strategy": self.name,
            "question": asdict(self.question),
            "standing": self.standing_.state(),
            "reported": [[r, leader, dict(p)] for r, (leader, p) in self.reported_.items()],
            "touched": None if self._touched is None else sorted(self._touched),
            "fitted_votes": self._fitted_votes,
            "changed": self._changed,
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        values: dict[str, Any] = dict(state)
        self = cls(question_of(values["question"]))
        self.standing_ = Standing.of_state(values["standing"], self.question.type == "span")
        self.reported_ = {r: (leader, p) for r, leader, p in values["reported"]}
        touched = values["touched"]
        self._touched = None if touched is None else set(touched)
        self._fitted_votes = int(values["fitted_votes"])
        self._changed = int(values["changed"])
        return self

    # -- inside -----------------------------------------------------------------------------

    def _touch(self, records: Iterable[str]) -> None:
        if self._touched is not None:
            self._touched.update(records)

    def _valid(self, fact: Fact) -> Fact:
        if isinstance(fact, Vote | Adjudication):
            return fact._replace(value=self._checked(fact.value))
        return fact

    def _change(self, fact: Fact, change: Any) -> None:
        if isinstance(fact, Vote | Adjudication):
            self._leave(fact.record)
            change(fact)
            self._enter(fact.record)
            self._changed += 1
            self._touch([fact.record])
        else:
            change(fact)
            self._heed(fact)

    def _heed(self, fact: Fact) -> None:
        """A content or a source changed."""


def believed(
    annotator: str,
    accuracy: float,
    strength: float,
    n_votes: int,
    traits: Mapping[str, float] | None = None,
) -> Reliability:
    """A reliability whose accuracy is the mean of a Beta worth `strength` votes.

    >>> believed("ann", 0.8, 10.0, 2).low < 0.8 < believed("ann", 0.8, 10.0, 2).high
    True
    """
    accuracy = min(max(accuracy, 0.001), 0.999)
    a, b = accuracy * strength, (1 - accuracy) * strength
    low, high = float(betaincinv(a, b, 0.05)), float(betaincinv(a, b, 0.95))
    return Reliability(annotator, accuracy, low, high, n_votes, None, traits or {})
