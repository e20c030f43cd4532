"""Span questions: what each stretch of the text is, and where spans begin and end."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from workers.engine.composite import Composite, Element, Reading, Whole
from workers.engine.decision import ADJUDICATED
from workers.engine.elements import CrowdElements, ElementModel, MajorityElements
from workers.engine.errors import BadValue, UnknownLabel
from workers.engine.label_model import Floats
from workers.engine.question import QuestionType, Span, Value, label_question
from workers.engine.shares import TIE

NOTHING = ""
"""The label of a stretch that is in no span."""

Stretch = tuple[int, int]


class SpanMajority(Composite):
    """Each stretch of text for itself; what is alike and hangs together is one span.

    Whatever boundary anybody set cuts the record's text into stretches, and those that somebody
    marked are the elements: labelled as the span that covers them, or with `NOTHING`. So no word is
    cut that nobody cut, and a long span weighs no more than a short one. Where spans may overlap,
    every label has a model and stretches of its own.

    Neighbouring stretches of one label are one span if more of those who marked both saw one there
    than two. How sure a span is: the least probable of that its stretches have its label, and that
    the stretches beside it have not.

    >>> from workers.engine.facts import Vote
    >>> from workers.engine.question import Question
    >>> model = SpanMajority(Question("span", ("name",)))
    >>> said = [("ann", (0, 8)), ("ben", (0, 8)), ("cas", (4, 8))]
    >>> votes = [Vote("r", who, (Span(*where, "name"),)) for who, where in said]
    >>> [decision] = model.fit(votes).decide(["r"])
    >>> decision.value, decision.scores  # 0-4: (2 + 1/2) / (3 + 1)
    ((Span(start=0, end=8, label='name'),), (0.625,))
    """

    name: ClassVar[str] = "majority"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"span"})

    def _model(self, *labels: str) -> ElementModel:
        return MajorityElements(label_question(*labels))

    def _models(self) -> list[ElementModel]:
        labels = self.question.labels
        if self.question.overlapping:
            return [self._model(NOTHING, label) for label in labels]
        return [self._model(NOTHING, *labels)]

    def _checked(self, value: Value) -> Value:
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

    def _plain(self, value: Any) -> Value:
        return tuple(Span(*span) for span in value)

    def _cut_by(self, record: str, who: str | None) -> Iterable[str | None]:
        return [*dict.fromkeys([*self.votes_.get(record, ()), who, None])]

    def _number(self, label: str) -> int:
        return self.question.labels.index(label) if self.question.overlapping else 0

    def _elements(self, record: str) -> list[Element]:
        values = [vote.value for vote in self.votes_.get(record, {}).values()]
        values.append(self.verdicts_.get(record, ()))
        elements: list[Element] = []
        for number in range(len(self.models_)):
            spans = {s for value in values for s in value if self._number(s.label) == number}
            cuts = sorted({edge for span in spans for edge in span[:2]})
            change = dict.fromkeys(cuts, 0)
            for span in spans:
                change[span.start] += 1
                change[span.end] -= 1
            depth = 0
            for start, end in pairwise(cuts):
                depth += change[start]
                if depth:
                    elements.append((number, f"{start}-{end}"))
        return elements

    def _labels(self, record: str, value: Value) -> Iterable[tuple[Element, str]]:
        for element in self._elements(record):
            number, part = element
            start, end = _stretch(part)
            over = (
                span.label
                for span in value
                if span.start <= start and end <= span.end and self._number(span.label) == number
            )
            yield element, next(over, NOTHING)

    def _whole(self, reading: Reading) -> Whole:
        posterior = dict(zip(reading.elements, reading.posterior, strict=True))
        values = [vote.value for vote in reading.votes.values()]
        if not posterior:  # all agree that there is nothing
            n = len(values)
            sure = ADJUDICATED if reading.verdict is not None else (n + 0.5) / (n + 1)
            return Whole((), None, (), sure, {}, [], None, (0, 0))
        codes, tied = {}, []
        if reading.verdict is not None:
            said = dict(self._labels(reading.record, reading.verdict))
            codes = {each: self._code(each, said[each]) for each in posterior}
        else:
            for each, p in posterior.items():
                best = np.flatnonzero(p > p.max() - TIE)
                codes[each] = int(best[0])
                if len(best) > 1:
                    tied.append((each, best))
        leader = self._joined(codes, values) if reading.verdict is None else reading.verdict
        names = []
        for each, best in tied:
            if codes[each] or not leader:
                stretch = each[1]
                names += [f"{self._name(each, int(b)) or 'nothing'} at {stretch}" for b in best]
        margins = {}
        for each, p in posterior.items():
            rest = np.delete(p, codes[each])
            margins[each] = float(p[codes[each]] - rest.max())
        weakest = min(margins, key=lambda each: margins[each])
        ranked = np.argsort(-posterior[weakest], kind="stable")
        then = int(next(code for code in ranked if code != codes[weakest]))
        other = self._joined(codes | {weakest: then}, values)
        scores = tuple(self._sure(span, posterior) for span in leader)
        if reading.verdict is not None:
            scores = (ADJUDICATED,) * len(leader)
        nothing = [float(p[codes[each]]) for each, p in posterior.items()]
        given = dict.fromkeys(sorted({s for value in values for s in value} | set(leader)))
        return Whole(
            leader=None if names else leader,
            runner_up=None if names else other,
            scores=scores,
            confidence=float(np.mean(scores or nothing)),
            posterior={f"{s.label} {s.start}-{s.end}": self._sure(s, posterior) for s in given},
            tied=names,
            weakest=weakest,
            sides=(codes[weakest], then),
        )

    def _code(self, element: Element, label: str) -> int:
        return self.models_[element[0]].labels.index(label)

    def _name(self, element: Element, code: int) -> str:
        return self.models_[element[0]].labels[code]

    def _joined(self, codes: dict[Element, int], values: list[Value]) -> tuple[Span, ...]:
        """Labelled stretches as spans."""
        spans: list[Span] = []
        last: dict[int, int] = {}  # per model: where its last span is in the list
        for element, code in codes.items():
            if not code:
                continue
            (start, end), label = _stretch(element[1]), self._name(element, code)
            before = spans[last[element[0]]] if element[0] in last else None
            if (
                before
                and (before.end, before.label) == (start, label)
                and _one(start, label, values)
            ):
                spans[last[element[0]]] = before._replace(end=end)
            else:
                last[element[0]] = len(spans)
                spans.append(Span(start, end, label))
        return tuple(sorted(spans))

    def _sure(self, span: Span, posterior: dict[Element, Floats]) -> float:
        """How probable the least probable of what makes the span is."""
        least, number = 1.0, self._number(span.label)
        for element, p in posterior.items():
            if element[0] != number:
                continue
            start, end = _stretch(element[1])
            chance = float(p[self._code(element, span.label)])
            if span.start <= start and end <= span.end:
                least = min(least, chance)
            elif end == span.start or start == span.end:
                least = min(least, 1 - chance)
        return least


class SpanDawidSkene(SpanMajority):
    """Dawid and Skene's model of every stretch."""

    name: ClassVar[str] = "dawid_skene"

    def _model(self, *labels: str) -> ElementModel:
        return CrowdElements(label_question(*labels))


class SpanLearned(SpanDawidSkene):
    """As `SpanDawidSkene`."""

    name: ClassVar[str] = "learned"


def _stretch(part: str) -> Stretch:
    start, _, end = part.partition("-")
    return int(start), int(end)


def _one(at: int, label: str, values: list[Value]) -> bool:
    """Whether more annotators have a span of that label across `at` than two that meet there."""
    across = sum(any(s.label == label and s.start < at < s.end for s in value) for value in values)
    meet = sum(
        any(s.label == label and s.end == at for s in value)
        and any(s.label == label and s.start == at for s in value)
        for value in values
    )
    return across > meet
