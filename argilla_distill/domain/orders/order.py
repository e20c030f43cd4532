"""An order: what somebody asks of a worker through the web process, which does nothing slow.

It is kept until a worker has done it, or has told why it cannot be; whatever is killed meanwhile, it is done
once. What carries orders out is `workers.use_cases.orders`, where they are kept `plugin.store.work.orders`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Term: TypeAlias = str | int | float | bool | Sequence[str]

CANCEL_ROUND, END_ROUND = "cancel round", "end round"
START_ROUND, PLAN_ROUND = "start round", "plan round"
COMPARE, COUNT_RUNS, ADD_RUN = "compare", "count runs", "add run"

TRACE_FAILURES = "trace failures"
CREATE_VERSION = "create version"


@dataclass(frozen=True)
class WorkOrder:
    """What was asked for, and how far it is.

    Attributes
    ----------
    id : unique within the dataset. Of several orders of one id the last stands.
    action : what is to be done, such as "cancel round".
    about : the name of the round or version, as far as there is one.
    asked_at : ms since the epoch. `asked_by`: the user's name.
    terms : what else is asked for, by name.
    stage, done, total : how far it is: what is being done, so many of so many (0: unknown).
    error : why it cannot be done; "" while it waits and when it is done.
    result : the name of what came of it; "" before. Until it is settled, the name that it is to have.
    settled_at : ms since the epoch when it was done or refused; 0 while it waits.
    """

    id: str
    action: str
    about: str = ""
    asked_at: int = 0
    asked_by: str = ""
    terms: Mapping[str, Term] = field(default_factory=dict)
    stage: str = ""
    done: int = 0
    total: int = 0
    error: str = ""
    result: str = ""
    settled_at: int = 0

    @property
    def waits(self) -> bool:
        """Whether something is still to come of it."""
        return not self.settled_at

    def asks_the_same(self, other: WorkOrder) -> bool:
        """Whether the same is asked for, whoever asks and whenever.

        >>> WorkOrder("round:4", "end round").asks_the_same(WorkOrder("round:4", "end round", asked_at=7))
        True
        >>> WorkOrder("round:4", "end round").asks_the_same(WorkOrder("round:4", "cancel round"))
        False
        """
        return (self.id, self.action, self.about, _plain(self.terms)) == (
            other.id,
            other.action,
            other.about,
            _plain(other.terms),
        )

    def is_same(self, other: WorkOrder) -> bool:
        """Whether it is this very order, however far it is."""
        return self.asked_at == other.asked_at and self.asks_the_same(other)

    @property
    def sentence(self) -> str:
        """How far it is.

        >>> WorkOrder("round:4", "start round", "4", stage="writing records", done=50, total=300).sentence
        'start round 4: writing records, 50 of 300'
        >>> WorkOrder("round:4", "end round", "4", error="round 4 was cancelled", settled_at=1).sentence
        'end round 4: round 4 was cancelled'
        """
        what = f"{self.action} {self.about}".strip()
        if self.settled_at:
            return f"{what}: {self.error or 'done'}"
        if not self.stage:
            return f"{what}: waits for a worker"
        far = f", {self.done:,}" if self.done else ""
        return f"{what}: {self.stage}{far}" + (f" of {self.total:,}" if far and self.total else "")


def of_round(name: str) -> str:
    """The id of an order about a round: to start, end or cancel it, whichever was asked last."""
    return f"round:{name}"


def withdrawal(standing: WorkOrder | None, at: int, by: str) -> WorkOrder | None:
    """What is to stand in place of an order to start a round that is not kept yet: that it is not started.

    None where no round is to be started.

    >>> order = withdrawal(WorkOrder("round:4", "start round", "4", 1, terms={"sha256": "e3b0"}), 2, "olga")
    >>> order.action, order.about, order.terms
    ('cancel round', '4', {'sha256': 'e3b0'})
    >>> withdrawal(WorkOrder("round:4", "end round", "4", 1), 2, "olga") is None
    True
    """
    if standing is None or not standing.waits or "sha256" not in standing.terms:
        return None
    terms = {"sha256": standing.terms["sha256"]}
    return WorkOrder(standing.id, CANCEL_ROUND, standing.about, at, by, terms)


def of_sketch(name: str) -> str:
    """The id of an order to tell what a round would be."""
    return f"plan:{name}"


def of_comparison(name: str) -> str:
    """The id of an order to compare versions or runs (`domain.versions.contest.comparison_name`)."""
    return f"compare:{name}"


def of_run(name: str) -> str:
    """The id of an order to add a run."""
    return f"run:{name}"


OF_RUNS = "runs"
"""The id of an order to count how often each run is right."""


def _plain(terms: Mapping[str, Term]) -> dict[str, object]:
    """Terms as they are after any way through JSON."""
    return {
        name: list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        for name, value in terms.items()
    }
