"""Values of several parts, whose elements reviewers have taught how sure to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.composite.composite import Composite
from argilla_distill.workers.engine.composite.elements import DawidSkeneElements
from argilla_distill.workers.engine.composite.parts import Element, Reading, Whole
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import State, Training
from argilla_distill.workers.engine.label.correction import teaching
from argilla_distill.workers.engine.label.correction.correction import Lesson, untaught
from argilla_distill.workers.engine.label.correction.correction import Reading as Exercises
from argilla_distill.workers.engine.label.correction.teaching import Trial

if TYPE_CHECKING:
    from typing_extensions import Self

TEACH_BELOW = 1_000
"""With fewer votes, `moved` takes in at once what new adjudications teach. Larger models do when a tenth
of the adjudications changed (`teaching.due`)."""

WHAT = "a scale and a bias for each part of a value"


class Taught(Composite):
    """A composite whose adjudications teach a scale and a bias for the labels of each model.

    With P[i, k] what the votes on element i and its context make of label k::

        log P'[i, k] = scale · log P[i, k] + bias[k],  up to a constant

    Learned from 10 adjudicated records with votes on, penalised toward 1 and 0, and used in those
    models only where cross-validation (a record's elements stay together) says that it helps, see
    `teaching`, and that no fewer elements are decided right. Adjudicated records are read as their
    votes alone have them, with the record left out where annotators are judged. That adjudications
    also anchor the elements is `Composite`'s.

    Attributes
    ----------
    lessons_ : list of Lesson, one for each of the `models_`
    training_ : Training
        Its figures are means over elements.
    """

    mirrored: ClassVar[bool] = False
    """Whether an element may be seen from the other side, with its labels in reverse order."""

    lessons_: list[Lesson]
    training_: Training
    _untaught: int  # adjudications changed since the lessons

    @property
    def training(self) -> Training:
        return self.training_

    # -- one record -------------------------------------------------------------------------

    def _in_context(self, reading: Reading) -> list[Floats]:
        return [
            _recalled(self.lessons_[number], p)
            for (number, _), p in zip(reading.elements, super()._in_context(reading), strict=True)
        ]

    def _reasons(self, reading: Reading, whole: Whole) -> tuple[float, dict[str, float]]:
        prior, voices = super()._reasons(reading, whole)
        if whole.weakest is None or reading.verdict is not None:
            return prior, voices
        scale = self.lessons_[whole.weakest[0]].scale
        rest = (1 - scale) * sum(voices.values())
        return prior + rest, {name: scale * part for name, part in voices.items()}

    # -- what is taught ---------------------------------------------------------------------

    def _change(self, fact: Vote | Adjudication, change: Callable[..., None]) -> None:
        super()._change(fact, change)
        self._untaught += isinstance(fact, Adjudication)

    def moved(self, tolerance: float) -> list[str]:
        if self._lesson_due():
            self.refit()
        return super().moved(tolerance)

    def _lesson_due(self) -> bool:
        """Whether what adjudications teach is to be learned again."""
        if self.n_votes < TEACH_BELOW:
            return self._untaught > 0
        known, now = self.training_.adjudications, len(self.standing_.adjudications)
        return teaching.due(self._untaught, known) and max(known, now) >= teaching.ENOUGH

    def _learn_context(self) -> None:
        super()._learn_context()
        self._untaught = 0
        self.lessons_ = [untaught(len(model.labels), 0) for model in self.models_]
        records = [r for r in sorted(self.standing_.adjudications) if self.votes_on(r)]
        if len(records) < teaching.ENOUGH:
            self.training_ = teaching.too_few(len(records))
            return
        trials = []
        for number, its in enumerate(self._exercises(records)):
            if its and self._in_question(number, its):
                group, elements, posterior, true = (list(each) for each in zip(*its, strict=True))
                trial, codes = self._tried(np.array(posterior), np.array(true), np.array(group))
                self.lessons_[number] = trial.lesson
                model = self.models_[number]
                assert isinstance(model, DawidSkeneElements)
                hits = teaching.agreeing(model.n_saying(elements), np.array(true))
                trials.append((trial, codes, hits))
        self.training_ = _training(len(records), trials) if trials else _nothing(len(records))

    def _exercises(self, records: list[str]) -> list[list[tuple[int, str, Floats, int]]]:
        """For each model: an element's record's number, its name, its posterior, its true label."""
        asked: list[list[tuple[int, str]]] = [[] for _ in self.models_]
        of = {record: self._elements(record) for record in records}
        for at, record in enumerate(records):
            for number, part in of[record]:
                asked[number].append((at, f"{record}\x1f{part}"))
        left: dict[Element, Floats] = {}
        for number, (model, its) in enumerate(zip(self.models_, asked, strict=True)):
            assert isinstance(model, DawidSkeneElements)
            names = [name for _, name in its]
            found = model.left_out(names, np.array([at for at, _ in its], np.intp))
            left |= {(number, name): p for name, p in zip(names, found, strict=True)}
        exercises: list[list[tuple[int, str, Floats, int]]] = [[] for _ in self.models_]
        for at, record in enumerate(records):
            own = [left[number, f"{record}\x1f{part}"] for number, part in of[record]]
            reading = Reading(record, self.votes_on(record), None, of[record], own, own)
            context = dict(zip(of[record], super()._in_context(reading), strict=True))
            for element, label in self._labels(of[record], self.standing_.adjudications[record]):
                number, part = element
                if element in context:
                    code = self.models_[number].labels.index(label)
                    exercise = at, f"{record}\x1f{part}", context[element], code
                    exercises[number].append(exercise)
        return exercises

    def _in_question(self, number: int, its: list[tuple[int, str, Floats, int]]) -> bool:
        """Whether anybody, annotator or reviewer, gave another label than the first there."""
        said = self.models_[number].votes_.columns()[2]
        return bool(said.any()) or any(true for *_, true in its)

    def _tried(self, posterior: Floats, true: Ints, group: Ints) -> tuple[Trial, Ints]:
        """What comes of these exercises, and the true labels of its rows."""
        if self.mirrored:
            posterior = np.concatenate([posterior, posterior[:, ::-1]])
            true = np.concatenate([true, posterior.shape[1] - 1 - true])
            group = np.concatenate([group, group])
        group = np.unique(group, return_inverse=True)[1]
        evidence, nothing = _log(posterior), sparse.csr_array((len(true), 0))
        reading = Exercises(evidence, nothing, np.zeros_like(evidence))
        trial = teaching.tried(reading, true, teaching.PLANS[:1], group)
        right = [int((log.argmax(axis=1) == true).sum()) for log in (trial.before, trial.after)]
        if right[1] < right[0]:
            trial = replace(trial, used=False, lesson=untaught(posterior.shape[1], 0))
        return trial, true

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        return super().state() | {
            "lessons": [[each.scale, each.bias.tolist()] for each in self.lessons_],
            "training": asdict(self.training_),
            "untaught": self._untaught,
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        self.lessons_ = [
            Lesson(float(scale), 1.0, np.array(bias, np.float64), np.zeros((0, len(bias))))
            for scale, bias in state["lessons"]
        ]
        self.training_ = Training(**state["training"])
        self._untaught = int(state["untaught"])
        return self


def _log(posterior: Floats) -> Floats:
    """Log probabilities, up to a constant per row: centred, so that a scale moves no label alone."""
    log = np.log(np.maximum(posterior, 1e-12))
    return np.asarray(log - log.mean(axis=-1, keepdims=True), np.float64)


def _recalled(lesson: Lesson, posterior: Floats) -> Floats:
    """The posterior of one element as the lesson has it."""
    return np.asarray(softmax((lesson.scale * _log(posterior) + lesson.bias)[None])[0], np.float64)


def _training(n: int, trials: list[tuple[Trial, Ints, Floats]]) -> Training:
    """What n adjudications have made of all models."""
    used = any(trial.used for trial, _, _ in trials)
    before = np.concatenate([teaching.losses(t.before, true) for t, true, _ in trials])
    after = np.concatenate(
        [teaching.losses(t.chosen if used else t.after, true) for t, true, _ in trials]
    )
    right = np.concatenate([t.chosen.argmax(axis=1) == true for t, true, _ in trials])
    hits = np.concatenate([hits for _, _, hits in trials])
    losses = float(before.mean()), float(after.mean())
    word = teaching.told(n, used, WHAT, *losses)
    return Training(n, used, *losses, float(right.mean()), float(hits.mean()), word)


def _nothing(n: int) -> Training:
    """What adjudications make of records on which nobody ever chose or marked anything."""
    word = f"{n} adjudications: nothing was chosen or marked that could be learned from"
    return Training(n, False, None, None, None, None, word)
