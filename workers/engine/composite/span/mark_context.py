"""What is unmarked, and whose marks are borne out, for each marked stretch of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.elements import MarkedElements
from argilla_distill.workers.engine.composite.record_elements import RecordElements, WholeValue
from argilla_distill.workers.engine.composite.span.boundaries import Boundaries
from argilla_distill.workers.engine.composite.span.corroboration import Corroboration
from argilla_distill.workers.engine.composite.span.stretches import numbers_of, stretch_of
from argilla_distill.workers.engine.composite.taken_apart import TakenApart, element_name
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.shares import softmax

BACKGROUND = 4.0
"""At most so much unmarked text is taken into account, for each stretch that somebody marked."""


class MarkContext(Context):
    """The unmarked text, and how far those who mark are borne out elsewhere.

    **Unmarked text** counts too (up to BACKGROUND places for each marked stretch): its length over
    the length of the marked text is how often all agreed that there is nothing.

    **Few against many.** Where at least half of a record's annotators leave a stretch unmarked, the
    model is believed as far as those who marked it are borne out elsewhere, see `Corroboration`.
    With P its posterior, S the shares of the votes as `majority` has them, and t that trust::

        log P'(label) = t · log P(label) + (1 - t) · log S(label),  up to a constant

    Simpson & Gurevych, A Bayesian approach for sequence tagging with crowds, EMNLP 2019, for what
    annotators of spans do: they overlook many, and seldom make one up.

    **Boundaries** that annotators set are judged here as well, see `Boundaries`.

    Attributes
    ----------
    borne_out_ : Counter of annotators
        How many marks of theirs somebody else gave as well.
    """

    borne_out_: Counter[str]

    def __init__(self, question: Question, boundaries: Boundaries) -> None:
        self.numbers = numbers_of(question)
        self.boundaries = boundaries

    def prepare(self, taken: TakenApart) -> None:
        marked = [0] * len(taken.models)
        whole = 0
        for record in taken.facts.heard():
            stretches = [(element[0], stretch_of(element)) for element in taken.elements(record)]
            whole += max((end for _, (_, end) in stretches), default=0)
            for number, (start, end) in stretches:
                marked[number] += end - start
        for model, length in zip(taken.models, marked, strict=True):
            if isinstance(model, MarkedElements):
                model.weigher.background = min((whole - length) / max(length, 1), BACKGROUND)

    def learn(self, taken: TakenApart) -> None:
        self.borne_out_ = Counter()
        for record in taken.facts.votes:
            said = Corroboration(taken.elements(record), taken.votes_on(record), self.numbers)
            self.borne_out_.update(said.borne_out(taken.facts.adjudications.get(record)))
        verdicts = taken.facts.adjudications
        self.boundaries.learn((v, verdicts.get(r)) for r, v in taken.facts.votes.items())

    def apply(self, taken: TakenApart, on: RecordElements) -> list[Floats]:
        found = list(on.own)
        said = self._said(on)
        verdict, n_votes = taken.facts.adjudications.get(on.record), len(on.votes)
        trust = said.trust(self.borne_out_, verdict)
        for number, model in enumerate(taken.models):
            at = [i for i, element in enumerate(on.elements) if element[0] == number]
            names = [element_name(on.record, on.elements[i][1]) for i in at]
            for i, given in zip(at, model.n_saying(names), strict=True):
                if 2 * given[0] >= n_votes:
                    shares = np.log((given + 1 / len(given)) / (n_votes + 1))
                    own = np.log(np.maximum(found[i], np.finfo(float).tiny))
                    found[i] = softmax((trust[i] * own + (1 - trust[i]) * shares)[None])[0]
        return found

    def voices(self, taken: TakenApart, on: RecordElements, whole: WholeValue) -> dict[str, float]:
        """What a plain count of votes adds on the weakest stretch, as far as it counts there."""
        if on.verdict is not None or whole.weakest is None:
            return {}
        i, n_votes = on.elements.index(whole.weakest), len(on.votes)
        model, name = taken.models[whole.weakest[0]], element_name(on.record, whole.weakest[1])
        [given] = model.n_saying([name])
        if 2 * given[0] < n_votes:
            return {}
        said = self._said(on)
        verdict = taken.facts.adjudications.get(on.record)
        less = 1 - float(said.trust(self.borne_out_, verdict)[i])
        added = {who: -less * part for who, part in model.voices(name, *whole.sides).items()}
        for who, vote in on.votes.items():
            [(_, label)] = taken.decomposition.labels([whole.weakest], vote.value)
            code = model.labels.index(label)
            if code in whole.sides:
                part = less * float(np.log(given[code] * len(given) + 1) / given[code])
                added[who] = added.get(who, 0.0) + (part if code == whole.sides[0] else -part)
        return added

    def _said(self, on: RecordElements) -> Corroboration:
        return Corroboration(on.elements, on.votes, self.numbers)

    def state(self) -> dict[str, Any]:
        return {"borne_out": dict(self.borne_out_), **self.boundaries.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.borne_out_ = Counter(state["borne_out"])
        self.boundaries.restore(state)
