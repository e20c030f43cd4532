"""What records say, as hashed counts of words, by row: the newest in memory, the others set apart.

How texts become counts of words is `words`'s, what words tell about labels `content_voice`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.blocks import Blocks
from argilla_distill.workers.engine.contract.numbers import AnyInts, Ints
from argilla_distill.workers.engine.label.texts import text_block
from argilla_distill.workers.engine.label.texts.text_block import TextBlock
from argilla_distill.workers.engine.label.texts.words import Words, checksum, hashed

NONE = -1
"""The mark of a row without text."""

SET_APART = 250
"""Fewer texts than this stay with the state: a block for each of them would be many."""

BLOCK = 5_000
"""Texts of a block at most; so many are in memory at a time where all are read."""


class Texts:
    """The hashed words of records, by row.

    Attributes
    ----------
    words : dict of row to Words
        Of the rows that are in no block; of those that are, the block's is of no use any more.
    marks : ndarray of shape (≥ n_rows,), int64
        The checksums of the rows' texts, NONE where there is none.
    blocks : Blocks or None
        Where words are set apart; None: they all stay in `words`.
    apart : int
        How many texts the blocks hold, those among them that were replaced or dropped since.

    >>> texts = Texts()
    >>> texts.put([3], ["A good, good day"])
    >>> texts.rows(), texts.holds(3, "A good, good day"), texts.holds(3, "A day")
    (array([3]), True, False)
    >>> [(rows, words)] = texts.counts(texts.rows())
    >>> rows, words.toarray().sum(axis=1)  # good twice and day; "a" is too short
    (array([3]), array([3.], dtype=float32))
    """

    def __init__(self) -> None:
        self.words: dict[int, Words] = {}
        self.marks = np.zeros(0, np.int64)
        self.blocks: Blocks | None = None
        self.apart = 0

    def put(self, rows: Sequence[int], texts: Sequence[str]) -> None:
        """Let these be the texts of these rows."""
        self.take(dict(zip(rows, hashed(texts), strict=True)))

    def take(self, words: Mapping[int, Words]) -> None:
        """Let these be the words of these rows."""
        more = max(words, default=-1) + 1 - len(self.marks)
        if more > 0:
            room = np.full(max(more, len(self.marks) // 4), NONE, np.int64)
            self.marks = np.concatenate([self.marks, room])
        for row, each in words.items():
            self.words[row] = each
            self.marks[row] = each[2]

    def drop(self, row: int) -> None:
        """Take the row's text out."""
        self.words.pop(row, None)
        self.marks[row] = NONE

    def __contains__(self, row: object) -> bool:
        """Whether the row has a text."""
        return isinstance(row, int) and row < len(self.marks) and bool(self.marks[row] != NONE)

    def holds(self, row: int, text: str) -> bool:
        """Whether this is the row's text."""
        return row in self and bool(self.marks[row] == checksum(text))

    def rows(self) -> Ints:
        """The rows with a text, ascending."""
        return np.flatnonzero(self.marks != NONE)

    def counts(self, rows: AnyInts) -> Iterator[tuple[Ints, sparse.csr_array]]:
        """Counts of words of these rows, a part at a time: rows, and float32 of shape (n, FEATURES).

        The parts are in no order. A row comes once; one whose block is lost does not come, and has no
        text any more.
        """
        for block in self._found(rows):
            yield block.rows, block.matrix()

    def _found(self, rows: AnyInts) -> Iterator[TextBlock]:
        """The words of these rows; as `counts`."""
        left = np.zeros(len(self.marks), np.bool_)
        left[rows] = True
        left &= self.marks != NONE
        here = [row for row in self.words if left[row]]
        for start in range(0, len(here), BLOCK):
            yield TextBlock.of({row: self.words[row] for row in here[start : start + BLOCK]})
        left[here] = False
        for block in self.blocks or ():
            if not left.any():
                return
            found = text_block.unpacked(block)
            wanted = found.where(left, self.marks)
            if wanted.any():
                rest = found.only(wanted)
                left[rest.rows] = False
                yield rest
        self.marks[left] = NONE

    def set_apart(self) -> None:
        """Put into blocks what is in memory, if it is enough for one."""
        if self.blocks is None or len(self.words) < SET_APART:
            return
        rows = sorted(self.words)
        for start in range(0, len(rows), BLOCK):
            some = rows[start : start + BLOCK]
            self.blocks.add(text_block.packed(TextBlock.of({r: self.words[r] for r in some})))
        self.apart += len(rows)
        self.words = {}

    def compact(self) -> None:
        """Write the blocks anew where most of what is in them are texts that were replaced or dropped."""
        rows = self.rows()
        if self.blocks is None or self.apart <= 2 * len(rows) + BLOCK:
            return
        packed, words = list[bytes](), dict[int, Words]()
        for block in self._found(rows):
            words |= block.words()
            if len(words) >= BLOCK:
                packed.append(text_block.packed(TextBlock.of(words)))
                words = {}
        if words:
            packed.append(text_block.packed(TextBlock.of(words)))
        self.blocks.clear()
        for each in packed:
            self.blocks.add(each)
        self.words, self.apart = {}, len(self.rows())

    def state(self) -> dict[str, Any]:
        has = self.marks != NONE
        return {
            "texts_has": np.packbits(has),
            "texts_marks": self.marks[has],
            "texts_apart": self.apart,
            **TextBlock.of({row: self.words[row] for row in sorted(self.words)}).state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Texts:
        """Read `state`; what is in blocks is found once `blocks` are there."""
        self = cls()
        has = np.unpackbits(np.array(state["texts_has"], np.uint8)).astype(np.bool_)
        self.marks = np.full(len(has), NONE, np.int64)
        self.marks[has] = state["texts_marks"]
        self.words = TextBlock.of_state(state).words()
        self.apart = int(state.get("texts_apart", max(0, int(has.sum()) - len(self.words))))
        return self
