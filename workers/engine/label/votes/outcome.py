"""What stands after many changes of votes, one after the other: who says what, and what of that is news."""

from __future__ import annotations

from collections.abc import Iterable

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.label.votes.votes import Votes


class VoteOutcome:
    """The votes in which many changes end. Changes nothing; `put_into_votes` does.

    Attributes
    ----------
    standing : dict of (record, annotator) to Vote or None
        The last vote of each that changed; None: taken back.
    taken : int
        How many changes were taken in: a vote that is to be taken out and does not stand is passed over.

    >>> votes = Votes(("yes", "no"))
    >>> yes, no = Vote("r", "ann", "yes"), Vote("r", "ann", "no")
    >>> outcome = VoteOutcome(votes, [(yes, True), (no, False), (no, True), (no, False)])
    >>> outcome.standing, outcome.taken
    ({('r', 'ann'): None}, 3)
    """

    def __init__(self, votes: Votes, changes: Iterable[tuple[Vote, bool]]) -> None:
        self.votes = votes
        self.standing: dict[tuple[str, str], Vote | None] = {}
        self.taken = 0
        for vote, holds in changes:
            key = vote.record, vote.annotator
            if holds:
                votes.code(vote.value)
                self.standing[key] = vote
            elif self._says(*key) == vote.value:
                self.standing[key] = None
            else:
                continue
            self.taken += 1

    def _says(self, record: str, annotator: str) -> object:
        """What the annotator says of the record by now."""
        key = record, annotator
        if key not in self.standing:
            return self.votes.get(record, annotator)
        vote = self.standing[key]
        return None if vote is None else vote.value

    def rows(self) -> list[int]:
        """The rows of the records, ascending; those that are new are given one."""
        return sorted({self.votes.row(record) for record, _ in self.standing})

    def columns(self) -> list[int]:
        """The annotators' numbers, likewise."""
        return sorted({self.votes.column(annotator) for _, annotator in self.standing})

    def put_into_votes(self) -> None:
        """Let them stand."""
        for (record, annotator), vote in self.standing.items():
            if vote is None:
                self.votes.drop(record, annotator)
            else:
                self.votes.put(vote)
