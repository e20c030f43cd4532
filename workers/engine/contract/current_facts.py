"""The current facts about a question of any type: everybody's latest vote, and what else is known.

Earlier votes are in the history, which the store keeps. Label questions keep their votes as one
sparse matrix instead, see `workers.engine.label.votes.votes`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from argilla_distill.workers.engine.contract.facts import (
    Adjudication,
    Content,
    Fact,
    Kind,
    Source,
    Vote,
)
from argilla_distill.workers.engine.contract.question import Span, Value
from argilla_distill.workers.engine.errors import NotCurrent


class CurrentFacts:
    """One vote per record and annotator, one adjudication and one content per record, one source
    per annotator. A later fact replaces an earlier one.

    Attributes
    ----------
    votes : mapping of record to mapping of annotator to Vote
        Records without votes are not in it; likewise in all others.
    records : mapping of annotator to the records that they voted on, in order of the votes
    adjudications : mapping of record to value
    contents : mapping of record to its text
    sources : mapping of annotator to kind

    >>> facts = CurrentFacts([Vote("r", "ann", 3), Vote("r", "ann", 4), Adjudication("r", 5)])
    >>> len(facts), facts.of("r")
    (1, [Vote(record='r', annotator='ann', value=4, confidence=None, weight=1.0, at=0)])
    >>> facts.revert(Adjudication("r", 5))
    >>> facts.revert(Adjudication("r", 5))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    argilla_distill.workers.engine.errors.NotCurrent: cannot revert Adjudication(...): there is none
    """

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self.votes: dict[str, dict[str, Vote]] = {}
        self.records: dict[str, dict[str, None]] = {}
        self.adjudications: dict[str, Value] = {}
        self.contents: dict[str, str] = {}
        self.sources: dict[str, Kind] = {}
        self._n = 0
        for fact in facts:
            self.learn(fact)

    def __len__(self) -> int:
        """Number of current votes."""
        return self._n

    def of(self, record: str) -> list[Vote]:
        """The votes on a record, by annotator."""
        votes = self.votes.get(record, {})
        return [votes[name] for name in sorted(votes)]

    def heard(self) -> list[str]:
        """The records with a vote or an adjudication, by name."""
        return sorted(self.votes.keys() | self.adjudications.keys())

    def learn(self, fact: Fact) -> None:
        """Add the fact; it replaces an earlier one of its kind."""
        if isinstance(fact, Vote):
            votes = self.votes.setdefault(fact.record, {})
            self._n += fact.annotator not in votes
            votes[fact.annotator] = fact
            self.records.setdefault(fact.annotator, {})[fact.record] = None
        elif isinstance(fact, Adjudication):
            self.adjudications[fact.record] = fact.value
        elif isinstance(fact, Content):
            self.contents[fact.record] = fact.text
        elif isinstance(fact, Source):
            self.sources[fact.annotator] = fact.kind

    def require(self, fact: Fact) -> None:
        """Raises NotCurrent unless the fact is the current one of its kind."""
        current: Value
        if isinstance(fact, Vote):
            vote = self.votes.get(fact.record, {}).get(fact.annotator)
            given, current = fact.value, None if vote is None else vote.value
        elif isinstance(fact, Adjudication):
            given, current = fact.value, self.adjudications.get(fact.record)
        elif isinstance(fact, Content):
            given, current = fact.text, self.contents.get(fact.record)
        elif isinstance(fact, Source):
            given, current = fact.kind, self.sources.get(fact.annotator)
        else:
            given, current = fact.since, None
        if current is None or current != given:
            raise NotCurrent(fact, current)

    def has(self, fact: Fact) -> bool:
        """Whether the fact is the current one of its kind."""
        try:
            self.require(fact)
        except NotCurrent:
            return False
        return True

    def revert(self, fact: Fact) -> None:
        """Remove the fact. Raises NotCurrent, and then changes nothing."""
        self.require(fact)
        if isinstance(fact, Vote):
            votes, records = self.votes[fact.record], self.records[fact.annotator]
            del votes[fact.annotator], records[fact.record]
            self._n -= 1
            if not votes:
                del self.votes[fact.record]
            if not records:
                del self.records[fact.annotator]
        elif isinstance(fact, Adjudication):
            del self.adjudications[fact.record]
        elif isinstance(fact, Content):
            del self.contents[fact.record]
        elif isinstance(fact, Source):
            del self.sources[fact.annotator]

    def state(self) -> dict[str, Any]:
        """Return what JSON can hold; `of_state` is the inverse."""
        votes = [_row(vote) for each in self.votes.values() for vote in each.values()]
        return {
            "votes": votes,
            "adjudications": [[record, value] for record, value in self.adjudications.items()],
            "contents": [[record, text] for record, text in self.contents.items()],
            "sources": [[annotator, kind] for annotator, kind in self.sources.items()],
        }

    @classmethod
    def of_state(cls, state: dict[str, Any], spans: bool = False) -> CurrentFacts:
        """Read `state`, also after a round trip through JSON; `spans`: whether values are spans.

        >>> CurrentFacts.of_state(CurrentFacts([Vote("r", "ann", ("a", "b"))]).state()).of("r")[0].value
        ('a', 'b')
        """
        self = cls()
        for record, annotator, value, *more in state["votes"]:
            self.learn(Vote(record, annotator, _value(value, spans), *more))
        for record, value in state["adjudications"]:
            self.learn(Adjudication(record, _value(value, spans)))
        for record, text in state["contents"]:
            self.learn(Content(record, text))
        for annotator, kind in state["sources"]:
            self.learn(Source(annotator, kind))
        return self


def _row(vote: Vote) -> list[Any]:
    """A vote as JSON; its weight and its time only where they make a difference."""
    return list(vote[:4] if vote.weight == 1 and not vote.at else vote)


def _value(json: Any, spans: bool) -> Value:
    """JSON has lists where values have tuples."""
    if not isinstance(json, list):
        return json
    return tuple(Span(*each) if spans else _value(each, spans) for each in json)
