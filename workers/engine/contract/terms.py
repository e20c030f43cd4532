"""What a team may set for any strategy: what mistakes cost, which votes count how much, which rating it is.

Costs are kept by `workers.engine.label.costs`, the rating by `workers.engine.contract.choice_strategy`, all
else by `workers.engine.dated`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.errors import UnsuitedTerms

ARROW = "->"

Rating = Literal["most_probable", "median", "mean"]
"""Which value of a scale is decided: the most probable one, the posterior's median (of the least expected
distance), or the value nearest to its mean (of about the least expected squared distance)."""


@dataclass(frozen=True)
class Terms:
    """By what a question is decided, beside its strategy.

    Attributes
    ----------
    costs : mapping of ``"said->right"`` to a cost above 0
        What it costs to say one label where another is right; 1 where nothing is said of it.
    half_life_days : float, at least 0
        A vote counts half as much for each so many days that it is older than the newest vote on the
        same record; 0: all count the same.
    guidelines : ``"latest"`` or ``"all"``
        With ``"latest"``, of a record's votes only those count that were given under the newest edition
        of the guidelines under which anybody answered it.
    rating : of rating questions with a scale, see `Rating`; of no effect on others

    >>> Terms({"no->yes": 5}).costs_of(Question("label", ("no", "yes")))
    {('no', 'yes'): 5.0}
    """

    costs: Mapping[str, float] = field(default_factory=dict)
    half_life_days: float = 0.0
    guidelines: Literal["all", "latest"] = "all"
    rating: Rating = "most_probable"

    @property
    def dated(self) -> bool:
        """Whether it makes a difference when a vote was given."""
        return self.half_life_days > 0 or self.guidelines == "latest"

    @property
    def key(self) -> str:
        """Different where anything is; empty for what holds if nothing is set."""
        return "" if self == PLAIN else json.dumps(self.state(), sort_keys=True)

    def state(self) -> dict[str, Any]:
        """What JSON can hold; the constructor takes it back."""
        known = {**asdict(self), "costs": dict(self.costs)}
        if self.rating == PLAIN.rating:
            del known["rating"]  # as in release 0.1, so that its models go on
        return known

    def costs_of(self, question: Question) -> dict[tuple[str, str], float]:
        """The costs by what is said and what is right. Raises UnsuitedTerms."""
        pairs = {
            f"{said}{ARROW}{right}": (said, right)
            for said in question.labels
            for right in question.labels
            if said != right
        }
        found = {}
        for name, cost in self.costs.items():
            plain = ARROW.join(part.strip() for part in name.split(ARROW))
            pair = pairs.get(name) or pairs.get(plain)
            if pair is None:
                labels = ", ".join(question.labels)
                raise UnsuitedTerms(
                    f'costs: "{name}" is not "said->right" of two labels among {labels}'
                )
            found[pair] = float(cost)
        return found


PLAIN = Terms()
"""What holds where nothing is set."""
