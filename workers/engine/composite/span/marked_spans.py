"""Marked spans, taken apart into stretches of text, and put together again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from argilla_distill.workers.engine.composite.decomposition import Decomposition
from argilla_distill.workers.engine.composite.elements import ElementModel
from argilla_distill.workers.engine.composite.record_elements import (
    Element,
    RecordElements,
    WholeValue,
)
from argilla_distill.workers.engine.composite.span.boundaries import Boundaries
from argilla_distill.workers.engine.composite.span.marks import NOTHING, Marks
from argilla_distill.workers.engine.composite.span.stretches import (
    Stretches,
    numbers_of,
    stretches_of,
)
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.question import Question, Span, Value
from argilla_distill.workers.engine.errors import BadValue, UnknownLabel


class MarkedSpans(Decomposition):
    """Elements are the stretches of text that somebody marked, cut at every boundary that was set.

    Where spans may overlap, every label has a model and stretches of its own.

    Parameters
    ----------
    boundaries : Boundaries
        How far annotators are believed on where spans begin and end.
    """

    def __init__(self, question: Question, boundaries: Boundaries) -> None:
        super().__init__(question)
        self.boundaries = boundaries

    def labels_of_models(self) -> list[tuple[str, ...]]:
        labels = self.question.labels
        if self.question.overlapping:
            return [(NOTHING, label) for label in labels]
        return [(NOTHING, *labels)] if labels else []

    def checked(self, value: Value) -> Value:
        try:
            spans = tuple(
                sorted({Span(int(start), int(end), label) for start, end, label in value})
            )
        except (TypeError, ValueError):
            raise BadValue(f"{value!r} is no list of spans") from None
        for span in spans:
            if span.label not in self.question.labels:
                raise UnknownLabel(span.label, self.question.labels)
            if not 0 <= span.start < span.end:
                raise BadValue(f"{span!r} must end behind its start")
        return spans

    def affected(self, facts: CurrentFacts, record: str, who: str | None) -> Iterable[str | None]:
        return [*dict.fromkeys([*facts.votes.get(record, {}), who, None])]

    def elements(self, facts: CurrentFacts, record: str) -> list[Element]:
        numbers = numbers_of(self.question)
        spans: dict[int, set[Span]] = {}
        values = [vote.value for vote in facts.votes.get(record, {}).values()]
        for value in (*values, facts.adjudications.get(record, ())):
            for span in value:
                spans.setdefault(numbers[span.label], set()).add(span)
        return [
            (number, f"{start}-{end}")
            for number in sorted(spans)
            for start, end in stretches_of(spans[number])
        ]

    def labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        said, places = [NOTHING] * len(elements), Stretches(elements)
        numbers = numbers_of(self.question)
        for span in value:
            for i in places.inside(numbers[span.label], span[:2]):
                said[i] = said[i] or span.label
        return zip(elements, said, strict=True)

    def whole(self, on: RecordElements, models: Sequence[ElementModel]) -> WholeValue:
        verdict, votes = on.verdict, on.votes
        if not on.elements:  # all agree that there is nothing
            n = len(votes)
            sure = (n + 0.5) / (n + 1) if verdict is None else ADJUDICATED
            return WholeValue((), None, (), sure, {}, [], None, (0, 0))
        labels = [model.labels for model in models]
        marks = Marks(on, numbers_of(self.question), labels, self.boundaries)
        codes, open_ = marks.codes()
        if verdict is not None:
            said = [label for _, label in self.labels(on.elements, verdict)]
            codes, open_ = [marks.code(i, label) for i, label in enumerate(said)], []
        leader = marks.spans(codes) if verdict is None else verdict
        within: dict[Span, float] = {}
        if verdict is None and self.question.overlapping:
            within = marks.within_others(leader)
            leader = tuple(sorted({*leader, *within}))
        tied = [name for i, names in open_ if codes[i] or not leader for name in names]
        margins = [float(2 * p[c] - p.sum()) for p, c in zip(marks.posterior, codes, strict=True)]
        weakest = min(range(len(margins)), key=margins.__getitem__)
        p = marks.posterior[weakest]
        then = max((code for code in range(len(p)) if code != codes[weakest]), key=p.__getitem__)
        given = sorted({*leader, *(span for vote in votes.values() for span in vote.value)})
        if verdict is None:
            chances = {span: within.get(span) or marks.sure(span) for span in given}
        else:
            sides = {True: ADJUDICATED, False: 1 - ADJUDICATED}
            held = set(verdict)
            chances = {span: sides[span in held] for span in given}
        scores = tuple(chances[span] for span in leader)
        nothing = [float(p[code]) for p, code in zip(marks.posterior, codes, strict=True)]
        confidence = float(np.mean(scores or nothing))
        if verdict is None and not leader and (places := marks.instead_of_nothing()):
            n = len(votes)
            tied, confidence = places, (marks.n_empty + 0.5) / (n + 1)
        other = [*codes[:weakest], then, *codes[weakest + 1 :]]
        return WholeValue(
            leader=None if tied else leader,
            runner_up=None if tied else tuple(sorted({*marks.spans(other), *within})),
            scores=scores,
            confidence=confidence,
            posterior={f"{s.label} {s.start}-{s.end}": p for s, p in chances.items()},
            tied=tied,
            weakest=on.elements[weakest],
            sides=(codes[weakest], then),
        )
