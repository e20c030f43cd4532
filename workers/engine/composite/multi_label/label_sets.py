"""Sets of labels, taken apart into one question per label: does it hold or not."""

from __future__ import annotations

from collections import Counter
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

    A label holds if that is more probable than not.
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
            held, tied = self._instead_of_none(on, holds)
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

    def _instead_of_none(
        self, on: RecordElements, holds: Floats
    ) -> tuple[NDArray[np.bool_], list[str]]:
        """What holds where no label is more probable than not, and what is tied for it.

        None, if none was chosen more often than any label, or is the only thing said beside one
        label. Else hardly anybody said so: each label alone has most annotators against it, because
        they chose others. Then it is the most probable label (Argilla wants one at least).
        """
        none, labels = np.zeros(len(holds), np.bool_), self.question.labels
        chosen = Counter(label for vote in on.votes.values() for label in vote.value)
        n_none = sum(not vote.value for vote in on.votes.values())
        most = max(chosen.values(), default=0)
        best = holds > holds.max() - TIE
        names = [labels[i] for i in np.flatnonzero(best)]
        if n_none > most:
            return none, []
        if n_none and n_none == len(on.votes) - most:  # it or one label, as the model has it
            return none, ["none", *names] if holds.max() > 0.5 - TIE else []
        if n_none == most:
            return none, ["none", *names]
        return best, names if len(names) > 1 else []
