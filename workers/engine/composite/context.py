"""What the elements of a record say about each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from argilla_distill.workers.engine.composite.record_elements import RecordElements, WholeValue
from argilla_distill.workers.engine.composite.taken_apart import TakenApart
from argilla_distill.workers.engine.contract.numbers import Floats


class Context:
    """Here: nothing. Each type of question has contexts that override some of these methods."""

    def prepare(self, taken: TakenApart) -> None:
        """Tell the models what they need to know before they are fitted."""

    def learn(self, taken: TakenApart) -> None:
        """Learn how elements depend on each other, from all records and their fitted models."""

    def apply(self, taken: TakenApart, on: RecordElements) -> list[Floats]:
        """Return the posterior of the record's elements in the light of each other."""
        return on.own

    def voices(self, taken: TakenApart, on: RecordElements, whole: WholeValue) -> dict[str, float]:
        """Return what each annotator's vote on other elements adds to the weakest one, in nats."""
        return {}

    def independent_votes(self, taken: TakenApart, on: RecordElements) -> float | None:
        """How many votes that err independently the votes on each element count as.

        None where elements differ in that, or where nobody reckons with it.
        """
        return None

    def state(self) -> dict[str, Any]:
        """Return what was learned, as data."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""
