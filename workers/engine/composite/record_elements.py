"""The elements of one record: what was said about each, and the whole value that they make.

`workers.engine.composite.composite` says what elements are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from argilla_distill.workers.engine.contract.decision import (
    ADJUDICATED,
    REVIEW,
    Contribution,
    Decision,
    why_abstain,
)
from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Value

Element = tuple[int, str]
"""A model's number, and the element's name within its record."""


@dataclass(frozen=True, slots=True)
class RecordElements:
    """What is known about one record's elements, before anything is decided.

    Attributes
    ----------
    record : str
    votes : mapping of annotator to Vote
    verdict : value of the adjudication, or None
    elements : list of Element
    own : list of ndarray of shape (n_labels of the element's model,), sums to 1
        What the votes on each element alone say.
    posterior : list likewise
        The same, and what the record's other elements say.
    nothing_said : bool
        Whether anybody ever said "nothing" of any record.
    """

    record: str
    votes: Mapping[str, Vote]
    verdict: Value
    elements: list[Element]
    own: list[Floats]
    posterior: list[Floats]
    nothing_said: bool = False

    @property
    def heard(self) -> bool:
        """Whether there is a vote or an adjudication."""
        return bool(self.votes) or self.verdict is not None

    def of(self, element: Element) -> Floats:
        return self.posterior[self.elements.index(element)]


@dataclass(frozen=True, slots=True)
class WholeValue:
    """The value that a record's elements make. The attributes are those of `Decision`, and

    tied : list of str, names of what is equally probable; empty if there is a leader
    weakest : Element, or None without elements
        The one that the runner-up decides otherwise than the leader.
    sides : tuple of two codes of the element's labels: the leader's and the runner-up's
    """

    leader: Value
    runner_up: Value
    scores: tuple[float, ...]
    confidence: float
    posterior: Mapping[str, float]
    tied: list[str]
    weakest: Element | None
    sides: tuple[int, int]

    def decision(
        self,
        on: RecordElements,
        prior: float,
        voices: Mapping[str, float],
        accuracy: Mapping[str, float],
        floor: float,
    ) -> Decision:
        """Return the decision about the record, for these reasons; `accuracy` is by annotator."""
        adjudicated = on.verdict is not None
        contributions = [
            Contribution(name, vote.value, accuracy[name], voices.get(name, 0.0))
            for name, vote in sorted(on.votes.items())
        ]
        if adjudicated:
            contributions.append(Contribution(REVIEW, on.verdict, ADJUDICATED, prior))
            prior = 0.0
        why = why_abstain(len(on.votes) + adjudicated, self.tied, self.confidence, floor)
        leader = None if self.tied else self.leader
        return Decision(
            record=on.record,
            value=leader if why is None else None,
            leader=leader,
            runner_up=None if self.tied else self.runner_up,
            confidence=self.confidence,
            posterior=self.posterior,
            prior_log_odds=prior,
            contributions=tuple(contributions),
            abstention=why,
            scores=None if self.tied else self.scores,
            adjudicated=adjudicated,
        )
