"""Span questions: what each stretch of the text is, and where spans begin and end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from argilla_distill.workers.engine.composite.composite import Composite
from argilla_distill.workers.engine.composite.corroboration import Corroboration
from argilla_distill.workers.engine.composite.elements import (
    ElementModel,
    MajorityElements,
    MarkedElements,
)
from argilla_distill.workers.engine.composite.marks import NOTHING, Marks
from argilla_distill.workers.engine.composite.parts import Element, Reading, Whole
from argilla_distill.workers.engine.composite.stretches import Stretches, stretch_of, stretches_of
from argilla_distill.workers.engine.composite.taught import Taught
from argilla_distill.workers.engine.contract.decision import ADJUDICATED
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import (
    QuestionType,
    Span,
    Value,
    label_question,
)
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import State
from argilla_distill.workers.engine.errors import BadValue, UnknownLabel

if TYPE_CHECKING:
    from typing_extensions import Self

BACKGROUND = 4.0
"""At most so much unmarked text is taken into account, for each stretch that somebody marked."""

DEPENDENCE = 0.2
FIT_DEPENDENCE = 0.02
"""ρ of the votes on a stretch, in the posterior and inside the fit."""


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

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import Question
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
        return [self._model(NOTHING, *labels)] if labels else []

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
        spans: dict[int, set[Span]] = {}
        values = [vote.value for vote in self.votes_on(record).values()]
        for value in (*values, self.standing_.adjudications.get(record, ())):
            for span in value:
                spans.setdefault(self._number(span.label), set()).add(span)
        return [
            (number, f"{start}-{end}")
            for number in sorted(spans)
            for start, end in stretches_of(spans[number])
        ]

    def _labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        said, places = [NOTHING] * len(elements), Stretches(elements)
        for span in value:
            for i in places.inside(self._number(span.label), span[:2]):
                said[i] = said[i] or span.label
        return zip(elements, said, strict=True)

    def _whole(self, reading: Reading) -> Whole:
        verdict, votes = reading.verdict, reading.votes
        if not reading.elements:  # all agree that there is nothing
            n = len(votes)
            sure = (n + 0.5) / (n + 1) if verdict is None else ADJUDICATED
            return Whole((), None, (), sure, {}, [], None, (0, 0))
        marks = Marks(reading, self._number, [model.labels for model in self.models_])
        codes, open_ = marks.codes()
        if verdict is not None:
            said = [label for _, label in self._labels(reading.elements, verdict)]
            codes, open_ = [marks.code(i, label) for i, label in enumerate(said)], []
        leader = marks.spans(codes) if verdict is None else verdict
        tied = [name for i, names in open_ if codes[i] or not leader for name in names]
        margins = [float(2 * p[c] - p.sum()) for p, c in zip(marks.posterior, codes, strict=True)]
        weakest = min(range(len(margins)), key=margins.__getitem__)
        p = marks.posterior[weakest]
        then = max((code for code in range(len(p)) if code != codes[weakest]), key=p.__getitem__)
        given = sorted({*leader, *(span for vote in votes.values() for span in vote.value)})
        if verdict is None:
            chances = {span: marks.sure(span) for span in given}
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
        return Whole(
            leader=None if tied else leader,
            runner_up=None if tied else marks.spans(other),
            scores=scores,
            confidence=confidence,
            posterior={f"{s.label} {s.start}-{s.end}": p for s, p in chances.items()},
            tied=tied,
            weakest=reading.elements[weakest],
            sides=(codes[weakest], then),
        )


class SpanDawidSkene(SpanMajority):
    """Dawid and Skene's model of every stretch, see `MarkedElements`.

    Unmarked text counts too (up to BACKGROUND places for each marked stretch): its length over the
    length of the marked text is how often all agreed that there is nothing.

    **Few against many.** Where at least half of a record's annotators leave a stretch unmarked, the
    model is believed as far as those who marked it are borne out elsewhere, see `Corroboration`.
    With P its posterior, S the shares of the votes as `majority` has them, and t that trust::

        log P'(label) = t · log P(label) + (1 - t) · log S(label),  up to a constant

    Simpson & Gurevych, A Bayesian approach for sequence tagging with crowds, EMNLP 2019, for what
    annotators of spans do: they overlook many, and seldom make one up.
    """

    name: ClassVar[str] = "dawid_skene"

    borne_out_: Counter[str]

    def _model(self, *labels: str) -> ElementModel:
        return MarkedElements(
            label_question(*labels), dependence=DEPENDENCE, fit_dependence=FIT_DEPENDENCE
        )

    def _prepare(self) -> None:
        marked = [0] * len(self.models_)
        whole = 0
        for record in self.standing_.heard():
            stretches = [(element[0], stretch_of(element)) for element in self._elements(record)]
            whole += max((end for _, (_, end) in stretches), default=0)
            for number, (start, end) in stretches:
                marked[number] += end - start
        for model, length in zip(self.models_, marked, strict=True):
            if isinstance(model, MarkedElements):
                model.background = min((whole - length) / max(length, 1), BACKGROUND)

    def _learn_context(self) -> None:
        self.borne_out_ = Counter()
        for record in self.standing_.votes:
            said = Corroboration(self._elements(record), self.votes_on(record), self._numbers())
            self.borne_out_.update(said.borne_out(self.standing_.adjudications.get(record)))

    def _in_context(self, reading: Reading) -> list[Floats]:
        found = list(reading.own)
        said = Corroboration(reading.elements, reading.votes, self._numbers())
        verdict, n_votes = self.standing_.adjudications.get(reading.record), len(reading.votes)
        trust = said.trust(self.borne_out_, verdict)
        for number, model in enumerate(self.models_):
            at = [i for i, element in enumerate(reading.elements) if element[0] == number]
            names = [f"{reading.record}\x1f{reading.elements[i][1]}" for i in at]
            for i, given in zip(at, model.n_saying(names), strict=True):
                if 2 * given[0] >= n_votes:
                    shares = np.log((given + 1 / len(given)) / (n_votes + 1))
                    own = np.log(np.maximum(found[i], np.finfo(float).tiny))
                    found[i] = softmax((trust[i] * own + (1 - trust[i]) * shares)[None])[0]
        return found

    def _context(self, reading: Reading, whole: Whole) -> dict[str, float]:
        """What a plain count of votes adds on the weakest stretch, as far as it counts there."""
        if reading.verdict is not None or whole.weakest is None:
            return {}
        i, n_votes = reading.elements.index(whole.weakest), len(reading.votes)
        model, name = self.models_[whole.weakest[0]], f"{reading.record}\x1f{whole.weakest[1]}"
        [given] = model.n_saying([name])
        if 2 * given[0] < n_votes:
            return {}
        said = Corroboration(reading.elements, reading.votes, self._numbers())
        verdict = self.standing_.adjudications.get(reading.record)
        less = 1 - float(said.trust(self.borne_out_, verdict)[i])
        added = {who: -less * part for who, part in model.voices(name, *whole.sides).items()}
        for who, vote in reading.votes.items():
            [(_, label)] = self._labels([whole.weakest], vote.value)
            code = model.labels.index(label)
            if code in whole.sides:
                part = less * float(np.log(given[code] * len(given) + 1) / given[code])
                added[who] = added.get(who, 0.0) + (part if code == whole.sides[0] else -part)
        return added

    def _numbers(self) -> dict[str, int]:
        return {label: self._number(label) for label in self.question.labels}

    def state(self) -> dict[str, Any]:
        return super().state() | {"borne_out": dict(self.borne_out_)}

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        self.borne_out_ = Counter(state["borne_out"])
        return self


class SpanLearned(Taught, SpanDawidSkene):
    """The same, taught by adjudications, see `Taught`."""

    name: ClassVar[str] = "learned"
