"""The default for label questions: the best that votes alone tell, and what adjudications add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from workers.engine.additive_model import DIGITS, AdditiveModel
from workers.engine.label_model import Floats, Rows
from workers.engine.question import Question
from workers.engine.reliability import expected_accuracy
from workers.engine.shares import shares
from workers.engine.strategy import State

if TYPE_CHECKING:
    from typing_extensions import Self

HABIT = 0.95
CONFUSION = 0.35
"""The pool's weights: how far each of the two models of an annotator counts."""

STRENGTH = 4.0
"""How many votes the prior of a row of a confusion matrix weighs."""

HABIT_VOTES = 2.0
"""How many votes it takes to believe in an annotator's liking for labels as much as in the
crowd's."""


class Learned(AdditiveModel):
    """A log-linear pool of two models of every annotator, near to what the majority says."""

    name: ClassVar[str] = "learned"

    habit_: Floats

    def __init__(self, question: Question, *, consensus: float = 0.25) -> None:
        super().__init__(question)
        self.consensus = consensus
        self.dependence = 0.5
        self.fit_dependence = 0.05

    def _see_crowd(self, counts: Floats, responsibility: Floats) -> None:
        super()._see_crowd(counts, responsibility)
        k = len(self.labels)
        given = counts.reshape(-1, k, k).sum(axis=(0, 2)) + 1.0
        self.habit_ = (given / given.sum()).round(DIGITS)
        estimated = np.exp(self.log_prior_)
        self.log_prior_ = np.log((estimated + self.habit_) / 2).round(DIGITS)

    def _log_confusion(self, counts: Floats) -> Floats:
        k = len(self.labels)
        cubes = np.maximum(counts, 0.0).reshape(-1, k, k)  # [annotator, given, true]
        accuracy, _ = expected_accuracy(cubes, self.crowd_)
        simple = (1 - accuracy)[:, None, None] * self.errors_.T
        simple[:, np.arange(k), np.arange(k)] = accuracy[:, None] if k > 1 else 1.0
        given = cubes.sum(axis=2)
        habit = given + HABIT_VOTES * self.habit_
        habit /= habit.sum(axis=1, keepdims=True)
        simple *= (habit / self.habit_)[:, :, None]
        simple /= simple.sum(axis=1, keepdims=True)
        full = cubes + STRENGTH * simple
        full /= full.sum(axis=1, keepdims=True)
        weights: Floats = HABIT * np.log(simple) + CONFUSION * np.log(full)
        return weights.round(DIGITS).reshape(-1, k)

    def _held(self, responsibility: Floats, majority: Floats) -> Floats:
        responsibility *= 1 - self.consensus
        responsibility += self.consensus * majority
        return responsibility

    def _responsibility(self, rows: Rows) -> Floats:
        k = len(self.labels)
        where, slots = self.votes_.of_records(rows)
        votes = np.bincount(where * k + self.votes_.columns()[2][slots], minlength=len(rows) * k)
        return self._held(super()._responsibility(rows), shares(votes.reshape(-1, k) + 1 / k))

    def _published(self, rows: Rows) -> Floats:
        return self._posterior(rows)

    def state(self) -> dict[str, Any]:
        return super().state() | {"consensus": self.consensus, "habit": self.habit_}

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        self.consensus = float(state["consensus"])
        self.habit_ = np.array(state["habit"], np.float64)
        return self
