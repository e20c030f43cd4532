"""Where one question's model keeps the words of texts apart from its snapshot: in the store, in blocks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from argilla_distill.plugin.store import Store


class KeptTexts:
    """The blocks of one model, those that are new among them until they are written.

    Attributes
    ----------
    series : what the blocks of this model are told from those of an earlier one by.
    n : how many are in the store.
    """

    def __init__(
        self, store: Store, dataset_id: str, question: str, series: str = "", n: int = 0
    ) -> None:
        self._blocks = store.text_blocks
        self._dataset_id = dataset_id
        self._question = question
        self._begun = bool(series)
        self._new: list[bytes] = []
        self.series = series or secrets.token_hex(4)
        self.n = n

    def __len__(self) -> int:
        """How many there are once the new ones are written."""
        return self.n + len(self._new)

    def clear(self) -> None:
        """Begin another series: what was kept before is deleted when it is written."""
        self.series, self.n, self._begun, self._new = secrets.token_hex(4), 0, False, []

    def complete(self) -> bool:
        """Whether the store has all that it should have."""
        return self._blocks.complete(self._dataset_id, self._question, self.series, self.n)

    def add(self, block: bytes) -> None:
        """Keep one more."""
        self._new.append(block)

    def __iter__(self) -> Iterator[bytes]:
        """All of them, the newest first. What is lost is left out."""
        yield from reversed(self._new)
        place = self._dataset_id, self._question, self.series, self.n
        yield from self._blocks.newest_first(*place)

    def write(self, pipe: Any) -> None:
        """Write what is new, within the transaction that writes the snapshot; call `written` after it."""
        place = self._dataset_id, self._question, self.series
        if not self._begun:
            former = self._blocks.others(*place)
            self._blocks.drop(pipe, self._dataset_id, former)
        self._blocks.write(pipe, *place, self.n, self._new)

    def written(self) -> None:
        """The transaction went through."""
        self.n, self._begun = len(self), True
        self._new = []
