"""What rating strategies share: numbers, their range, candidates, and the yardstick, the median."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, Voice, trust
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.question import QuestionType, Value
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES
from argilla_distill.workers.engine.contract.strategy import Reliability, State
from argilla_distill.workers.engine.contract.value_model import Report, ValueModel, believed
from argilla_distill.workers.engine.errors import BadValue

if TYPE_CHECKING:
    from typing_extensions import Self


BINS = 18
"""Without a scale: the posterior is given in steps of the range of all votes / BINS."""


class RatingModel(ValueModel):
    """What rating strategies share: numbers, their range, and votes as columns.

    Attributes
    ----------
    range_ : tuple of two numbers, points
        Lowest and highest of the scale, or of the votes at the last fit where there is no scale.
    """

    types: ClassVar[frozenset[QuestionType]] = frozenset({"rating"})

    range_: tuple[float, float]

    def _checked(self, value: Value) -> Value:
        scale = self.question.scale
        if isinstance(value, bool | str) or not isinstance(value, int | float | np.number):
            raise BadValue(f"{value!r} is no rating")
        if not np.isfinite(value):
            raise BadValue(f"{value!r} is no rating")
        if scale and value not in scale:
            known = ", ".join(map(str, scale))
            raise BadValue(f"unknown rating {value!r}; this question has {known}")
        return int(value) if value == int(value) else float(value)

    @property
    def length(self) -> float:
        """Of the range, in points; that of a lone value is its size."""
        low, high = self.range_
        return high - low or max(abs(low), 1.0)

    @property
    def step(self) -> float:
        """Between two candidates, in points, where there is no scale."""
        return self.length / BINS

    @property
    def digits(self) -> int:
        """Decimals of values where there is no scale: 2, more for ranges shorter than 10."""
        return max(2, 3 - int(np.floor(np.log10(self.length))))

    def _see_range(self) -> None:
        if self.question.scale:
            self.range_ = float(self.question.scale[0]), float(self.question.scale[-1])
            return
        said = [v.value for each in self.standing_.votes.values() for v in each.values()]
        said += self.standing_.adjudications.values()
        self.range_ = (float(min(said)), float(max(said))) if said else (0.0, 1.0)

    def _columns(self, records: Sequence[str]) -> tuple[Ints, list[str], Floats, Floats]:
        """Record's number, annotator and points of every vote, and the truth of every record."""
        votes = [(i, v) for i, record in enumerate(records) for v in self.standing_.of(record)]
        truths = [self.standing_.adjudications.get(record, np.nan) for record in records]
        rows = np.array([i for i, _ in votes], np.intp)
        points = np.array([v.value for _, v in votes], np.float64)
        return rows, [v.annotator for _, v in votes], points, np.array(truths, np.float64)

    def _grid(self, value: float) -> tuple[list[Value], int]:
        """Without a scale: candidates at whole steps from the value, and which one it is.

        Where all votes are the same it is the only one: nobody told how far apart they may be.
        """
        low, high = self.range_
        below = max(0, int((value - low) / self.step + 1e-9))
        above = max(0, int((high - value) / self.step + 1e-9))
        points = value + self.step * np.arange(-below, above + 1)
        return [number(point, self.digits) for point in points], below

    def _differs(self, before: Report, now: Decision, tolerance: float) -> bool:
        """Without a scale: the value by `tolerance` of the range, or its own probability."""
        leader, posterior = before
        if self.question.scale or leader is None or now.leader is None:
            return super()._differs(before, now, tolerance)
        far = abs(now.leader - leader) > tolerance * self.length
        own, before_own = now.posterior[str(now.leader)], posterior[str(leader)]
        return far or abs(before_own - own) > tolerance


class RatingMajority(RatingModel):
    """The median: as many voices above it as below. The yardstick of ratings.

    ``P(t) ∝ exp(-Σ_j |v[j] - t| / (s · (1 + (n - 1) / 2)))``, whose most probable t is the median
    (Laplace); n votes are never worth more than two independent ones (as in `DawidSkene`), and s is
    the mean distance of votes from the median of their record, an eighth of the range before
    there are votes and worth 10 of them. With a scale, values that are as good as each other tie:
    of 2 and 3 either, of 2 and 4 all three. Without one, the middle of them is the value.

    Attributes
    ----------
    distance_ : float, points
        s.
    near_ : mapping of annotator to how many of their votes were near the median

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import Question
    >>> votes = [Vote("r", who, value) for who, value in (("ann", 5), ("ben", 4), ("cas", 1))]
    >>> RatingMajority(Question("rating", scale=(1, 2, 3, 4, 5))).fit(votes).decide(["r"])[0].value
    4
    """

    name: ClassVar[str] = "majority"

    distance_: float
    near_: dict[str, int]

    def _fit(self) -> None:
        self._see_range()
        total = 10 * self.length / 8
        self.near_ = dict.fromkeys(self.standing_.records, 0)
        for record, votes in self.standing_.votes.items():
            said = np.array([vote.value for vote in votes.values()], np.float64)
            middle = float(np.median(said))
            total += float(np.abs(said - middle).sum())
            middle = self.standing_.adjudications.get(record, middle)
            for name, vote in votes.items():
                self.near_[name] += abs(vote.value - middle) <= self.length / 8
        self.distance_ = round(total / (10 + len(self.standing_)), 10)

    def _choices(self, records: Sequence[str]) -> list[Choice]:
        choices = []
        for record in records:
            anchor = self.standing_.adjudications.get(record)
            votes = self.standing_.of(record)
            values: list[Value] = list(self.question.scale)
            among = None
            if not values:
                said = [vote.value for vote in votes]
                middle = float(np.median(said)) if said else sum(self.range_) / 2
                values, among = self._grid(middle if anchor is None else anchor)
            grid = np.array(values, np.float64)
            far = -2 / (1 + max(len(votes), 1)) / self.distance_
            voices = [
                Voice(
                    v.annotator, v.value, self._accuracy(v.annotator), far * np.abs(grid - v.value)
                )
                for v in votes
            ]
            sure = 1.0 if len(values) > 1 or self.question.scale else trust(len(votes))
            choices.append(Choice(values, np.zeros(len(grid)), voices, anchor, sure, among))
        return choices

    def _accuracy(self, annotator: str) -> float:
        """How often they are within an eighth of the range of the median, at the last fit."""
        n, prior = len(self.standing_.records.get(annotator, ())), 0.6 * ANNOTATOR_VOTES
        hits = min(self.near_.get(annotator, 0), n)
        return (hits + prior) / (n + ANNOTATOR_VOTES)

    def annotators(self) -> list[Reliability]:
        return [
            believed(name, self._accuracy(name), len(records) + ANNOTATOR_VOTES, len(records))
            for name, records in self.standing_.records.items()
        ]

    def _settle(self, tolerance: float) -> None:
        if self._changed > 0.01 * self._fitted_votes:
            self.refit()

    def state(self) -> dict[str, Any]:
        return super().state() | {
            "range": list(self.range_),
            "distance": self.distance_,
            "near": self.near_,
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        values: dict[str, Any] = dict(state)
        self.range_, self.distance_ = tuple(values["range"]), values["distance"]
        self.near_ = values["near"]
        return self


def number(value: Any, digits: int = 12) -> Value:
    """An int where it is whole after rounding.

    >>> number(np.float64(3)), number(2.499, 2)
    (3, 2.5)
    """
    near = round(float(value), digits)
    return int(near) if near == int(near) else near
