"""What changed since `moved` last reported, and since the last full fit: kept by every strategy.

A strategy *has* a `Movement` and, unless its posteriors are rows of an array, a `Reported`::

    fit, refit      movement.fitted(n_votes)                everything may have moved
    learn, revert   movement.changed([record])              one more fact changed
    moved           if movement.refit_due(…): refit         then let changed annotators reach their
                    movement.touch(other records)           other records
                    records = movement.take(everything)     those to look at, once
                    return reported.differing(now, tolerance)
    staleness       movement.staleness
    state           movement.state() | {"reported": reported.state()}

Label questions keep their reports as an array, see `workers.engine.label.votes.reported_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from argilla_distill.workers.engine.contract.question import Value

Key = TypeVar("Key", str, int)
"""What a strategy calls a record: its id, or a row's number."""


class Movement(Generic[Key]):
    """Which records may have moved since they were last looked at, and how many facts changed.

    Attributes
    ----------
    touched : set of keys, or None
        The records that may have moved; None: all of them.
    fitted_votes : int
        Votes at the last full fit.
    changed_votes : int
        Facts that changed since.

    >>> movement = Movement[str]()
    >>> movement.fitted(200)
    >>> movement.take(lambda: ["r2", "r1"])  # after a fit all of them
    ['r1', 'r2']
    >>> movement.changed(["r7"])
    >>> movement.take(lambda: ["r2", "r1"]), movement.take(lambda: [])
    (['r7'], [])
    >>> movement.staleness, movement.refit_due(201, 0.01, 100), movement.refit_due(201, 0.01, 500)
    (0.005, False, True)
    """

    def __init__(self) -> None:
        self.touched: set[Key] | None = None
        self.fitted_votes = 0
        self.changed_votes = 0

    def fitted(self, n_votes: int) -> None:
        """Take in that the model was fitted from scratch to so many votes."""
        self.fitted_votes, self.changed_votes, self.touched = n_votes, 0, None

    def changed(self, records: Iterable[Key] = (), n: int = 1) -> None:
        """Take in that one more fact changed, or `n`, and that these records may have moved."""
        self.changed_votes += n
        self.touch(records)

    def touch(self, records: Iterable[Key]) -> None:
        """Take in that these records may have moved."""
        if self.touched is not None:
            self.touched.update(records)

    def touch_all(self) -> None:
        """Take in that every record may have moved."""
        self.touched = None

    def refit_due(self, n_votes: int, share: float, below: int) -> bool:
        """Whether more than this share of the votes changed; of fewer votes than `below`, any."""
        few = n_votes < below and self.changed_votes > 0
        return few or self.changed_votes > share * self.fitted_votes

    def take(self, everything: Callable[[], Iterable[Key]]) -> list[Key]:
        """Return the records that may have moved, in order; from now on none has.

        `everything` is asked for all records where all may have moved.
        """
        touched = everything() if self.touched is None else self.touched
        self.touched = set()
        return sorted(touched)

    @property
    def staleness(self) -> float:
        """Facts changed since the last full fit, as a fraction of the votes then (of 1 if none)."""
        return self.changed_votes / max(self.fitted_votes, 1)

    def state(self) -> dict[str, Any]:
        """What JSON can hold; `restore` is the inverse."""
        return {
            "touched": None if self.touched is None else sorted(self.touched),
            "fitted_votes": self.fitted_votes,
            "changed_votes": self.changed_votes,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take a state back. Snapshots of 0.1 have ``changed`` for ``changed_votes`` at times.

        >>> movement = Movement[str]()
        >>> movement.restore({"touched": ["r1"], "fitted_votes": 10, "changed": 2})
        >>> movement.staleness, movement.touched
        (0.2, {'r1'})
        """
        touched = state["touched"]
        self.touched = None if touched is None else set(touched)
        self.fitted_votes = int(state["fitted_votes"])
        changed = state["changed_votes"] if "changed_votes" in state else state["changed"]
        self.changed_votes = int(changed)


class Report(NamedTuple):
    """What is held of one record.

    Attributes
    ----------
    heard : bool
        Whether there is a vote or an adjudication.
    leader : the most probable value, None in a tie
    posterior : mapping of values' names to probabilities
    """

    record: str
    heard: bool
    leader: Value
    posterior: Mapping[str, float]


def differ(before: Report, now: Report, tolerance: float) -> bool:
    """Whether another value leads, or some probability differs by more than the tolerance.

    >>> differ(Report("r", True, "a", {"a": 0.9}), Report("r", True, "a", {"a": 0.8, "b": 0.2}), 0.3)
    False
    """
    names = before.posterior.keys() | now.posterior.keys()
    gaps = (abs(before.posterior.get(n, 0.0) - now.posterior.get(n, 0.0)) for n in names)
    return before.leader != now.leader or max(gaps, default=0.0) > tolerance


class Reported:
    """What was last reported of each record.

    >>> reported = Reported()
    >>> reported.differing([Report("r", True, "a", {"a": 0.9}), Report("s", False, None, {})], 0.02)
    ['r']
    >>> reported.differing([Report("r", True, "a", {"a": 0.91})], 0.02)
    []
    >>> reported.differing([Report("r", False, None, {})], 0.02)  # its last vote was taken back
    ['r']
    >>> list(reported)
    []
    """

    def __init__(self) -> None:
        self._last: dict[str, Report] = {}

    def __iter__(self) -> Iterator[str]:
        """The records that were reported and still have a vote or an adjudication."""
        return iter(self._last)

    def differing(
        self,
        now: Iterable[Report],
        tolerance: float,
        differ: Callable[[Report, Report, float], bool] = differ,
    ) -> list[str]:
        """Return the records whose decision moved since it was last reported, and note them."""
        moved = []
        for report in now:
            before = self._last.get(report.record)
            if not report.heard:
                if before is not None:
                    del self._last[report.record]
                    moved.append(report.record)
            elif before is None or differ(before, report, tolerance):
                self._last[report.record] = report
                moved.append(report.record)
        return moved

    def state(self) -> list[list[Any]]:
        """What JSON can hold; `restore` is the inverse."""
        return [[each.record, each.leader, dict(each.posterior)] for each in self._last.values()]

    def restore(
        self, state: Iterable[Any], checked: Callable[[Any], Value] = lambda leader: leader
    ) -> None:
        """Take a state back; `checked` makes a value of what JSON made of a leader that is none of
        its own types.

        Snapshots of 0.1 have a mapping of record to leader and posterior for some strategies.
        """
        if isinstance(state, Mapping):
            state = [(record, leader, p) for record, (leader, p) in state.items()]
        self._last = {
            record: Report(record, True, None if leader is None else checked(leader), posterior)
            for record, leader, posterior in state
        }
