"""What a decision hangs on: the voices that tip it, and how many answers more would turn it.

Pure arithmetic on a stored decision. All log-odds are natural logarithms, of the leading value
against its runner-up; in words they are `tipping`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from argilla_distill.domain.explanation.voices import CONTENT, COSTS, NO_PULL, REVIEW
from argilla_distill.domain.state.decision import StoredDecision

PRIOR = -3
"""Stands for what was held before anybody answered, where voices are listed by number."""


@dataclass(frozen=True)
class Balance:
    """The voices of one decision. `prior` and `pulls` (number → log-odds) add up to `total`.

    >>> balance = Balance(-0.2, {0: 2.0, 1: 0.9, 2: -1.5})
    >>> round(balance.total, 1), balance.pivotal, balance.heaviest
    (1.2, [0], 0)
    >>> balance.to_turn([0, 1, 2])  # half of the three pull by 1.5 or more: one of them is enough
    1
    """

    prior: float
    pulls: Mapping[int, float]

    @classmethod
    def of(cls, decision: StoredDecision) -> Balance:
        """That of a stored decision."""
        return cls(decision.prior, {voice.annotator: voice.log_odds for voice in decision.voices})

    @cached_property
    def total(self) -> float:
        return math.fsum([self.prior, *self.pulls.values()])

    @property
    def reviewed(self) -> bool:
        """Whether a reviewer decided."""
        return REVIEW in self.pulls

    @property
    def answers(self) -> float:
        """Without what a reviewer said."""
        return self.total - self.pulls.get(REVIEW, 0.0)

    @cached_property
    def pivotal(self) -> list[int]:
        """Those for the leader without any single one of whom it would not lead, heaviest first.

        PRIOR may be among them.
        """
        heard = [*self.pulls.items(), (PRIOR, self.prior)]
        needed = [(n, pull) for n, pull in heard if pull >= NO_PULL and self.total - pull <= 0]
        return [n for n, _ in sorted(needed, key=lambda each: (-each[1], each[0]))]

    @property
    def heaviest(self) -> int | None:
        """Who pulls most toward the leader, of those who answered and the text; None if nobody."""
        mine = [(pull, -n) for n, pull in self.pulls.items() if pull >= NO_PULL and n != REVIEW]
        return -max(mine)[1] if mine else None

    def typical(self, numbers: Collection[int]) -> float | None:
        """The median strength of these voices, and of all answers if these have none, in nats."""
        for among in (numbers, [n for n in self.pulls if n not in (CONTENT, REVIEW, COSTS)]):
            pulls = [abs(self.pulls[n]) for n in among if n in self.pulls]
            felt = [pull for pull in pulls if pull >= NO_PULL]
            if felt:
                return median(felt)
        return None

    def to_turn(self, numbers: Collection[int]) -> int | None:
        """How many answers as strong as these on average would make the runner-up lead.

        None: no answer here has moved anything.
        """
        strength = self.typical(numbers)
        return None if strength is None else math.floor(max(self.total, 0.0) / strength) + 1


def by_count(sizes: Sequence[int]) -> int:
    """How many answers more would turn a majority, given the sides' sizes, the leader's first.

    >>> by_count([3, 1, 1]), by_count([2])
    (3, 3)
    """
    return sizes[0] - max(sizes[1:], default=0) + 1
