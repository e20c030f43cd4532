"""What datasets take of Redis's memory, as it was last counted, and how many answers still fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ENOUGH = 200
"""So many answers tell what one takes; of fewer, what every dataset has anyway would be most of it."""


@dataclass(frozen=True)
class DatasetMemory:
    """What one dataset takes.

    Attributes
    ----------
    history : bytes of its history, as far as that is in Redis.
    others : bytes of everything else.
    entries, entries_ever : of the history: those in Redis, and all.
    answers : current answers and other agents' suggestions.
    """

    history: int = 0
    others: int = 0
    entries: int = 0
    entries_ever: int = 0
    answers: int = 0

    @property
    def bytes(self) -> int:
        """All of it."""
        return self.history + self.others

    @property
    def bytes_an_answer(self) -> float | None:
        """What an answer has taken on average, with the decisions that followed it; None: too few to tell.

        An entry that has left Redis took as much while it was there, and so will the next.

        >>> DatasetMemory(40_000, 60_000, entries=500, entries_ever=500, answers=500).bytes_an_answer
        200.0
        >>> DatasetMemory(8_000, 60_000, entries=100, entries_ever=500, answers=500).bytes_an_answer
        200.0
        """
        if self.answers < ENOUGH:
            return None
        entry = self.history / self.entries if self.entries else 0.0
        return (entry * self.entries_ever + self.others) / self.answers


@dataclass(frozen=True)
class RedisMemory:
    """What Redis uses, what it may use, and what every dataset takes.

    Attributes
    ----------
    at : when it was counted, ms since the epoch.
    used : bytes, of whatever is in this Redis.
    limit : bytes that it may use: its `maxmemory` or, where it has none, the machine's memory; 0 where
        neither is told.
    limited : whether it has a `maxmemory`.
    datasets : by id.
    """

    at: int
    used: int
    limit: int
    limited: bool
    datasets: Mapping[str, DatasetMemory] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """Bytes that it may still take."""
        return max(self.limit - self.used, 0)

    def answers_left(self, dataset_id: str) -> int | None:
        """How many more answers to this dataset fit, if all that is free is for them; None: nobody can tell.

        >>> taken = DatasetMemory(40_000, 60_000, 500, 500, 500)
        >>> RedisMemory(1, 4_000_000, 5_000_000, True, {"d": taken}).answers_left("d")
        5000
        """
        taken = self.datasets.get(dataset_id)
        an_answer = taken.bytes_an_answer if taken else None
        return int(self.free / an_answer) if an_answer and self.limit else None
