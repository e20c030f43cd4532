"""Majority vote: every voice weighs the same. The yardstick for everything else."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.shares import shares
from argilla_distill.workers.engine.label.label_fold import LabelFold
from argilla_distill.workers.engine.label.label_model import LabelModel
from argilla_distill.workers.engine.label.votes.vote_matrix import blocks, counted, majority


class Majority(LabelFold):
    """The label with the most votes; a tie is an abstention, never the order of the labels.

    The posterior is the share of votes, smoothed by one more vote that is spread evenly over the
    labels: ``P(k) = (votes for k + 1/K) / (votes + 1)``. It is the posterior mean of the label
    shares under a Dirichlet(1/K, …, 1/K) prior (Perks 1947). Plain shares would call a single vote
    certain; with this one, two labels and one vote give 0.75, five equal votes 0.917.

    A vote's part in the decision: the log-odds of what it voted for, against a label without
    votes, in parts among those who voted so. Votes that do not count wholly count by their weight.

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> majority = Majority(label_question("a", "b"))
    >>> votes = [Vote("r", "ann", "a"), Vote("r", "ben", "a"), Vote("r", "cas", "b")]
    >>> [decision] = majority.fit(votes).decide(["r"])
    >>> decision.value, decision.confidence  # (2 + 1/2) / (3 + 1)
    ('a', 0.625)
    >>> majority.revert(votes[0])
    >>> majority.decide(["r"])[0].abstention
    'tie between a and b'
    """

    name: ClassVar[str] = "majority"

    def __init__(self, question: Question) -> None:
        super().__init__(question, SharesOfVotes())


class SharesOfVotes(LabelModel):
    """The model of majority vote, see `Majority`."""

    def fit(self) -> None:
        tally, parts = self.tally, blocks(self.tally.votes, self._weight)
        shares_of_votes = majority(parts, tally.n_records, tally.n_labels, weighed=True)
        tally.responsibility = tally.anchored(slice(tally.n_records), shares_of_votes)
        tally.counts = counted(parts, tally.responsibility)

    def _weight(self, where: Ints, slots: AnyInts) -> Floats | None:
        """How much the votes in these slots count; None: wholly."""
        weight = self.tally.votes.weight
        return None if weight is None else weight[slots].astype(np.float64)

    def posterior(self, rows: Ints) -> Floats:
        where, slots = self.tally.votes.of_records(rows)
        votes = np.zeros((len(rows), self.tally.n_labels))
        weight = self._weight(where, slots)
        one = 1.0 if weight is None else weight
        np.add.at(votes, (where, self.tally.votes.columns()[2][slots]), one)
        return shares(votes + 1 / self.tally.n_labels)

    def unseen(self) -> Floats:
        return np.full(self.tally.n_labels, 1 / self.tally.n_labels)

    def reasons(
        self, n: int, where: Ints, slots: AnyInts, leader: Ints, other: Ints
    ) -> tuple[Floats, Floats]:
        k = self.tally.n_labels
        given = self.tally.votes.columns()[2][slots]
        weight, cells = self._weight(where, slots), where * k + given
        weight = np.ones(len(slots)) if weight is None else weight
        votes = np.bincount(cells, weight, minlength=n * k)[cells]
        part = np.log(votes * k + 1) * weight / votes  # log of (votes + 1/k) / (1/k)
        side = (given == leader[where]).astype(float) - (given == other[where])
        return np.zeros(n), side * part
