"""Values of several parts, decided as many label questions that are put together again.

A composite has a decomposition (what the parts are: each type's own), label models of the elements
(`elements`), a context (what elements say about each other) and, for the default strategies, a
correction learned from adjudications (`correction`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.correction import ElementCorrection
from argilla_distill.workers.engine.composite.decomposition import Decomposition
from argilla_distill.workers.engine.composite.record_elements import RecordElements, WholeValue
from argilla_distill.workers.engine.composite.taken_apart import (
    MakeModel,
    TakenApart,
    element_name,
)
from argilla_distill.workers.engine.contract.decision import Decision, why_abstain
from argilla_distill.workers.engine.contract.facts import Adjudication, Change, Content, Fact, Vote
from argilla_distill.workers.engine.contract.movement import Movement, Report, Reported
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, question_of
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES, interval
from argilla_distill.workers.engine.contract.strategy import Reliability, State, Strategy, Training

if TYPE_CHECKING:
    from typing_extensions import Self

REFIT_SHARE = 0.01
REFIT_BELOW = 200
"""`moved` refits when more than this share of the votes changed, or there are fewer in all."""


class Composite(Strategy):
    """A fold over values of several parts.

    A value is taken apart into *elements*, each a label on a record of its own in a label model:
    whether a label holds, which of two items comes first, what a stretch of text is. The models
    learn there how reliable everybody is. What an element's own votes say is then joined with its
    *context*: what the record's other elements say about it. Last, the elements are put together
    into the most probable value.

    Attributes
    ----------
    question : Question
    taken : TakenApart
        The current facts and the models of their elements.
    context : Context
    correction : ElementCorrection, or None
    movement_ : Movement
    reported_ : Reported
    """

    question: Question
    taken: TakenApart
    context: Context
    correction: ElementCorrection | None
    movement_: Movement[str]
    reported_: Reported

    def _set_parts(
        self,
        decomposition: Decomposition,
        make: MakeModel,
        context: Context,
        correction: ElementCorrection | None = None,
    ) -> None:
        """Store the parts; each strategy's constructor chooses its own."""
        self.question = decomposition.question
        self.taken = TakenApart(decomposition, make)
        self.context = context
        self.correction = correction

    # -- the contract -----------------------------------------------------------------------

    def fit(self, facts: Iterable[Fact]) -> Self:
        self.movement_, self.reported_ = Movement(), Reported()
        apart = self.taken.start(facts)
        self.context.prepare(self.taken)
        for model, its in zip(self.taken.models, apart, strict=True):
            model.fit(its)
        return self._fitted()

    def refit(self) -> Self:
        self.context.prepare(self.taken)
        for model in self.taken.models:
            model.refit()
        return self._fitted()

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, Vote | Adjudication):
            self.taken.tell(self._change(self.taken.checked(fact), self.taken.facts.learn))

    def revert(self, fact: Fact) -> None:
        if isinstance(fact, Vote | Adjudication):
            checked = self.taken.checked(fact)
            self.taken.facts.require(checked)
            self.taken.tell(self._change(checked, self.taken.facts.revert))

    def learn_all(self, changes: Iterable[Change]) -> int:
        """Each fact is taken apart in its turn; the models of elements are told of all of them at once."""
        taken, facts, parts = 0, self.taken.facts, list[tuple[int, Change]]()
        try:
            for fact, holds in changes:
                if isinstance(fact, Vote | Adjudication):
                    checked = self.taken.checked(fact)
                    if not holds and not facts.has(checked):
                        continue
                    parts += self._change(checked, facts.learn if holds else facts.revert)
                taken += 1
        finally:
            self.taken.tell(parts)
        return taken

    def knows(self, content: Content) -> bool:
        return True

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        accuracy = {one.annotator: one.accuracy for one in self.annotators()}
        found = self.taken.on(list(records), self._in_context)
        return [self._decision(each, accuracy, floor) for each in found]

    def moved(self, tolerance: float) -> list[str]:
        if self.fits_itself and self.fit_due:
            self.refit()
        self.movement_.touch(self.taken.moved(tolerance))
        touched = self.movement_.take(lambda: {*self.taken.facts.heard(), *self.reported_})
        now = map(self._report, self.taken.on(touched, self._in_context))
        return self.reported_.differing(now, tolerance)

    def annotators(self) -> list[Reliability]:
        """Return, as accuracy, the mean over an annotator's votes on elements."""
        shares: dict[str, list[tuple[float, int]]] = {}
        for model in self.taken.models:
            for one in model.annotators():
                shares.setdefault(one.annotator, []).append((one.accuracy, one.n_votes))
        found = []
        for name, n in ((name, len(on)) for name, on in self.taken.facts.records.items()):
            parts = np.array(shares.get(name, [(0.5, 1)]), np.float64)
            accuracy = float(np.average(parts[:, 0], weights=parts[:, 1]))
            low, high = interval(accuracy, n + ANNOTATOR_VOTES)
            found.append(Reliability(name, accuracy, float(low), float(high), n))
        return found

    @property
    def training(self) -> Training | None:
        return None if self.correction is None else self.correction.training_

    def leave_fits(self) -> None:
        super().leave_fits()
        for model in self.taken.models:
            model.leave_fits()

    @property
    def fit_due(self) -> bool:
        if self.movement_.refit_due(self.n_votes, REFIT_SHARE, REFIT_BELOW):
            return True
        n_adjudicated = len(self.taken.facts.adjudications)
        return bool(self.correction and self.correction.due(self.n_votes, n_adjudicated))

    @property
    def staleness(self) -> float:
        return self.movement_.staleness

    @property
    def n_votes(self) -> int:
        return len(self.taken.facts)

    def state(self) -> dict[str, Any]:
        return {
            **self.taken.state(),
            "strategy": self.name,
            "question": asdict(self.question),
            "reported": self.reported_.state(),
            **self.movement_.state(),
            **self.context.state(),
            **({} if self.correction is None else self.correction.state()),
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = cls(question_of(state["question"]))
        self.taken.restore(state)
        self.movement_, self.reported_ = Movement(), Reported()
        self.movement_.restore(state)
        self.reported_.restore(state["reported"], self.taken.decomposition.checked)
        self.context.restore(state)
        if self.correction is not None:
            self.correction.restore(state)
        return self

    # -- inside -----------------------------------------------------------------------------

    def _fitted(self) -> Self:
        self.context.learn(self.taken)
        if self.correction is not None:
            self.correction.learn(self.taken, self.context)
        self.movement_.fitted(self.n_votes)
        return self

    def _change(
        self, fact: Vote | Adjudication, change: Callable[[Fact], None]
    ) -> list[tuple[int, Change]]:
        """Change the facts; returns what the models of elements are to be told."""
        before = self.taken.nothing > 0
        parts = self.taken.change(fact, change)
        self.movement_.changed([fact.record])
        if before != (self.taken.nothing > 0):  # whether a record must have a part, see `LabelSets`
            self.movement_.touch_all()
        if self.correction is not None and isinstance(fact, Adjudication):
            self.correction.changed()
        return parts

    def _in_context(self, on: RecordElements) -> list[Floats]:
        found = self.context.apply(self.taken, on)
        if self.correction is None:
            return found
        return self.correction.apply(on.elements, on.own, found)

    def _report(self, on: RecordElements) -> Report:
        if not on.heard:
            return Report(on.record, False, None, {})
        whole = self._whole(on)
        return Report(on.record, True, whole.leader, whole.posterior)

    def _whole(self, on: RecordElements) -> WholeValue:
        return self.taken.decomposition.whole(on, self.taken.models)

    def _decision(
        self, on: RecordElements, accuracy: Mapping[str, float], floor: float
    ) -> Decision:
        if not on.heard:
            why = why_abstain(0, [], 0.0, floor)
            return Decision(on.record, None, None, None, 0.0, {}, 0.0, (), why)
        whole = self._whole(on)
        decision = whole.decision(on, *self._reasons(on, whole), accuracy, floor)
        if not on.votes:
            return decision
        return replace(decision, independent_votes=self.context.independent_votes(self.taken, on))

    def _reasons(self, on: RecordElements, whole: WholeValue) -> tuple[float, dict[str, float]]:
        """What speaks for the leader in the weakest element: all that is no vote, and the votes."""
        if whole.weakest is None:
            return 0.0, {}
        one, other = whole.sides
        number, part = whole.weakest
        voices = self.taken.models[number].voices(element_name(on.record, part), one, other)
        context = self.context.voices(self.taken, on, whole)
        if self.correction is not None and on.verdict is None:
            scale, trust = self.correction.scale_of(number), self.correction.trust_of(number)
            voices = {name: scale * voice for name, voice in voices.items()}
            context = {name: trust * voice for name, voice in context.items()}
        for name, added in context.items():
            voices[name] = voices.get(name, 0.0) + added
        p = np.maximum(on.of(whole.weakest), np.finfo(float).tiny)
        total = 0.0 if whole.tied else float(np.log(p[one]) - np.log(p[other]))
        return total - sum(voices.values()), voices
