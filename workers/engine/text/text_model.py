"""The model of texts: which answer is nearest to all others, as far as annotators are trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from argilla_distill.workers.engine.contract.choice import Choice
from argilla_distill.workers.engine.contract.choice_model import REFIT_SHARE, ChoiceModel
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.movement import Movement
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES, believed
from argilla_distill.workers.engine.contract.strategy import Reliability, Training
from argilla_distill.workers.engine.text.answers import (
    RecordAnswers,
    answers_of,
    answers_on,
    checked_text,
)
from argilla_distill.workers.engine.text.composing import HeldBack
from argilla_distill.workers.engine.text.text_annotators import (
    AnswerComparison,
    TextAnnotators,
    Weighting,
)
from argilla_distill.workers.engine.text.text_choice import composed_answer, nearest_answer
from argilla_distill.workers.engine.text.text_training import TRAINED, trained

REFIT_BELOW = 500
"""Models of fewer votes are refitted whenever facts changed."""

TRAINING_ROUNDS = 4
"""So many iterations at most where annotators are judged in cross-validation."""


class TextModel(ChoiceModel):
    """Annotators, everybody's answers, and how one is chosen of them.

    Parameters
    ----------
    usual : Weighting
        How far reliability counts unless adjudications show that it should count more.
    sharpness : float
    composes : bool or None
        Whether answers are composed word by word; None: where that predicts held-back answers better.

    Attributes
    ----------
    annotators_ : TextAnnotators
        Weighted as `usual` or `TRAINED`.
    composes_ : bool
        Whether answers are composed.
    training_ : Training
        Its accuracy: a choice is right if no answer is nearer to the adjudication.
    """

    annotators_: TextAnnotators
    composes_: bool
    training_: Training

    def __init__(
        self, usual: Weighting, sharpness: float, *, composes: bool | None = False
    ) -> None:
        self.usual = usual
        self.sharpness = sharpness
        self.composes = composes
        self._answers: dict[str, RecordAnswers] = {}
        self._held_back = HeldBack()

    def checked(self, value: Value) -> Value:
        return checked_text(value)

    # -- the full fit -----------------------------------------------------------------------

    def fit(self, facts: CurrentFacts) -> None:
        before, self.facts = self._answers, facts
        self._answers = {
            record: answers_on(facts, record, before.get(record)) for record in facts.heard()
        }
        self.training_, self.composes_ = self._trained(), bool(self.composes)
        if self.composes is None:
            compared = self._held_back.compare(self._answers)
            self.composes_ = compared.composes
            if compared.summary:
                both = f"{self.training_.summary}; {compared.summary}"
                self.training_ = replace(self.training_, summary=both)
        self.annotators_ = TextAnnotators(TRAINED if self.training_.used else self.usual)
        self._learned = self.annotators_.fit(self._answers)
        self._settled = {n: self.annotators_.farther(n) for n in self.annotators_.sums_}
        self._drifting: set[str] = set()

    def _trained(self) -> Training:
        """Find out whether annotators should weigh more once reviewers have judged them."""
        judged = {r: a for r, a in self._answers.items() if a.truth is not None and a.votes}
        plain = {record: answers_of(each.votes, None) for record, each in judged.items()}

        def posteriors(weighting: Weighting, test: Sequence[str]) -> list[Floats]:
            annotators = TextAnnotators(weighting)
            annotators.fit(self._answers | {r: plain[r] for r in test}, TRAINING_ROUNDS)
            choices = [nearest_answer(plain[r], annotators, self.sharpness) for r in test]
            return [choice.posterior() for choice in choices]

        return trained(judged, plain, self.usual, posteriors)

    @property
    def training(self) -> Training:
        return self.training_

    # -- records and annotators -------------------------------------------------------------

    def choices(self, records: Sequence[str]) -> list[Choice]:
        answers = [self._answers.get(r) or answers_on(self.facts, r) for r in records]
        choose = composed_answer if self.composes_ else nearest_answer
        return [choose(each, self.annotators_, self.sharpness) for each in answers]

    def annotators(self) -> list[Reliability]:
        known = self.annotators_
        return [
            believed(
                name,
                known.accuracy(name),
                len(records) + ANNOTATOR_VOTES,
                len(records),
                {"distance": known.distance_ + known.farther(name)},
            )
            for name, records in self.facts.records.items()
        ]

    # -- what one fact changes --------------------------------------------------------------

    def leave(self, record: str) -> None:
        self.annotators_.add(self._learned.pop(record, ()), -1.0)
        self._answers.pop(record, None)

    def enter(self, record: str) -> None:
        self._answers[record] = answers_on(self.facts, record)
        self._learn(record)

    def relearn(self, record: str) -> None:
        self.annotators_.add(self._learned.pop(record, ()), -1.0)
        self._learn(record)

    def _learn(self, record: str) -> None:
        learned = self._learned[record] = self.annotators_.compare(self._answers[record])
        self.annotators_.add(learned, 1.0)
        self._drifting.update(each.annotator for each in learned)

    def drifted(self, tolerance: float) -> set[str]:
        farther, limit = self.annotators_.farther, tolerance / sum(self.annotators_.weighting)
        due = {
            name
            for name in self._drifting
            if abs(farther(name) - self._settled.get(name, 0.0)) > limit
        }
        self._settled |= {name: farther(name) for name in due}
        self._drifting -= due
        return {record for name in due for record in self.facts.records.get(name, ())}

    def refit_due(self, movement: Movement[str]) -> bool:
        return movement.refit_due(len(self.facts), REFIT_SHARE, REFIT_BELOW)

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        annotators = self.annotators_.state()
        return {
            "power": self.usual.power,
            "own": self.usual.own,
            "sharpness": self.sharpness,
            "weigh": annotators["weigh"],
            "composes": self.composes_,
            "training": self.training_.state(),
            "sums": annotators["sums"],
            "distance": annotators["distance"],
            "told": [
                [record, [list(each) for each in learned]]
                for record, learned in self._learned.items()
            ],
            "settled": self._settled,
            "drifting": sorted(self._drifting),
        }

    def restore(self, facts: CurrentFacts, state: Mapping[str, Any]) -> None:
        self.facts = facts
        self.usual, self.sharpness = Weighting(state["power"], state["own"]), state["sharpness"]
        self.annotators_ = TextAnnotators.of_state(state)
        self.composes_ = bool(state.get("composes", self.composes))  # release 0.1 had no choice
        self.training_ = Training.of_state(state["training"])
        self._learned = {
            record: tuple(AnswerComparison(*each) for each in learned)
            for record, learned in state["told"]
        }
        self._answers = {record: answers_on(facts, record) for record in self._learned}
        self._settled = dict(state["settled"])
        self._drifting = set(state["drifting"])
