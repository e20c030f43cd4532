"""The votes among facts that pass by on their way to a fit, as columns: what agreement is counted on."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from argilla_distill.workers.engine.contract.facts import Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.measures.agreement import VoteArrays, agreement


@dataclass
class PassingVotes:
    """Votes that passed by, those on one record one after the other; 12 bytes each.

    Attributes
    ----------
    records : how many have votes.
    last : the one of the latest vote.
    people, values : annotators and values, numbered in order of first sight.
    columns : of each vote its record, its annotator and its value, as numbers.

    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> said = [("r1", "ann", "a"), ("r1", "ben", "a"), ("r2", "ann", "b"), ("r2", "ben", "b")]
    >>> votes = PassingVotes()
    >>> len(list(votes.passing(Vote(*each) for each in said))), votes.alpha(label_question("a", "b"))
    (4, 1.0)
    """

    records: int = 0
    last: str = ""
    people: dict[str, int] = field(default_factory=dict)
    values: dict[Value, int] = field(default_factory=dict)
    columns: tuple[array[int], ...] = field(
        default_factory=lambda: (array("i"), array("i"), array("i"))
    )

    def passing(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The same facts."""
        record, annotator, code = (column.append for column in self.columns)
        people, values = self.people, self.values
        for fact in facts:
            if isinstance(fact, Vote):
                if fact.record != self.last:
                    self.last, self.records = fact.record, self.records + 1
                record(self.records - 1)
                annotator(people.setdefault(fact.annotator, len(people)))
                code(values.setdefault(fact.value, len(values)))
            yield fact

    def alpha(self, question: Question) -> float | None:
        """Krippendorff's alpha; None where nobody answered what somebody else did."""
        record, annotator, code = (np.frombuffer(column, np.intc) for column in self.columns)
        return agreement(question, VoteArrays(record, annotator, code, list(self.values))).alpha
