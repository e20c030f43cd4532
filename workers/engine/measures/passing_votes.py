"""The votes among facts that pass by on their way to a fit, as columns: what agreement is counted on."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from argilla_distill.workers.engine.contract.facts import Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, Value
from argilla_distill.workers.engine.measures.agreement import VoteArrays, agreement

SHORT, MOST = "H", 2**16 - 1
"""The type of columns whose numbers are no larger than this."""


@dataclass
class PassingVotes:
    """Votes that passed by, those on one record one after the other; mostly 4 bytes each.

    Attributes
    ----------
    last : the record of the latest vote.
    on_record : how many votes each record has, one record after the other.
    people, values : annotators and values, numbered in order of first sight.
    annotator, code : of each vote its annotator and its value, as numbers.

    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> said = [("r1", "ann", "a"), ("r1", "ben", "a"), ("r2", "ann", "b"), ("r2", "ben", "b")]
    >>> votes = PassingVotes()
    >>> len(list(votes.passing(Vote(*each) for each in said))), votes.alpha(label_question("a", "b"))
    (4, 1.0)
    """

    last: str | None = None
    on_record: array[int] = field(default_factory=lambda: array("i"))
    people: dict[str, int] = field(default_factory=dict)
    values: dict[Value, int] = field(default_factory=dict)
    annotator: array[int] = field(default_factory=lambda: array(SHORT))
    code: array[int] = field(default_factory=lambda: array(SHORT))

    def passing(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The same facts."""
        people, values = self.people, self.values
        for fact in facts:
            if isinstance(fact, Vote):
                if fact.record != self.last:
                    self.last = fact.record
                    self.on_record.append(0)
                self.on_record[-1] += 1
                who = people.setdefault(fact.annotator, len(people))
                code = values.setdefault(fact.value, len(values))
                if max(who, code) > MOST and self.code.typecode == SHORT:
                    self.annotator, self.code = array("i", self.annotator), array("i", self.code)
                self.annotator.append(who)
                self.code.append(code)
            yield fact

    def alpha(self, question: Question) -> float | None:
        """Krippendorff's alpha; None where nobody answered what somebody else did."""
        on_record = np.frombuffer(self.on_record, np.intc)
        record = np.repeat(np.arange(len(on_record), dtype=np.intc), on_record)
        annotator, code = (np.array(column, np.intc) for column in (self.annotator, self.code))
        return agreement(question, VoteArrays(record, annotator, code, list(self.values))).alpha
