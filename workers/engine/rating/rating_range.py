"""The values that a rating question takes, and how far apart its votes may be.

A rating is one of a scale's values, or any number. Without a scale the range is that of the votes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.movement import Report
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.errors import BadValue

LARGEST = 1e15
"""No rating is farther from 0: beyond, floats no longer tell whole numbers apart."""

BINS = 18
"""Without a scale: the posterior is given in steps of the range of all votes / BINS."""


@dataclass(frozen=True)
class RatingRange:
    """Lowest and highest value of the scale, or of the votes at the last fit if there is no scale.

    Attributes
    ----------
    low, high : float, points
    scale : tuple of numbers, ascending; empty where any number may be given

    >>> span = RatingRange(0, 90)
    >>> span.length, span.step, span.digits
    (90, 5.0, 2)
    >>> RatingRange(7, 7).length, RatingRange(0.1, 0.2).digits
    (7, 4)
    """

    low: float
    high: float
    scale: tuple[float, ...] = ()

    @classmethod
    def of(cls, question: Question, facts: CurrentFacts) -> RatingRange:
        """Return the range of the question's scale, or else of everything that was given."""
        if question.scale:
            return cls(float(question.scale[0]), float(question.scale[-1]), question.scale)
        given = [v.value for each in facts.votes.values() for v in each.values()]
        given += facts.adjudications.values()
        return cls(float(min(given)), float(max(given))) if given else cls(0.0, 1.0)

    @classmethod
    def of_state(cls, ends: Sequence[float], question: Question) -> RatingRange:
        """Return the range with these ends, lowest and highest."""
        low, high = ends
        return cls(low, high, question.scale)

    @property
    def length(self) -> float:
        """In points; the length of a single value's range is its size."""
        return self.high - self.low or max(abs(self.low), 1.0)

    @property
    def middle(self) -> float:
        """Half way between both ends, in points."""
        return (self.low + self.high) / 2

    @property
    def step(self) -> float:
        """Between two candidates, in points; on a scale, on average."""
        return self.length / (max(len(self.scale) - 1, 1) if self.scale else BINS)

    @property
    def digits(self) -> int:
        """Decimals of values where there is no scale: 2, more for ranges shorter than 10."""
        return max(2, 3 - int(np.floor(np.log10(self.length))))

    @property
    def near(self) -> float:
        """A value is right if it is at most this far from the truth, in points."""
        return 0.5 if self.scale else self.step / 2

    def grid(self, value: float) -> tuple[list[Value], int | None]:
        """Candidates at whole steps from the value, and the value's own index; a scale's values, which
        any of may be the most probable.

        If all votes are the same it is the only candidate: nothing shows how far apart they may be.

        >>> RatingRange(0, 18).grid(1.5)[0][:3], RatingRange(0, 18).grid(1.5)[1]
        ([0.5, 1.5, 2.5], 1)
        """
        if self.scale:
            return list(self.scale), None
        below = max(0, int((value - self.low) / self.step + 1e-9))
        above = max(0, int((self.high - value) / self.step + 1e-9))
        points = value + self.step * np.arange(-below, above + 1)
        return [number(point, self.digits) for point in points], below

    def differs(self, before: Report, now: Report, tolerance: float) -> bool:
        """Without a scale: whether the value moved by more than `tolerance` of the range, or the
        value's own probability by more than `tolerance`.

        Both leaders are values.
        """
        far = abs(now.leader - before.leader) > tolerance * self.length
        own, own_before = now.posterior[str(now.leader)], before.posterior[str(before.leader)]
        return far or abs(own_before - own) > tolerance


def checked_rating(question: Question, value: Value) -> Value:
    """Return the rating as an int if it is whole to 12 decimals, else as a float. Raises BadValue.

    >>> checked_rating(Question("rating"), 3.0), checked_rating(Question("rating"), 1e-300)
    (3, 0)
    """
    scale = question.scale
    if isinstance(value, bool | str) or not isinstance(value, int | float | np.number):
        raise BadValue(f"{value!r} is no rating")
    if not -LARGEST <= value <= LARGEST:  # nor is what is not a number
        raise BadValue(f"{value!r} is no rating")
    if scale and value not in scale:
        known = ", ".join(map(str, scale))
        raise BadValue(f"unknown rating {value!r}; this question has {known}")
    return number(value)


def columns_of(
    facts: CurrentFacts, records: Sequence[str]
) -> tuple[Ints, list[str], Floats, Floats]:
    """Return the record's number, annotator and points of every vote, and every record's truth.

    The truth is the adjudication; nan where there is none.
    """
    votes = [(i, v) for i, record in enumerate(records) for v in facts.of(record)]
    truths = [facts.adjudications.get(record, np.nan) for record in records]
    rows = np.array([i for i, _ in votes], np.intp)
    points = np.array([v.value for _, v in votes], np.float64)
    return rows, [v.annotator for _, v in votes], points, np.array(truths, np.float64)


def number(value: Any, digits: int = 12) -> Value:
    """Return an int if the value is whole after rounding.

    >>> number(np.float64(3)), number(2.499, 2)
    (3, 2.5)
    """
    near = round(float(value), digits)
    return int(near) if near == int(near) else near
