"""The contract that everything that decides keeps.

A strategy is a fold over the standing votes of one question. *What is learned can be reverted;
asking changes nothing.* One test, ``tests/engine/test_contract.py``, holds all of them to this.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from workers.engine.decision import Decision
from workers.engine.votes import Vote

if TYPE_CHECKING:
    from typing_extensions import Self  # in typing from Python 3.11 on

State = Mapping[str, "NDArray[np.generic] | str | int | float | list[str]"]


@dataclass(frozen=True, slots=True)
class Reliability:
    """What the model believes of one annotator.

    Attributes
    ----------
    annotator : str
    accuracy : float in [0, 1]
        Expected share of true answers.
    low, high : float in [0, 1]
        The interval that holds the accuracy with probability 0.9.
    n_votes : int
        Standing votes.
    confusion : ndarray of shape (n_labels, n_labels), rows sum to 1
        ``confusion[true, given]``, in the question's order of labels.
    """

    annotator: str
    accuracy: float
    low: float
    high: float
    n_votes: int
    confusion: NDArray[np.float64]


class Strategy(ABC):
    """How the votes on one question become decisions.

    Neither the order of the votes nor the names of the annotators and records matter, beyond the
    rounding of floats. Of several votes of one annotator on one record the last one stands.
    `fit` comes first, with no votes where there are none yet.
    """

    name: ClassVar[str]

    @abstractmethod
    def __init__(self, labels: tuple[str, ...]) -> None:
        """Only stores. Subclasses take their hyperparameters as further keyword arguments."""

    @abstractmethod
    def fit(self, votes: Iterable[Vote]) -> Self:
        """Forget everything and learn these votes, from scratch. Raises UnknownLabel."""

    @abstractmethod
    def refit(self) -> Self:
        """Fit from scratch on the votes that stand. What `moved` last reported is kept."""

    @abstractmethod
    def learn(self, vote: Vote) -> None:
        """Add one vote; it takes the place of the annotator's earlier one. Raises UnknownLabel."""

    @abstractmethod
    def revert(self, vote: Vote) -> None:
        """Take one vote out again. Raises VoteNotStanding. An edit is `revert` then `learn`."""

    @abstractmethod
    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        """Decide these records, in this order, known or not. Changes nothing.

        A confidence below `floor` (a probability) abstains and says so.
        """

    @abstractmethod
    def moved(self, tolerance: float) -> list[str]:
        """Return the records whose decision moved since it was last reported here, and note them.

        Moved: some label's posterior differs by more than `tolerance` (a probability), or another
        label leads. What the last votes changed about their annotators reaches the annotators'
        other records here. After `fit`, every record with a vote has moved.
        """

    @abstractmethod
    def annotators(self) -> list[Reliability]:
        """Return what the model believes of every annotator with a standing vote."""

    @property
    @abstractmethod
    def staleness(self) -> float:
        """Votes changed since the last full fit, as a fraction of the votes then (of 1 if none)."""

    @property
    @abstractmethod
    def n_votes(self) -> int:
        """Standing votes."""

    @abstractmethod
    def state(self) -> dict[str, NDArray[np.generic] | str | int | float | list[str]]:
        """Return the whole model as data; `workers.engine.snapshot` makes bytes of it.

        The keys ``strategy`` (its name) and ``labels`` are always there.
        """

    @classmethod
    @abstractmethod
    def from_state(cls, state: State) -> Self:
        """The strategy that `state` was taken of."""
