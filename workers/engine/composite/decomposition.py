"""How values of one type are taken apart into elements, and put together again.

Each type of question has a decomposition of its own: `multi_label.label_sets`, `ranking.item_orders`,
`span.marked_spans`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from argilla_distill.workers.engine.composite.elements import ElementModel
from argilla_distill.workers.engine.composite.record_elements import (
    Element,
    RecordElements,
    WholeValue,
)
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.question import Question, Value


class Decomposition(ABC):
    """How values are taken apart and put together. It learns nothing."""

    def __init__(self, question: Question) -> None:
        self.question = question

    @abstractmethod
    def labels_of_models(self) -> list[tuple[str, ...]]:
        """Return, for each label model that is needed, the labels that its elements may have."""

    @abstractmethod
    def checked(self, value: Value) -> Value:
        """Return the value as the question takes it. Raises BadValue."""

    @abstractmethod
    def elements(self, facts: CurrentFacts, record: str) -> list[Element]:
        """Return what the record consists of, given the facts about it."""

    @abstractmethod
    def labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        """Return what the value says about each of the elements of its record that it speaks of."""

    @abstractmethod
    def whole(self, on: RecordElements, models: Sequence[ElementModel]) -> WholeValue:
        """Put the elements of a record together. There is a vote or an adjudication on it."""

    def affected(self, facts: CurrentFacts, record: str, who: str | None) -> Iterable[str | None]:
        """Return whose votes are taken apart otherwise when `who` changes theirs; None: the reviewer's."""
        return [who]
