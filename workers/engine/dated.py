"""Strategies for which it makes a difference when a vote was given: old votes fade, or give way.

How votes count that have a weight is the business of the strategy inside.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from argilla_distill.workers.engine.contract.blocks import Blocks
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Content, Fact, NewGuidelines, Vote
from argilla_distill.workers.engine.contract.question import question_of
from argilla_distill.workers.engine.contract.strategy import Reliability, Strategy, Training
from argilla_distill.workers.engine.contract.terms import Terms
from argilla_distill.workers.engine.errors import EngineError, NotCurrent

if TYPE_CHECKING:
    from typing_extensions import Self

DATED = "dated"
"""The key of a state under which all of this is kept, beside the state of the strategy inside."""

DAY_MS = 86_400_000

MIN_WEIGHT = 1 / 64
"""What would count less than this, six half-lives old, does not count."""

DIGITS = 4
"""Of a weight."""


def counting(
    votes: Iterable[Vote], terms: Terms, editions: Sequence[int]
) -> dict[str, tuple[Vote, str]]:
    """One record's votes as they count: annotator → the vote with its weight, and why it does not.

    A vote is compared with the other votes on its record, never with the clock: so what was decided
    stays until somebody answers the record again, and the same facts always come to the same.

    Parameters
    ----------
    editions : when guidelines were new, ms since the epoch, ascending

    >>> day = 86_400_000
    >>> votes = [Vote("r", "ann", "a", at=10 * day), Vote("r", "ben", "b", at=40 * day)]
    >>> found = counting(votes, Terms(half_life_days=30), [])
    >>> found["ann"][0].weight, found["ben"][0].weight
    (0.5, 1.0)
    >>> counting(votes, Terms(guidelines="latest"), [0, 20 * day])["ann"][1]
    'guidelines'
    """
    every = list(votes)
    edition = {vote.annotator: bisect_right(editions, vote.at) for vote in every}
    newest = max(edition.values(), default=0)
    latest = terms.guidelines == "latest"
    kept = [vote for vote in every if not latest or edition[vote.annotator] == newest]
    last = max((vote.at for vote in kept), default=0)
    found: dict[str, tuple[Vote, str]] = {v.annotator: (v, "guidelines") for v in every}
    for vote in kept:
        weight = 1.0
        if terms.half_life_days > 0:
            weight = 0.5 ** ((last - vote.at) / DAY_MS / terms.half_life_days)
        why = "" if weight >= MIN_WEIGHT else "old"
        found[vote.annotator] = vote._replace(weight=round(weight, DIGITS)), why
    return found


class Dated(Strategy):
    """A strategy that is told only of the votes that count on each record, and how much they do.

    Parameters
    ----------
    inner : Strategy
        Decides. If votes are to fade, one that `weighs` them.
    terms : Terms

    Attributes
    ----------
    facts_ : CurrentFacts, all votes
    editions_ : list of int
        When guidelines were new, ms since the epoch, ascending.
    """

    name = "dated"

    facts_: CurrentFacts
    editions_: list[int]

    def __init__(self, inner: Strategy, terms: Terms) -> None:
        self.inner = inner
        self.terms = terms
        setattr(self, "name", inner.name)  # noqa: B010 - a class variable to mypy

    def fit(self, facts: Iterable[Fact]) -> Self:
        self.facts_, self.editions_ = CurrentFacts(), []
        self.inner.fit(self._counting(facts))
        return self

    def refit(self) -> Self:
        self.inner.refit()
        return self

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, NewGuidelines):
            self._renew(lambda: insort(self.editions_, fact.since))
        elif isinstance(fact, Vote):
            before = self._of(fact.record)
            earlier = self.facts_.votes.get(fact.record, {}).get(fact.annotator)
            self.facts_.learn(fact)
            try:
                self._tell(before, self._of(fact.record), fact.annotator)
            except EngineError:  # refused, so it was the first to be told and nothing has changed
                self.facts_.revert(fact)
                if earlier is not None:
                    self.facts_.learn(earlier)
                raise
        else:
            self.inner.learn(fact)

    def revert(self, fact: Fact) -> None:
        if isinstance(fact, NewGuidelines):
            if fact.since not in self.editions_:
                raise NotCurrent(fact, None)
            self._renew(lambda: self.editions_.remove(fact.since))
        elif isinstance(fact, Vote):
            before = self._of(fact.record)
            self.facts_.revert(fact)
            self._tell(before, self._of(fact.record), fact.annotator)
        else:
            self.inner.revert(fact)

    def knows(self, content: Content) -> bool:
        return self.inner.knows(content)

    def keep_apart(self, blocks: Blocks) -> None:
        self.inner.keep_apart(blocks)

    def set_apart(self) -> None:
        self.inner.set_apart()

    def compact(self) -> None:
        self.inner.compact()

    def prepare(self, over: Callable[[], bool]) -> bool:
        return self.inner.prepare(over)

    def leave_fits(self) -> None:
        self.inner.leave_fits()

    @property
    def fit_due(self) -> bool:
        return self.inner.fit_due

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        return self.inner.decide(records, floor)

    def moved(self, tolerance: float) -> list[str]:
        return self.inner.moved(tolerance)

    def annotators(self) -> list[Reliability]:
        return self.inner.annotators()

    @property
    def training(self) -> Training | None:
        return self.inner.training

    @property
    def staleness(self) -> float:
        return self.inner.staleness

    @property
    def n_votes(self) -> int:
        """Those that count."""
        return self.inner.n_votes

    def state(self) -> dict[str, Any]:
        votes = self.facts_.state()["votes"]
        mine = {"terms": self.terms.state(), "editions": self.editions_, "votes": votes}
        return {**self.inner.state(), DATED: mine}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Of the whole state only what is kept here; `around` has the strategy inside as well."""
        raise NotImplementedError("a dated strategy is restored around the one inside")

    @classmethod
    def around(cls, inner: Strategy, state: Mapping[str, Any]) -> Self:
        """The strategy that this is the state of, the one inside being restored."""
        mine = state[DATED]
        self = cls(inner, Terms(**mine["terms"]))
        spans = question_of(state["question"]).type == "span"
        blank = {"adjudications": (), "contents": (), "sources": ()}
        self.facts_ = CurrentFacts.of_state({"votes": mine["votes"], **blank}, spans)
        self.editions_ = list(mine["editions"])
        return self

    def left_out(self, votes: Iterable[Vote]) -> dict[str, str]:
        """Of one record's votes those that do not count: annotator → `old`, or `guidelines`."""
        found = counting(votes, self.terms, self.editions_)
        return {name: why for name, (_, why) in found.items() if why}

    # -- inside -----------------------------------------------------------------------------

    def _counting(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The facts that the strategy inside is told of; all votes and editions are noted."""
        for fact in facts:
            if isinstance(fact, NewGuidelines):
                insort(self.editions_, fact.since)
            elif isinstance(fact, Vote):
                self.facts_.learn(fact)
            else:
                yield fact
        for record in self.facts_.votes:
            yield from self._of(record).values()

    def _of(self, record: str) -> dict[str, Vote]:
        """The votes on a record that count, by annotator."""
        votes = self.facts_.votes.get(record, {}).values()
        found = counting(votes, self.terms, self.editions_)
        return {name: vote for name, (vote, why) in found.items() if not why}

    def _tell(self, before: Mapping[str, Vote], after: Mapping[str, Vote], first: str) -> None:
        """Let the strategy inside learn what counts otherwise; of `first`'s vote first."""
        for name in sorted(after, key=lambda each: (each != first, each)):
            if before.get(name) != after[name]:
                self.inner.learn(after[name])
        for name in sorted(before.keys() - after.keys()):
            self.inner.revert(before[name])

    def _renew(self, change: Any) -> None:
        """Change the editions; what counts on any record may be others' votes then."""
        before = {record: self._of(record) for record in self.facts_.votes}
        change()
        for record, votes in before.items():
            self._tell(votes, self._of(record), "")


def dated(strategy: Strategy, terms: Terms) -> Strategy:
    """The strategy as these terms want it; itself where it makes no difference when votes were given."""
    return Dated(strategy, terms) if terms.dated else strategy
