"""How long the review queue is: the best of what is worth a review, not all of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

SHARE = 0.25
"""By default so large a share of the completed records is in the queue at most."""

MIN_LENGTH = 10
"""In small datasets so many records may be in the queue, whatever share of them that is."""


@dataclass(frozen=True)
class Queue:
    """Completed records, by whether a review of them is wanted.

    Attributes
    ----------
    queued : the best of those that are worth one; as they are reviewed, the next come up
    behind : the others that are worth one
    settled : those that are settled enough
    """

    queued: int
    behind: int
    settled: int

    @classmethod
    def of(cls, due: int, completed: int, share: float) -> Queue:
        """The queue where so many records are worth a review.

        Parameters
        ----------
        share : of the completed records, in (0, 1], so many are in the queue at most.

        >>> Queue.of(82, 82, 0.25)
        Queue(queued=21, behind=61, settled=0)
        >>> Queue.of(3, 12, 0.25)
        Queue(queued=3, behind=0, settled=9)
        """
        queued = min(due, max(MIN_LENGTH, ceil(share * completed)))
        return cls(queued, due - queued, max(completed - due, 0))

    def __str__(self) -> str:
        """In words.

        >>> print(Queue(21, 20, 41))
        the 21 most useful of 41 records that are worth a review; 41 more are settled enough
        >>> print(Queue(3, 0, 9), "·", Queue(1, 0, 0))
        3 records are worth a review; 9 more are settled enough · 1 record is worth a review
        """
        worth = self.queued + self.behind
        if self.behind:
            text = f"the {self.queued:,} most useful of {worth:,} records that are worth a review"
        else:
            text = f"{worth:,} {'record is' if worth == 1 else 'records are'} worth a review"
        more = f"; {self.settled:,} more {'is' if self.settled == 1 else 'are'} settled enough"
        return text + (more if self.settled else "")
