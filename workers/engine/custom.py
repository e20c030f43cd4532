"""The base of a team's own strategy: it says how votes become a posterior, all else is here.

How it is found and named in settings is the business of `workers.engine.registry`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, VoteScores
from argilla_distill.workers.engine.contract.choice_model import ChoiceModel
from argilla_distill.workers.engine.contract.choice_strategy import ChoiceStrategy
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source, Vote
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.contract.reliability import (
    ANNOTATOR_VOTES,
    CROWD_ACCURACY,
    believed,
)
from argilla_distill.workers.engine.contract.strategy import Reliability
from argilla_distill.workers.engine.errors import BadPosterior, UnknownLabel

MIN_PROBABILITY = 1e-6
"""The least probability of a candidate: what was left out is not impossible."""

Posterior = Callable[[Sequence[Vote]], Mapping[str, float]]


class PosteriorModel(ChoiceModel):
    """Choices by a function from one record's votes to a posterior.

    Parameters
    ----------
    posterior : callable, see `Custom.posterior`

    Attributes
    ----------
    agreed_ : mapping of annotator to how many of their votes the decisions agreed with

    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> model = PosteriorModel(label_question("yes", "no"), lambda votes: {"yes": 3, "no": 1})
    >>> model.fit(CurrentFacts([Vote("r", "ann", "yes"), Vote("r", "ben", "no")]))
    >>> model.choices(["r"])[0].posterior(), model.agreed_
    (array([0.75, 0.25]), {'ann': 1, 'ben': 0})
    """

    agreed_: dict[str, int]

    def __init__(self, question: Question, posterior: Posterior) -> None:
        self.question = question
        self.posterior = posterior

    def checked(self, value: Value) -> Value:
        if self.question.type == "label" and value not in self.question.labels:
            raise UnknownLabel(value, self.question.labels)
        return value

    def fit(self, facts: CurrentFacts) -> None:
        self.facts = facts
        self.agreed_ = {}
        for record in sorted(self.facts.votes):
            choice = self._choice(record)
            p = choice.posterior()
            leader = choice.values[int(np.argmax(p))]
            for vote in self.facts.of(record):
                hit = vote.value == leader
                self.agreed_[vote.annotator] = self.agreed_.get(vote.annotator, 0) + hit

    def choices(self, records: Sequence[str]) -> list[Choice]:
        return [self._choice(record) for record in records]

    def _choice(self, record: str) -> Choice:
        votes, anchor = self.facts.of(record), self.facts.adjudications.get(record)
        values = self._candidates(votes, anchor)
        whole = self._log(votes, values)
        parts = [
            whole - self._log([other for other in votes if other is not vote], values)
            for vote in votes
        ]
        voices = [
            VoteScores(v.annotator, v.value, self._accuracy(v.annotator), part)
            for v, part in zip(votes, parts, strict=True)
        ]
        return Choice(values, whole - sum(parts, np.zeros(len(values))), voices, anchor)

    def _candidates(self, votes: Sequence[Vote], anchor: Value) -> list[Value]:
        """The question's labels or scale; if it has none, the values that were given."""
        of_question: list[Value] = [*self.question.labels, *self.question.scale]
        if self.question.type in ("label", "rating") and of_question:
            return of_question
        given = [vote.value for vote in votes] + ([] if anchor is None else [anchor])
        return [value for _, value in sorted({str(value): value for value in given}.items())]

    def _log(self, votes: Sequence[Vote], values: Sequence[Value]) -> Floats:
        """The log posterior; all values alike without votes."""
        if not votes:
            return np.full(len(values), -np.log(max(len(values), 1)))
        shares = self._shares(votes, [str(value) for value in values])
        return np.asarray(np.log(np.maximum(shares / shares.sum(), MIN_PROBABILITY)))

    def _shares(self, votes: Sequence[Vote], names: Sequence[str]) -> Floats:
        """What `posterior` returns, by value. Raises BadPosterior where it is no distribution."""
        found = self.posterior(votes)

        def refused(why: str) -> BadPosterior:
            return BadPosterior(votes[0].record, why)

        if not isinstance(found, Mapping):
            raise refused(
                f"it is of type {type(found).__name__}, not a mapping of values to shares"
            )
        by_name = {str(value): share for value, share in found.items()}
        unknown = sorted(by_name.keys() - set(names))
        if unknown and self.question.type in ("label", "rating"):
            raise refused(f"{unknown[0]!r} is none of {', '.join(names)}")
        for name, share in by_name.items():
            if not isinstance(share, Real) or not 0 <= share < np.inf:
                raise refused(f"the share of {name!r} is {share!r}")
        shares = np.array([float(by_name.get(name, 0.0)) for name in names], np.float64)
        if not 0 < shares.sum() < np.inf:
            raise refused(f"its shares sum to {shares.sum():g}")
        return shares

    def _accuracy(self, annotator: str) -> float:
        n = len(self.facts.records.get(annotator, ()))
        hits = min(self.agreed_.get(annotator, 0), n)
        return (hits + ANNOTATOR_VOTES * CROWD_ACCURACY) / (n + ANNOTATOR_VOTES)

    def annotators(self) -> list[Reliability]:
        return [
            believed(name, self._accuracy(name), len(records) + ANNOTATOR_VOTES, len(records))
            for name, records in self.facts.records.items()
        ]

    def state(self) -> dict[str, Any]:
        return {"agreed": self.agreed_}

    def restore(self, facts: CurrentFacts, state: Mapping[str, Any]) -> None:
        self.facts, self.agreed_ = facts, dict(state["agreed"])


class Custom(ChoiceStrategy):
    """A strategy of which only `name` and `posterior` are to be written.

    - An adjudicated record is decided by its adjudication, one without votes abstains, equal
      posteriors tie.
    - A vote's part in the decision is what the log posterior would lack without it; what the votes
      do not add up to is in the prior.
    - An annotator's accuracy is the share of their votes that the decisions agreed with at the last
      fit, the crowd's usual one worth ANNOTATOR_VOTES.
    - Whatever else is known, such as ``self.facts.sources`` and ``self.facts.contents``, may be
      looked up. A posterior that depends on more than the record's votes is reported when the
      record is.

    >>> class Veto(Custom):
    ...     name = "veto"
    ...
    ...     def posterior(self, votes):
    ...         return {"no": 0.9, "yes": 0.1} if any(v.value == "no" for v in votes) else {"yes": 1}
    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> votes = [Vote("r", who, what) for who, what in (("ann", "yes"), ("ben", "no"))]
    >>> [decision] = Veto(label_question("yes", "no")).fit(votes).decide(["r"])
    >>> decision.value, round(decision.confidence, 2)
    ('no', 0.9)
    >>> [(c.annotator, round(c.log_odds, 1)) for c in decision.contributions]
    [('ann', 0.0), ('ben', 16.0)]
    """

    keeps: ClassVar[tuple[type[Fact], ...]] = (Vote, Adjudication, Content, Source)

    def __init__(self, question: Question) -> None:
        self.question, self.model = question, PosteriorModel(question, self.posterior)

    @abstractmethod
    def posterior(self, votes: Sequence[Vote]) -> Mapping[str, float]:
        """Return how probable each value is, as `str` has it, given one record's votes.

        `votes` are in the order of their annotators, at least one. The probabilities need not sum
        to 1, and what is left out has next to none. Must depend on nothing but the votes and the
        current `facts`. What is no distribution (not a number, below 0, all 0, of a value that the
        question does not take) is refused: BadPosterior.
        """

    @property
    def facts(self) -> CurrentFacts:
        """The current facts about the question, to look up and not to change."""
        return self.facts_

    @property
    def standing_(self) -> CurrentFacts:
        """The name of `facts` in the last release."""
        return self.facts_
