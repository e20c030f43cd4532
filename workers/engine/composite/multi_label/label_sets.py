"""Sets of labels, taken apart into one question per label: does it hold or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.composite.decomposition import Decomposition
from argilla_distill.workers.engine.composite.elements import ElementModel
from argilla_distill.workers.engine.composite.record_elements import (
    Element,
    RecordElements,
    WholeValue,
)
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.contract.shares import TIE
from argilla_distill.workers.engine.errors import BadValue, UnknownLabel

OUT, IN = "out", "in"


class LabelSets(Decomposition):
    """Elements are the question's labels, each with a model of its own.

    A label holds if that is more probable than not. Where that is true of none, the record has
    none: the empty set. Only where the question is required and nobody ever gave the empty set is
    it the most probable label instead: then everybody had to choose one, and each label alone has
    most annotators against it because they chose others.
    """

    def labels_of_models(self) -> list[tuple[str, ...]]:
        return [(OUT, IN) for _ in self.question.labels]

    def checked(self, value: Value) -> Value:
        labels = self.question.labels
        if not isinstance(value, tuple | list):
            raise BadValue(f"{value!r} is no list of labels")
        for label in value:
            if label not in labels:
                raise UnknownLabel(label, labels)
        return tuple(label for label in labels if label in value)

    def elements(self, facts: CurrentFacts, record: str) -> list[Element]:
        return [(number, "") for number in range(len(self.question.labels))]

    def labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        for number, label in enumerate(self.question.labels):
            yield (number, ""), IN if label in value else OUT

    def whole(self, on: RecordElements, models: Sequence[ElementModel]) -> WholeValue:
        labels, n = self.question.labels, len(on.votes)
        if not labels:  # nobody ever chose any
            sure = (n + 0.5) / (n + 1) if on.verdict is None else ADJUDICATED
            return WholeValue((), None, (), sure, {}, [], None, (0, 0))
        holds = np.array([posterior[1] for posterior in on.posterior])
        held = holds > 0.5 + TIE
        tied: list[str] = []
        if on.verdict is not None:
            held = np.array([label in on.verdict for label in labels])
        elif not held.any():
            forced = self.question.required and not on.nothing_said
            held, tied = self._best(holds) if forced else (held, self._beside_none(holds))
        margins = np.where(held, holds, 1 - holds)
        weakest = int(margins.argmin())
        other = held.copy()
        other[weakest] = not held[weakest]
        chosen, flipped = (
            tuple(label for label, yes in zip(labels, which, strict=True) if yes)
            for which in (held, other)
        )
        scores = tuple(holds[held].tolist())
        if on.verdict is not None:
            scores = (ADJUDICATED,) * len(chosen)
        return WholeValue(
            leader=None if tied else chosen,
            runner_up=None if tied else flipped,
            scores=scores,
            confidence=float(np.mean(scores or margins)),
            posterior=dict(zip(labels, holds.tolist(), strict=True)),
            tied=tied,
            weakest=(weakest, ""),
            sides=(int(held[weakest]), int(not held[weakest])),
        )

    def _best(self, holds: Floats) -> tuple[NDArray[np.bool_], list[str]]:
        """The most probable label, and those that are tied for it."""
        best = holds > holds.max() - TIE
        names = [self.question.labels[i] for i in np.flatnonzero(best)]
        return best, names if len(names) > 1 else []

    def _beside_none(self, holds: Floats) -> list[str]:
        """What is tied with no label at all: labels that hold as probably as not."""
        even = [self.question.labels[i] for i in np.flatnonzero(holds > 0.5 - TIE)]
        return ["none", *even] if even else []
