"""Hashed words of many rows as a few columns, and as bytes that are written once and read to fit anew."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import Ints
from argilla_distill.workers.engine.label.texts.words import FEATURES, Words

LEVEL = 1
"""Of zlib."""

TYPES = ("<i8", "<i8", "<i8", "<u2", "u1")
"""Of the columns of a block as it was packed for a while, in their order."""

STEPS = b"steps"
"""What a packed block begins with; one that was packed whole begins as zlib has it."""


@dataclass(frozen=True)
class TextBlock:
    """The hashed words of some rows.

    Attributes
    ----------
    rows : ndarray of shape (n,)
    ends : ndarray of shape (n,)
        Where each row's words end in `numbers` and `counts`.
    marks : ndarray of shape (n,)
        The checksums of the texts.
    numbers : ndarray of shape (n_words,), uint16, in [0, FEATURES)
    counts : ndarray of shape (n_words,), uint8

    >>> block = TextBlock.of({7: (np.array([3, 5], np.uint16), np.array([1, 2], np.uint8), 99)})
    >>> again = unpacked(packed(block))
    >>> again.rows, again.words()[7]
    (array([7]), (array([3, 5], dtype=uint16), array([1, 2], dtype=uint8), 99))
    """

    rows: Ints
    ends: NDArray[np.int64]
    marks: NDArray[np.int64]
    numbers: NDArray[np.uint16]
    counts: NDArray[np.uint8]

    @classmethod
    def of(cls, words: Mapping[int, Words]) -> TextBlock:
        """These rows' words, in their order."""
        none = np.empty(0, np.uint16), np.empty(0, np.uint8)
        lengths = [len(numbers) for numbers, _, _ in words.values()]
        return cls(
            np.array(list(words), np.intp),
            np.cumsum(lengths, dtype=np.int64),
            np.array([mark for _, _, mark in words.values()], np.int64),
            np.concatenate([none[0], *(numbers for numbers, _, _ in words.values())]),
            np.concatenate([none[1], *(counts for _, counts, _ in words.values())]),
        )

    def words(self) -> dict[int, Words]:
        """The inverse of `of`."""
        starts = np.concatenate([[0], self.ends[:-1]]).tolist()
        columns = (self.rows.tolist(), starts, self.ends.tolist(), self.marks.tolist())
        return {
            row: (self.numbers[start:end], self.counts[start:end], mark)
            for row, start, end, mark in zip(*columns, strict=False)
        }

    def matrix(self) -> sparse.csr_array:
        """Counts of words, float32, shape (n, FEATURES)."""
        ends = np.concatenate([[0], self.ends])
        values = self.counts.astype(np.float32), self.numbers.astype(np.int32), ends
        return sparse.csr_array(values, shape=(len(self.rows), FEATURES))

    def where(self, wanted: NDArray[np.bool_], marks: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the rows are wanted and still have the text that is here."""
        found = np.zeros(len(self.rows), np.bool_)
        inside = self.rows < len(marks)
        rows = self.rows[inside]
        found[inside] = wanted[rows] & (marks[rows] == self.marks[inside])
        return found

    def only(self, which: NDArray[np.bool_]) -> TextBlock:
        """These rows alone."""
        if which.all():
            return self
        lengths = np.diff(self.ends, prepend=0)
        kept = np.repeat(which, lengths)
        ends = np.cumsum(lengths[which], dtype=np.int64)
        return TextBlock(
            self.rows[which], ends, self.marks[which], self.numbers[kept], self.counts[kept]
        )

    def state(self) -> dict[str, Any]:
        """What an archive of arrays can hold; `of_state` is the inverse."""
        return {
            "texts_rows": self.rows,
            "texts_ends": self.ends,
            "texts_last": self.marks,
            "texts_words": self.numbers,
            "texts_counts": self.counts,
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> TextBlock:
        return cls(
            np.array(state["texts_rows"], np.intp),
            np.array(state["texts_ends"], np.int64),
            np.array(state["texts_last"], np.int64),
            np.array(state["texts_words"], np.uint16),
            np.array(state["texts_counts"], np.uint8),
        )


def packed(block: TextBlock) -> bytes:
    """A block as bytes.

    Of a row's numbers, which ascend, the steps are kept: their high bytes are nearly all 0, so that deflating
    these and the counts is quick, and the low ones are random and kept as they are.
    """
    steps = np.diff(block.numbers, prepend=np.uint16(0))
    places = [c.astype("<i8").tobytes() for c in (block.rows, block.ends, block.marks)]
    high, counts = (steps >> 8).astype(np.uint8), block.counts.astype(np.uint8)
    parts = [_deflated(each) for each in (b"".join(places), high.tobytes(), counts.tobytes())]
    sizes = np.array([len(block.rows), len(steps), *map(len, parts)], "<i8").tobytes()
    return b"".join([STEPS, sizes, steps.astype(np.uint8).tobytes(), *parts])


def unpacked(data: bytes) -> TextBlock:
    """The inverse of `packed`."""
    if not data.startswith(STEPS):
        return _unpacked_whole(data)
    n, n_words, *lengths = np.frombuffer(data, "<i8", 5, len(STEPS)).tolist()
    at = len(STEPS) + 5 * 8
    steps = np.frombuffer(data, np.uint8, n_words, at).astype(np.uint16)
    at += n_words
    parts = []
    for length in lengths:
        parts.append(zlib.decompress(data[at : at + length]))
        at += length
    rows, ends, marks = np.frombuffer(parts[0], "<i8").reshape(3, n)
    steps += np.frombuffer(parts[1], np.uint8).astype(np.uint16) << 8
    numbers = np.cumsum(steps, dtype=np.uint16)
    return TextBlock(rows.astype(np.intp), ends, marks, numbers, np.frombuffer(parts[2], np.uint8))


def _deflated(plain: bytes) -> bytes:
    """Runs of one byte, and bytes that are more frequent than others, as less."""
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, strategy=zlib.Z_RLE)
    return deflate.compress(plain) + deflate.flush()


def _unpacked_whole(data: bytes) -> TextBlock:
    """A block as it was packed for a while: column after column, all of them deflated together."""
    plain = zlib.decompress(data)
    n, n_words = np.frombuffer(plain, "<i8", 2).tolist()
    columns: list[NDArray[Any]] = []
    at = 16
    for kind, length in zip(TYPES, (n, n, n, n_words, n_words), strict=True):
        columns.append(np.frombuffer(plain, kind, length, at))
        at += columns[-1].nbytes
    rows, ends, marks, numbers, counts = columns
    return TextBlock(rows.astype(np.intp), ends, marks, numbers, counts)
