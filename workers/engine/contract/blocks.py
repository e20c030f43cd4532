"""What a strategy keeps apart from its state, because only a fit needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Blocks(Protocol):
    """Bytes that a strategy adds and reads again; where they lie is the business of its owner.

    They belong to the state that was taken after the last of them was added.
    """

    def add(self, block: bytes) -> None:
        """Keep one more."""

    def clear(self) -> None:
        """Begin anew: what was added so far belongs to no state to come."""

    def __iter__(self) -> Iterator[bytes]:
        """All of them, the newest first. What is lost is left out."""
