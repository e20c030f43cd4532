"""Span questions: what each stretch of the text is, and where spans begin and end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import ClassVar

import numpy as np

from workers.engine.composite import Composite
from workers.engine.decision import ADJUDICATED
from workers.engine.elements import ElementModel, MajorityElements, MarkedElements
from workers.engine.errors import BadValue, UnknownLabel
from workers.engine.facts import Vote
from workers.engine.judgement import Floats
from workers.engine.parts import Element, Reading, Whole
from workers.engine.question import QuestionType, Span, Value, label_question
from workers.engine.shares import TIE
from workers.engine.taught import Taught

NOTHING = ""
"""The label of a stretch that is in no span."""

BACKGROUND = 4.0
"""At most so much unmarked text is taken into account, for each stretch that somebody marked."""

DEPENDENCE = 0.2
FIT_DEPENDENCE = 0.02
"""ρ of the votes on a stretch, in the posterior and inside the fit."""

AGREED = 0.9
"""How probable a boundary is that a single annotator set."""

Stretch = tuple[int, int]
Codes = dict[Element, int]
Posterior = dict[Element, Floats]


class SpanMajority(Composite):
    """Each stretch of text for itself; what is alike and hangs together is one span.

    Whatever boundary anybody set cuts the record's text into stretches, and those that somebody
    marked are the elements: labelled as the span that covers them, or with `NOTHING`. So no word is
    cut that nobody cut, and a long span weighs no more than a short one. Where spans may overlap,
    every label has a model and stretches of its own.

    Spans grow from the surest stretch on: of those annotators who marked it, most set its start
    there, and most its end; each weighs as much as the label that they gave it is probable there.
    Whoever overlooked a span has no say in where it begins. With P the posterior of that stretch
    and w the weights, a span is right with probability ::

        P(span) = P(label) · b(start) · b(end),    b(x) = (w of those who set x + AGREED) / (w + 1)

    >>> from workers.engine.facts import Vote
    >>> from workers.engine.question import Question
    >>> model = SpanMajority(Question("span", ("name",)))
    >>> said = [("ann", (0, 8)), ("ben", (0, 8)), ("cas", (4, 8))]
    >>> votes = [Vote("r", who, (Span(*where, "name"),)) for who, where in said]
    >>> [decision] = model.fit(votes).decide(["r"])
    >>> decision.value, round(decision.confidence, 2)  # 7/8 · (14/8 + 0.9) / (21/8 + 1) · 0.97
    ((Span(start=0, end=8, label='name'),), 0.62)
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

    def _cut_by(self, record: str, who: str | None) -> Iterable[str | None]:
        return [*dict.fromkeys([*self.votes_on(record), who, None])]

    def _number(self, label: str) -> int:
        return self.question.labels.index(label) if self.question.overlapping else 0

    def _elements(self, record: str) -> list[Element]:
        values = [vote.value for vote in self.votes_on(record).values()]
        values.append(self.standing_.adjudications.get(record, ()))
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

    def _labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        for element in elements:
            over = (s.label for s in value if self._within(element, s))
            yield element, next(over, NOTHING)

    def _within(self, element: Element, span: Span) -> bool:
        start, end = _stretch(element)
        return span[0] <= start and end <= span[1] and self._number(span.label) == element[0]

    def _whole(self, reading: Reading) -> Whole:
        posterior = dict(zip(reading.elements, reading.posterior, strict=True))
        verdict, votes = reading.verdict, reading.votes
        if not posterior:  # all agree that there is nothing
            n = len(votes)
            sure = (n + 0.5) / (n + 1) if verdict is None else ADJUDICATED
            return Whole((), None, (), sure, {}, [], None, (0, 0))
        codes, open_ = self._codes(posterior)
        if verdict is not None:
            said = dict(self._labels(reading.elements, verdict))
            codes, open_ = {each: self._code(each, said[each]) for each in posterior}, []
        leader = self._spans(codes, posterior, votes) if verdict is None else verdict
        tied = [name for each, names in open_ if codes[each] or not leader for name in names]
        margins = {each: float(2 * p[codes[each]] - p.sum()) for each, p in posterior.items()}
        weakest = min(margins, key=lambda each: margins[each])
        then = max(
            (code for code in range(len(posterior[weakest])) if code != codes[weakest]),
            key=lambda code: posterior[weakest][code],
        )
        given = sorted({*leader, *(span for vote in votes.values() for span in vote.value)})
        chances = {
            span: self._sure(span, posterior, votes)
            if verdict is None
            else ADJUDICATED
            if span in verdict
            else 1 - ADJUDICATED
            for span in given
        }
        scores = tuple(chances[span] for span in leader)
        nothing = [float(p[codes[each]]) for each, p in posterior.items()]
        return Whole(
            leader=None if tied else leader,
            runner_up=None if tied else self._spans(codes | {weakest: then}, posterior, votes),
            scores=scores,
            confidence=float(np.mean(scores or nothing)),
            posterior={f"{s.label} {s.start}-{s.end}": p for s, p in chances.items()},
            tied=tied,
            weakest=weakest,
            sides=(codes[weakest], then),
        )

    def _code(self, element: Element, label: str) -> int:
        return self.models_[element[0]].labels.index(label)

    def _codes(self, posterior: Posterior) -> tuple[Codes, list[tuple[Element, list[str]]]]:
        """The most probable label of each stretch, and those stretches that have several.

        Between a label and nothing it is nothing: fewer than half would have it.
        """
        codes, several = {}, []
        for each, p in posterior.items():
            best = np.flatnonzero(p > p.max() - TIE)
            codes[each] = int(best[0])
            if len(best) > 1:
                labels = [self.models_[each[0]].labels[code] or "nothing" for code in best]
                several.append((each, [f"{label} {each[1]}" for label in labels]))
        return codes, several

    def _spans(
        self, codes: Codes, posterior: Posterior, votes: Mapping[str, Vote]
    ) -> tuple[Span, ...]:
        """Put spans together, from the surest stretch on; no two of a model overlap."""
        found: list[tuple[int, Span]] = []
        order = sorted(codes, key=lambda each: -round(float(posterior[each][codes[each]]), 9))
        for core in order:
            number, label = core[0], self.models_[core[0]].labels[codes[core]]
            if label == NOTHING or any(n == number and self._within(core, s) for n, s in found):
                continue
            starts, ends = self._edges(core, posterior, votes)
            at, to = _stretch(core)
            span = Span(
                max(starts, key=lambda x: (round(starts[x], 9), x), default=at),
                min(ends, key=lambda x: (-round(ends[x], 9), x), default=to),
                label,
            )
            if all(n != number or s.end <= span.start or span.end <= s.start for n, s in found):
                found.append((number, span))
        return tuple(sorted(span for _, span in found))

    def _edges(
        self, core: Element, posterior: Posterior, votes: Mapping[str, Vote]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """How much weight is behind each start, and each end, of the spans round a stretch."""
        starts: dict[int, float] = {}
        ends: dict[int, float] = {}
        for vote in votes.values():
            for span in vote.value:
                if self._within(core, span):
                    weight = float(posterior[core][self._code(core, span.label)])
                    starts[span.start] = starts.get(span.start, 0.0) + weight
                    ends[span.end] = ends.get(span.end, 0.0) + weight
        return starts, ends

    def _sure(self, span: Span, posterior: Posterior, votes: Mapping[str, Vote]) -> float:
        """P(span), seen from its surest stretch."""
        code = self._code((self._number(span.label), ""), span.label)
        inside = [each for each in posterior if self._within(each, span)]
        core = max(inside, key=lambda each: posterior[each][code])
        chance = float(posterior[core][code])
        for edges, x in zip(self._edges(core, posterior, votes), span[:2], strict=True):
            chance *= (edges.get(x, 0.0) + AGREED) / (sum(edges.values()) + 1)
        return chance


class SpanDawidSkene(SpanMajority):
    """Dawid and Skene's model of every stretch, see `MarkedElements`.

    Unmarked text counts too (up to BACKGROUND places for each marked stretch): its length over the
    length of the marked text is how often all agreed that there is nothing.

    Simpson & Gurevych, A Bayesian approach for sequence tagging with crowds, EMNLP 2019, for what
    annotators of spans do: they overlook many, and seldom make one up.
    """

    name: ClassVar[str] = "dawid_skene"

    def _model(self, *labels: str) -> ElementModel:
        return MarkedElements(
            label_question(*labels), dependence=DEPENDENCE, fit_dependence=FIT_DEPENDENCE
        )

    def _prepare(self) -> None:
        marked = [0] * len(self.models_)
        whole = 0
        for record in self.standing_.heard():
            stretches = [(element[0], _stretch(element)) for element in self._elements(record)]
            whole += max((end for _, (_, end) in stretches), default=0)
            for number, (start, end) in stretches:
                marked[number] += end - start
        for model, length in zip(self.models_, marked, strict=True):
            if isinstance(model, MarkedElements):
                model.background = min((whole - length) / max(length, 1), BACKGROUND)


class SpanLearned(Taught, SpanDawidSkene):
    """The same, taught by adjudications, see `Taught`."""

    name: ClassVar[str] = "learned"


def _stretch(element: Element) -> Stretch:
    start, _, end = element[1].partition("-")
    return int(start), int(end)
