"""The part of a strategy that is its own: how facts become a choice among candidate values.

`workers.engine.contract.choice_strategy` has such a part, and does everything else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from argilla_distill.workers.engine.contract.choice import Choice
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.movement import Movement, Report, differ
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.contract.strategy import Reliability, Training

REFIT_SHARE = 0.01
"""A model is refitted when more than this share of the votes changed."""


class ChoiceModel(ABC):
    """How facts become choices.

    A model is given the facts once, with `fit` or `restore`; they are changed by the strategy that
    owns them, between `leave` and `enter`. Only what must be defined is abstract: a model that
    learns nothing from other records leaves the rest as it is.

    Attributes
    ----------
    facts : CurrentFacts
    """

    facts: CurrentFacts

    @abstractmethod
    def checked(self, value: Value) -> Value:
        """Return the value as the question takes it. Raises BadValue."""

    @abstractmethod
    def fit(self, facts: CurrentFacts) -> None:
        """Learn from scratch."""

    @abstractmethod
    def choices(self, records: Sequence[str]) -> list[Choice]:
        """Return what the model as it is now holds of these records, known or not."""

    @abstractmethod
    def annotators(self) -> list[Reliability]:
        """Return what the model believes of every annotator with a current vote."""

    @property
    def training(self) -> Training | None:
        """What adjudications have made of it; None for models that are not trained."""
        return None

    # -- what one fact changes --------------------------------------------------------------

    def leave(self, record: str) -> None:  # noqa: B027 - a model may learn nothing of it
        """Forget what the record's votes and adjudication taught, before one of them changes."""

    def enter(self, record: str) -> None:  # noqa: B027 - likewise
        """Learn what the record's votes and adjudication are now."""

    def relearn(self, record: str) -> None:
        """Learn anew from a record whose annotators changed, and whose facts did not."""
        self.leave(record)
        self.enter(record)

    def drifted(self, tolerance: float) -> set[str]:
        """Return the records of annotators who changed enough to move a posterior by `tolerance`.

        Each change is returned once.
        """
        return set()

    def refit_due(self, movement: Movement[str]) -> bool:
        """Whether to fit from scratch, so many facts having changed since the last fit."""
        return False

    def differs(self, before: Report, now: Report, tolerance: float) -> bool:
        """Whether a decision differs from what was reported by more than `tolerance`."""
        return differ(before, now, tolerance)

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return all that was learned, as data."""
        return {}

    def restore(self, facts: CurrentFacts, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; `facts` are what it was learned from."""
        self.facts = facts
