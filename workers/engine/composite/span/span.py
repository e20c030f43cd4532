"""Span questions: each stretch of text for itself; what is alike and hangs together is one span."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from argilla_distill.workers.engine.composite.composite import Composite
from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.correction import ElementCorrection
from argilla_distill.workers.engine.composite.elements import MajorityElements, MarkedElements
from argilla_distill.workers.engine.composite.span.boundaries import Boundaries
from argilla_distill.workers.engine.composite.span.mark_context import MarkContext
from argilla_distill.workers.engine.composite.span.marked_spans import MarkedSpans
from argilla_distill.workers.engine.contract.question import Question, QuestionType

DEPENDENCE = 0.2
FIT_DEPENDENCE = 0.02
"""ρ of the votes on a stretch, in the posterior and inside the fit."""

_make = partial(MarkedElements, dependence=DEPENDENCE, fit_dependence=FIT_DEPENDENCE)


class SpanMajority(Composite):
    """Each stretch of text for itself; what is alike and hangs together is one span.

    Whatever boundary anybody set cuts the record's text into stretches, and those that somebody
    marked are the elements: labelled as the span that covers them, or with `NOTHING`. So no word is
    cut that nobody cut, and a long span weighs no more than a short one. Where spans may overlap,
    every label has a model and stretches of its own.

    Spans grow from the surest stretch on: of those annotators who marked it, most set its start
    there, and most its end; each weighs as much as the label that they gave it is probable there,
    and, but for `majority`, as their boundaries are those of others (`Boundaries`).
    Whoever overlooked a span has no say in where it begins. With P the posterior of that stretch
    and w the weights, a span is right with probability ::

        P(span) = P(label) · b(start) · b(end),    b(x) = (w of those who set x + AGREED) / (w + 1)

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import Span
    >>> model = SpanMajority(Question("span", ("name",)))
    >>> said = [("ann", (0, 8)), ("ben", (0, 8)), ("cas", (4, 8))]
    >>> votes = [Vote("r", who, (Span(*where, "name"),)) for who, where in said]
    >>> [decision] = model.fit(votes).decide(["r"])
    >>> decision.value, round(decision.confidence, 2)  # 7/8 · (14/8 + 0.9) / (21/8 + 1) · 0.97
    ((Span(start=0, end=8, label='name'),), 0.62)
    """

    name: ClassVar[str] = "majority"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"span"})

    def __init__(self, question: Question) -> None:
        alike = Boundaries(question)  # never learned
        self._set_parts(MarkedSpans(question, alike), MajorityElements, Context())


class SpanDawidSkene(Composite):
    """Dawid and Skene's model of every stretch, see `MarkedElements`, `MarkContext` and `Boundaries`.

    Simpson & Gurevych, A Bayesian approach for sequence tagging with crowds, EMNLP 2019, for what
    annotators of spans do: they overlook many, and seldom make one up.
    """

    name: ClassVar[str] = "dawid_skene"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"span"})

    def __init__(self, question: Question) -> None:
        boundaries = Boundaries(question)
        context = MarkContext(question, boundaries)
        self._set_parts(MarkedSpans(question, boundaries), _make, context)


class SpanLearned(Composite):
    """The same, corrected by adjudications, see `ElementCorrection`."""

    name: ClassVar[str] = "learned"
    types: ClassVar[frozenset[QuestionType]] = frozenset({"span"})

    def __init__(self, question: Question) -> None:
        boundaries, correction = Boundaries(question), ElementCorrection()
        context = MarkContext(question, boundaries)
        self._set_parts(MarkedSpans(question, boundaries), _make, context, correction)
